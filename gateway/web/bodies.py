"""Reading the body of a request: one JSON object, bounded in size and time."""

import asyncio
import zlib
from http import HTTPStatus

from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError

from gateway.model.session import Json
from gateway.web.calls import call_of
from gateway.web.objects import json_object
from gateway.web.problems import Problem

MAX_BODY_BYTES = 64 * 1024
_CODINGS = ("identity", "gzip", "deflate")


async def read_object(request: web.Request, *, may_be_absent: bool) -> dict[str, Json]:
    """Read the JSON object of a body; an absent one is empty.

    Raises a 408, 413, 415 or 400 for a body that is too slow, too large, of another type, or none.
    """
    body = await _body(request)
    if not body and may_be_absent:
        return {}
    if request.content_type != "application/json":
        detail = "Send the body as Content-Type: application/json."
        raise Problem(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "unsupported_media_type", detail)
    try:
        return json_object(body)
    except ValueError as error:
        raise _malformed(f"The body {error}.") from None


async def _body(request: web.Request) -> bytes:
    if request.headers.get("Content-Encoding", "identity").lower() not in _CODINGS:
        detail = f"Send the body in a Content-Encoding of {', '.join(_CODINGS)}."
        raise Problem(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "unsupported_media_type", detail)
    if (request.content_length or 0) > MAX_BODY_BYTES:
        raise _too_large()
    seconds = call_of(request).body_seconds
    try:
        async with asyncio.timeout(seconds):
            return await request.read()
    except TimeoutError:
        raise _too_slow(seconds) from None
    except web.HTTPRequestEntityTooLarge:
        raise _too_large() from None
    except (web.RequestPayloadError, HttpProcessingError, ValueError, zlib.error):
        raise _malformed("The body cannot be read as the headers tell.") from None


def _too_large() -> Problem:
    detail = f"The body is longer than {MAX_BODY_BYTES} bytes."
    return Problem(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "body_too_large", detail)


def _too_slow(seconds: float) -> Problem:
    detail = f"The body did not come within {seconds:g} s."
    headers = {"Connection": "close"}
    return Problem(HTTPStatus.REQUEST_TIMEOUT, "request_timeout", detail, headers=headers)


def _malformed(detail: str) -> Problem:
    return Problem(HTTPStatus.BAD_REQUEST, "invalid_body", detail)
