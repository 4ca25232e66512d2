"""What may go wrong between an adapter and its vendor, and how an adapter has to take it."""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus

from aiohttp import web

from gateway.conformance.rig import MOST_BYTES
from gateway.conformance.tap import Exchange, HttpTrouble, RpcTrouble, Talk, drop
from gateway.model.report import ErrorCode

CANARY = "canary 4711 <script>"
"""Words of the vendor, which must be found in no message."""

RETRY_AFTER_SECONDS = 7.0

_HTML = f"<!DOCTYPE html><title>Oops</title><h1>{CANARY}</h1>"
_ERROR = json.dumps({"error": CANARY, "message": CANARY})

_PAUSE_SECONDS = 0.05
_SILENCE_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Trouble:
    """One thing that goes wrong, over HTTP or over a WebSocket.

    ``codes`` are those it may be told as, any where there are none. ``is_retryable`` is what the
    error must say, or none where either may be meant. If it ``may_answer`` a right answer is
    as good. What ``is_silent`` has to be met in a hurry.
    """

    name: str
    http: HttpTrouble | None = None
    rpc: RpcTrouble | None = None
    codes: frozenset[ErrorCode] = frozenset()
    is_retryable: bool | None = None
    retry_after_seconds: float | None = None
    may_answer: bool = False
    is_silent: bool = False


def replying(
    status: int, body: str = _HTML, kind: str = "text/html", headers: Mapping[str, str] = {}
) -> HttpTrouble:
    """Answer with this, whatever is asked."""

    async def reply(_: Exchange) -> web.StreamResponse:
        return web.Response(status=status, text=body, content_type=kind, headers=headers)

    return reply


async def with_another_type(exchange: Exchange) -> web.StreamResponse:
    """Answer rightly, under a wrong content type."""
    reply = await exchange.forward()
    others = [each for each in reply.headers if each[0].lower() != "content-type"]
    headers = [*others, ("Content-Type", "application/octet-stream")]
    return web.Response(status=reply.status, headers=dict(headers), body=reply.body)


