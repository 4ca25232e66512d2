"""Reading the body of a request: one JSON object, bounded in size."""

import zlib
from http import HTTPStatus

import msgspec
from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError

from gateway.model.session import Json
from gateway.web.problems import Problem

MAX_BODY_BYTES = 64 * 1024


async def read_object(request: web.Request, *, may_be_absent: bool) -> dict[str, Json]:
    """Read the JSON object of a body; an absent one is empty.

    Raises a 413, 415 or 400 for a body that is too large, of another type, or none.
    """
    try:
        body = await request.read()
    except web.HTTPRequestEntityTooLarge:
        detail = f"The body is longer than {MAX_BODY_BYTES} bytes."
        raise Problem(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "body_too_large", detail) from None
    except (web.RequestPayloadError, HttpProcessingError, ValueError, zlib.error):
        raise _malformed("The body cannot be read as the headers tell.") from None
    if not body and may_be_absent:
        return {}
    if request.content_type != "application/json":
        detail = "Send the body as Content-Type: application/json."
        raise Problem(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "unsupported_media_type", detail)
    return _object(body)


def _object(body: bytes) -> dict[str, Json]:
    try:
        document = msgspec.json.decode(body)
    except (ValueError, RecursionError):
        raise _malformed("The body is not JSON.") from None
    if not isinstance(document, dict):
        raise _malformed("The body is not a JSON object.")
    return document


def _malformed(detail: str) -> Problem:
    return Problem(HTTPStatus.BAD_REQUEST, "invalid_body", detail)
