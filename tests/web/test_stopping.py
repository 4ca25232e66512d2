"""A server that stops: who got through is answered, and who would hold it up is not waited for."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import pytest_asyncio

from gateway.app import build_app
from gateway.config import Settings
from gateway.web.serving import Runner
from tests.laboratory import http_faults as http
from tests.laboratory.server import HOST, Exchange, FaultServer
from tests.laboratory.vendors import digital_samba
from tests.laboratory.watch import watched
from tests.support.adapters import noon
from tests.support.gateway import backend, settings_for
from tests.support.scribe import Gate, install_scribe, scribe
from tests.web.writing import notes, writable

BRIEFLY = 4.2
"""Seconds for all, of which nearly all are for closing."""

HEALTH = b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"
LIST = b"GET /v1/sessions HTTP/1.1\r\nHost: x\r\n\r\n"


@asynccontextmanager
async def listening(settings: Settings) -> AsyncIterator[tuple[Runner, int]]:
    """Serve on a free port, and leave it to the test to stop that."""
    runner = Runner(build_app(settings, clock=noon), access_log=None)
    await runner.setup()
    server = socket.create_server((HOST, 0))
    await runner.listen_on(server)
    yield runner, server.getsockname()[1]


@pytest_asyncio.fixture
async def vendor() -> AsyncIterator[FaultServer]:
    async with FaultServer(digital_samba(), http.honest) as server:
        yield server


def samba(server: FaultServer) -> Settings:
    options = {"url": server.url(), "developer_key": "key"}
    return settings_for(backend("digital_samba", options, timeout_s=30.0))


async def silent(exchange: Exchange) -> None:
    await exchange.until_left()


def connected(port: int, request: bytes) -> socket.socket:
    """Connect and ask in one go, so that the server has not come to it yet."""
    client = socket.create_connection((HOST, port))
    client.sendall(request)
    return client


async def heard(client: socket.socket) -> bytes:
    def read() -> bytes:
        told = b""
        with client, contextlib.suppress(OSError):
            while piece := client.recv(65536):
                told += piece
        return told

    return await asyncio.to_thread(read)


async def test_who_is_connected_and_was_not_heard_yet_is_answered(vendor: FaultServer) -> None:
    async with listening(samba(vendor)) as (runner, port):
        asked = [heard(connected(port, HEALTH)) for _ in range(20)]
        stopping = asyncio.create_task(runner.stop(10))
        told = await asyncio.gather(*asked)
        await stopping

    assert all(each.startswith(b"HTTP/1.1 200") for each in told)
    assert all(b"\r\nConnection: close\r\n" in each for each in told)


async def test_nobody_connects_any_more(vendor: FaultServer) -> None:
    async with listening(samba(vendor)) as (runner, port):
        await runner.stop(10)

        with pytest.raises(ConnectionRefusedError):
            connected(port, HEALTH)


async def test_what_takes_too_long_is_broken_off_and_nothing_is_left_of_it() -> None:
    async with watched(), FaultServer(digital_samba(), silent) as vendor:
        await broken_off(vendor)


async def broken_off(vendor: FaultServer) -> None:
    async with listening(samba(vendor)) as (runner, port):
        client = asyncio.create_task(heard(connected(port, LIST)))
        while not vendor.arrivals:  # noqa: ASYNC110  # the laboratory does not tell
            await asyncio.sleep(0.01)
        async with asyncio.timeout(BRIEFLY):
            await runner.stop(BRIEFLY)

        assert await client == b""


async def test_a_write_whose_caller_has_left_is_seen_to_its_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install_scribe(tmp_path, monkeypatch)
    gate, ended = Gate(), asyncio.Event()
    body = b'{"backend":"notes","title":"one"}'
    head = (
        f"POST /v1/sessions HTTP/1.1\r\nHost: x\r\nX-API-Key: writer\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    async with scribe() as server:
        server.trouble = gate
        async with listening(writable(notes(server), state_dir=tmp_path)) as (runner, port):
            client = connected(port, head.encode() + body)
            await gate.has_come.wait()
            client.close()
            stopping = asyncio.create_task(runner.stop(20))
            stopping.add_done_callback(lambda _: ended.set())
            await asyncio.sleep(1.5)  # Who is idle would not be waited for longer than that.
            is_waiting = not ended.is_set()
            gate.is_open.set()
            await stopping

    assert (is_waiting, [note["title"] for note in server.notes.values()]) == (True, ["one"])


async def test_a_ready_page_that_is_watched_is_served_for_a_while(vendor: FaultServer) -> None:
    ready = HEALTH.replace(b"healthz", b"readyz")
    async with listening(samba(vendor)) as (runner, port):
        before = await heard(connected(port, ready.replace(b"Host", b"Connection: close\r\nHost")))
        stopping = asyncio.create_task(runner.stop(10, lame_duck_s=0.3))
        await asyncio.sleep(0)
        during = await heard(connected(port, ready))
        await stopping

    assert (before[:12], during[:12]) == (b"HTTP/1.1 200", b"HTTP/1.1 503")
    assert b'"code":"stopping"' in during
