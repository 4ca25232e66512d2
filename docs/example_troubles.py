"""Problems that more than one call, or something that goes wrong, brings about."""

import asyncio
import sqlite3
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, closing, suppress
from datetime import datetime
from pathlib import Path

import msgspec
from aiohttp import web
from example_gateways import KEY, Call, Gateway, Place, configured, lost

from gateway.config import BackendSettings
from gateway.spi.abilities import Operation
from gateway.web.limits import ServingLimits

_SESSIONS = "/v1/sessions"
_CREATION = {"space": {"id": "1"}, "language": "es"}
_KEYED = {"Idempotency-Key": "8e03978e"}
_MANY = 8_000
"""Sessions that begin in more than 5,000 minutes."""


async def _cursor_mismatch(place: Place) -> str:
    gateway = await place.gateway(*await place.museum_and_lab())
    _, page = await gateway.answer(Call("GET", f"{_SESSIONS}?limit=1"))
    cursor = msgspec.json.decode(page)["page"]["next"]
    return await _told(gateway, Call("GET", f"{_SESSIONS}?status=ended&cursor={cursor}"))


async def _too_many_cells(place: Place) -> str:
    gateway = await place.gateway(await place.backend("museum", "roundware", rows=_MANY))
    return await _told(gateway, Call("GET", f"{_SESSIONS}/summary?by=language&bucket=1m"))


async def _key_in_use(place: Place) -> str:
    async with _state() as state, _silent_vendor() as (backend, has_come):
        gateway = await place.gateway(backend, state=state)
        call = Call("POST", _SESSIONS, {"backend": "silent", **_CREATION}, _KEYED)
        first = asyncio.create_task(gateway.answer(call))
        await has_come.wait()
        told = await _told(gateway, call)
        first.cancel()
        with suppress(asyncio.CancelledError):
            await first
    return told


async def _key_reused(place: Place) -> str:
    async with _state() as state:
        gateway = await place.gateway(*await place.museum_and_lab(), state=state)
        call = Call("POST", _SESSIONS, {"backend": "museum", **_CREATION}, _KEYED)
        await gateway.answer(call)
        other = {"backend": "museum", "space": {"id": "1"}}
        return await _told(gateway, call._replace(body=other))


async def _key_not_recorded(place: Place) -> str:
    async with _state() as state:
        gateway = await place.gateway(*await place.museum_and_lab(), state=state)
        with closing(sqlite3.connect(state / "idempotency.sqlite")) as file:
            file.execute("DROP TABLE calls")
        call = Call("POST", _SESSIONS, {"backend": "museum", **_CREATION}, _KEYED)
        return await _told(gateway, call)


async def _not_own_session(place: Place) -> str:
    ward, address = await place.simulator("canopsis")
    options = {**ward.options(address), "username": "root"}
    gateway = await place.gateway(configured("ward", "canopsis", options, Operation.KEEPALIVE))
    other = ward.held()[0].native_id
    return await _told(gateway, Call("POST", f"{_SESSIONS}/ward:{other}/keepalive"))


async def _outcome_unknown(place: Place) -> str:
    rooms, address = await place.simulator("digital_samba")
    options = rooms.options(address)
    gateway = await place.gateway(configured("rooms", "digital_samba", options, Operation.END))
    rooms.before_answering = _break
    return await _told(gateway, Call("POST", f"{_SESSIONS}/rooms:{rooms.held()[0].native_id}/end"))


async def _request_timeout(place: Place) -> str:
    gateway = await place.gateway(lost("closed"), limits=ServingLimits(body_seconds=0.1))
    reader, writer = await asyncio.open_connection(*gateway.address)
    head = ["POST /v1/sessions HTTP/1.1", "Host: x", f"X-API-Key: {KEY}", "Content-Length: 2"]
    writer.write("\r\n".join([*head, "Content-Type: application/json", "", "{"]).encode())
    _, _, body = (await reader.read()).partition(b"\r\n\r\n")
    writer.close()
    return body.decode()


async def _timeout(place: Place) -> str:
    async with _silent_vendor() as (backend, _):
        gateway = await place.gateway(backend)
        return await _told(gateway, Call("GET", _SESSIONS, None, {"Prefer": "wait=0.3"}))


async def _unavailable(place: Place) -> str:
    museum, address = await place.simulator("roundware")
    gateway = await place.gateway(configured("museum", "roundware", museum.options(address)))
    museum.before_answering = _rest
    return await _told(gateway, Call("GET", _SESSIONS))


async def _overloaded(place: Place) -> str:
    gateway = await place.gateway(lost("closed"), limits=ServingLimits(calls=0))
    return await _told(gateway, Call("GET", _SESSIONS))


async def _internal_error(place: Place) -> str:
    gateway = await place.gateway(lost("closed"), clock=_broken_clock)
    return await _told(gateway, Call("GET", _SESSIONS, None, {"X-Request-Id": "4fd1a1a9"}))


TROUBLES: Mapping[str, Callable[[Place], Awaitable[str]]] = {
    "cursor_mismatch": _cursor_mismatch,
    "too_many_cells": _too_many_cells,
    "idempotency_key_in_use": _key_in_use,
    "idempotency_key_reused": _key_reused,
    "idempotency_failed": _key_not_recorded,
    "not_own_session": _not_own_session,
    "write_outcome_unknown": _outcome_unknown,
    "request_timeout": _request_timeout,
    "timeout": _timeout,
    "unavailable": _unavailable,
    "overloaded": _overloaded,
    "internal_error": _internal_error,
}
"""What tells of each of them, by their codes."""


async def _told(gateway: Gateway, call: Call) -> str:
    return (await gateway.answer(call))[1]


@asynccontextmanager
async def _state() -> AsyncIterator[Path]:
    with tempfile.TemporaryDirectory() as folder:
        yield Path(folder)


@asynccontextmanager
async def _silent_vendor() -> AsyncIterator[tuple[BackendSettings, asyncio.Event]]:
    """Run a vendor that hears and does not answer, and give what tells that it was asked."""
    has_come = asyncio.Event()

    async def listen(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while await reader.read(65536):
            has_come.set()
        writer.close()

    async with await asyncio.start_server(listen, "127.0.0.1", 0) as server:
        host, port = server.sockets[0].getsockname()
        options = {"url": f"http://{host}:{port}/api/2", "token": "heard by nobody"}
        yield configured("silent", "roundware", options, Operation.CREATE), has_come


def _break() -> None:
    raise web.HTTPInternalServerError


def _rest() -> None:
    raise web.HTTPServiceUnavailable(headers={"Retry-After": "60"})


def _broken_clock() -> datetime:
    raise OSError("the clock has stopped")