async def cut_short(exchange: Exchange) -> web.StreamResponse:
    """Announce a whole body, send half of it, and drop the connection."""
    reply = await exchange.forward()
    response = web.StreamResponse(status=reply.status, headers=dict(reply.headers))
    response.content_length = len(reply.body)
    await response.prepare(exchange.request)
    await response.write(reply.body[: len(reply.body) // 2])
    drop(exchange.request)
    return response


async def half_of_it(exchange: Exchange) -> web.StreamResponse:
    """Answer with half of the text, as if it were all."""
    reply = await exchange.forward()
    half = reply.body[: len(reply.body) // 2]
    return web.Response(status=reply.status, headers=dict(reply.headers), body=half)


async def reset(exchange: Exchange) -> web.StreamResponse:
    """Drop the connection instead of an answer."""
    drop(exchange.request)
    return web.Response()


async def reset_when_done(exchange: Exchange) -> web.StreamResponse:
    """Have the vendor carry it out, and drop the connection instead of an answer."""
    await exchange.forward()
    drop(exchange.request)
    return web.Response()


async def fail_when_done(exchange: Exchange) -> web.StreamResponse:
    """Have the vendor carry it out, and answer that it broke."""
    await exchange.forward()
    return web.Response(status=HTTPStatus.INTERNAL_SERVER_ERROR, text=_HTML)


async def silence(_: Exchange) -> web.StreamResponse:
    """Answer nothing."""
    await asyncio.sleep(_SILENCE_SECONDS)
    return web.Response()


async def dripping(exchange: Exchange) -> web.StreamResponse:
    """Send the body byte by byte, without an end."""
    response = web.StreamResponse(headers={"Content-Type": "application/json"})
    await response.prepare(exchange.request)
    while True:
        await response.write(b" ")
        await asyncio.sleep(_PAUSE_SECONDS)


async def endless(exchange: Exchange) -> web.StreamResponse:
    """Send more than anybody takes."""
    response = web.StreamResponse(headers={"Content-Type": "application/json"})
    await response.prepare(exchange.request)
    for _ in range(MOST_BYTES // 65536 + 2):
        await response.write(b" " * 65536)
    return response


def telling(**members: object) -> RpcTrouble:
    """Answer with these members instead of the result."""

    async def tell(talk: Talk) -> None:
        await talk.tell({"jsonrpc": "2.0", "id": talk.answer["id"], **members})

    return tell


async def to_somebody_else(talk: Talk) -> None:
    """Send an answer to a call that nobody made, and then the right one."""
    await talk.tell({"jsonrpc": "2.0", "id": 987654321, "result": []})
    await talk.tell(talk.answer)


async def after_garbage(talk: Talk) -> None:
    """Send what is no frame at all, and then the answer."""
    for frame in ("{{{", "", "null", "[]", json.dumps({"result": []})):
        await talk.tell(frame)
    await talk.tell(talk.answer)


async def only_garbage(talk: Talk) -> None:
    """Send half of the answer."""
    text = json.dumps(talk.answer)
    await talk.tell(text[: len(text) // 2])


async def no_answer(_: Talk) -> None:
    """Send nothing."""


async def hang_up(talk: Talk) -> None:
    """Drop the connection instead of an answer."""
    talk.hang_up()


async def too_much(talk: Talk) -> None:
    """Send more than anybody takes."""
    await talk.tell(json.dumps(talk.answer) + " " * (MOST_BYTES + 1))


_RATE_LIMITED = frozenset({ErrorCode.RATE_LIMITED})
_AUTH = frozenset({ErrorCode.AUTH, ErrorCode.FORBIDDEN})
_BROKEN = frozenset({ErrorCode.UPSTREAM_ERROR, ErrorCode.UNAVAILABLE})
_TIMEOUT = frozenset({ErrorCode.TIMEOUT})
_TOO_LARGE = frozenset({ErrorCode.TOO_LARGE})
_WAIT = {"Retry-After": f"{RETRY_AFTER_SECONDS:.0f}"}
_JSON = "application/json"

HTTP_TROUBLES = (
    Trouble("401", replying(401), codes=_AUTH, is_retryable=False),
    Trouble("403", replying(403), codes=_AUTH, is_retryable=False),
    Trouble("404", replying(404)),
    Trouble(
        "429 with Retry-After",
        replying(429, headers=_WAIT),
        codes=_RATE_LIMITED,
        is_retryable=True,
        retry_after_seconds=RETRY_AFTER_SECONDS,
    ),
    Trouble("429", replying(429), codes=_RATE_LIMITED, is_retryable=True),
    Trouble("500", replying(500, _ERROR, _JSON), codes=_BROKEN, is_retryable=True),
    Trouble("502 with HTML", replying(502), codes=_BROKEN, is_retryable=True),
    Trouble("503", replying(503), codes=_BROKEN, is_retryable=True),
    Trouble("a redirect", replying(302, headers={"Location": "http://127.0.0.1:1/"})),
    Trouble("200 with HTML", replying(200)),
    Trouble("200 with an error in it", replying(200, _ERROR, _JSON)),
    Trouble("200 with null", replying(200, "null", _JSON)),
    Trouble("200 with a number", replying(200, "7", _JSON)),
    Trouble("200 with nothing", replying(200, "", _JSON)),
    Trouble("200 nested without end", replying(200, "[" * 100_000, _JSON)),
    Trouble("half of the JSON", half_of_it),
    Trouble("another content type", with_another_type, may_answer=True),
    Trouble("a body that is cut short", cut_short),
    Trouble("a reset", reset, is_retryable=True),
    Trouble("too large a body", endless, codes=_TOO_LARGE),
    Trouble("a body that drips", dripping, codes=_TIMEOUT, is_retryable=True, is_silent=True),
    Trouble("silence", silence, codes=_TIMEOUT, is_retryable=True, is_silent=True),
)

RPC_TROUBLES = (
    Trouble("an unknown error", rpc=telling(error={"code": -31999, "message": CANARY})),
    Trouble("an error without a code", rpc=telling(error={"message": CANARY})),
    Trouble("an error that is a text", rpc=telling(error=CANARY)),
    Trouble("a result that is an error", rpc=telling(result={"error": CANARY})),
    Trouble("a result of null", rpc=telling(result=None)),
    Trouble("neither result nor error", rpc=telling(), codes=_TIMEOUT, is_silent=True),
    Trouble("an answer to somebody else first", rpc=to_somebody_else, may_answer=True),
    Trouble("garbage first", rpc=after_garbage, may_answer=True),
    Trouble("half of the JSON", rpc=only_garbage, is_silent=True),
    Trouble("no answer", rpc=no_answer, codes=_TIMEOUT, is_retryable=True, is_silent=True),
    Trouble("a connection that breaks", rpc=hang_up, is_retryable=True),
    Trouble("too large a message", rpc=too_much, codes=_TOO_LARGE),
)
