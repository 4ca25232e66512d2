"""``Idempotency-Key``: a call that is repeated under its key is answered as it was before."""

import hashlib
import logging
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import assert_never

import msgspec
from aiohttp import web

from gateway.model.session import Json
from gateway.state.idempotency import CallRecords, Claim, StateError, StoredAnswer
from gateway.web.keys import CALLER, RECORDS, UNDERTAKINGS
from gateway.web.problems import Problem

_LOG = logging.getLogger(__name__)

_HEADER = "Idempotency-Key"
_KEY = re.compile(r"[\x21-\x7e]{1,255}")


@dataclass(frozen=True, slots=True)
class Ending:
    """The answer to a call, and whether it is the end of it.

    It is not where nothing was done, so that the same call may yet be carried out.
    """

    response: web.Response
    is_final: bool = True


@dataclass(frozen=True, slots=True)
class Undertaking:
    """A call that is carried out to its end, whether or not its caller waits.

    ``unknown`` is what is answered if nobody knows how far it came.
    """

    call: Callable[[], Awaitable[Ending]]
    unknown: Problem
    path: str


@dataclass(frozen=True, slots=True)
class _Key:
    records: CallRecords
    key: bytes
    body: bytes


async def answer_once(
    request: web.Request, route: Json, document: Mapping[str, Json], undertaking: Undertaking
) -> web.Response:
    """Carry out a call, unless it was carried out before under the same key.

    ``route`` names what is called, and ``document`` with what.
    """
    key = _key(request, route, document)

    async def answer() -> web.Response:
        try:
            if key is None:
                return (await undertaking.call()).response
            return await _answer(key, undertaking)
        except Problem as problem:
            return problem.response(undertaking.path)

    return await request.app[UNDERTAKINGS].join(object(), answer)


def _key(request: web.Request, route: Json, document: Mapping[str, Json]) -> _Key | None:
    """Read the key of a call; raise a 400 for one that cannot be heeded."""
    given = request.headers.getall(_HEADER, [])
    if not given:
        return None
    if len(given) > 1 or not _KEY.fullmatch(given[0]):
        detail = f"{_HEADER} is given once, and is 1 to 255 visible ASCII characters."
        raise Problem(HTTPStatus.BAD_REQUEST, "invalid_idempotency_key", detail)
    records = request.app[RECORDS]
    if records is None:
        detail = f"This gateway remembers no calls (server.state_dir), so {_HEADER} has no effect."
        raise Problem(HTTPStatus.BAD_REQUEST, "idempotency_not_available", detail)
    of_caller = [request[CALLER].name, route, given[0]]
    return _Key(records, _digest(of_caller), _digest(document))


def _digest(value: Json) -> bytes:
    return hashlib.sha256(msgspec.json.encode(value, order="deterministic")).digest()


async def _answer(key: _Key, undertaking: Undertaking) -> web.Response:
    found = await _claimed(key)
    match found:
        case StoredAnswer():
            return _again(found)
        case Claim.OURS:
            return await _carried_out(key, undertaking)
        case Claim.ABANDONED:
            raise undertaking.unknown
        case Claim.RUNNING:
            detail = "A call with this key is under way."
            raise Problem(HTTPStatus.CONFLICT, "idempotency_key_in_use", detail)
        case Claim.OTHER_BODY:
            detail = "This key was sent before with another body."
            raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "idempotency_key_reused", detail)
        case _:
            assert_never(found)


async def _claimed(key: _Key) -> Claim | StoredAnswer:
    try:
        return await key.records.claim(key.key, key.body)
    except StateError:
        _LOG.exception("a call was refused, since its key could not be recorded")
        detail = "The key cannot be recorded now, so nothing was done."
        raise Problem(HTTPStatus.SERVICE_UNAVAILABLE, "idempotency_failed", detail) from None


async def _carried_out(key: _Key, undertaking: Undertaking) -> web.Response:
    """Carry out a call, and record its end, however it ends."""
    end = Ending(undertaking.unknown.response(undertaking.path))
    try:
        end = await undertaking.call()
    finally:
        await _record(key, end)
    return end.response


async def _record(key: _Key, end: Ending) -> None:
    try:
        if end.is_final:
            await key.records.finish(key.key, _stored(end.response))
        else:
            await key.records.release(key.key)
    except StateError:
        # The answer stands. Until this process ends its key is taken for one under way.
        _LOG.exception("the answer to a call could not be recorded under its key")


def _stored(response: web.Response) -> StoredAnswer:
    body = response.body
    return StoredAnswer(
        response.status,
        response.content_type,
        response.headers.get("Location"),
        body if isinstance(body, bytes) else b"",
    )


def _again(stored: StoredAnswer) -> web.Response:
    headers = {"Cache-Control": "no-store", "Idempotency-Replayed": "true"}
    if stored.location is not None:
        headers["Location"] = stored.location
    return web.Response(
        status=stored.status,
        body=stored.body,
        content_type=stored.content_type,
        headers=headers,
    )
