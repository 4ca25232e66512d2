"""Clients that do not take what they asked for are dropped; those that are only slow are not."""

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

import pytest
from aiohttp import web

from gateway.figures.figures import Figures
from gateway.web.keys import FIGURES, ORIGINS, TRUSTED_PROXIES
from gateway.web.limits import ServingLimits
from gateway.web.serving import Runner

PIECE = b"x" * 500_000
PIECES = 20
BUFFER = 65_536
"""What the system is to hold for a client who does not read, on either side."""

ASKING = "GET {} HTTP/1.1\r\nHost: x\r\n\r\n"
EVERYWHERE = pytest.mark.parametrize("is_encrypted", [False, True], ids=["plain", "encrypted"])


class Served:
    """An application with one large answer, whole or in pieces, and how far it came with it."""

    def __init__(self) -> None:
        self.written = 0
        self.has_ended = asyncio.Event()
        self.app = web.Application(handler_args={"handler_cancellation": True})
        self.app[ORIGINS], self.app[TRUSTED_PROXIES] = frozenset(), ()
        self.app[FIGURES] = Figures()
        self.app.router.add_get("/whole", self._whole)
        self.app.router.add_get("/stream", self._stream)

    async def _whole(self, request: web.Request) -> web.Response:
        return web.Response(body=b"x" * int(request.query.get("size", PIECES * len(PIECE))))

    async def _stream(self, request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        try:
            for _ in range(PIECES):
                await response.write(PIECE)
                self.written += 1
        finally:
            self.has_ended.set()
        return response


@asynccontextmanager
async def serving(
    served: Served, limits: ServingLimits, tls: ssl.SSLContext | None
) -> AsyncIterator[Runner]:
    runner = Runner(served.app, limits=limits, tls=tls, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    listening = socket.create_server(("127.0.0.1", 0))
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, BUFFER)
    await web.SockSite(runner, listening).start()
    try:
        yield runner
    finally:
        await runner.cleanup()


@asynccontextmanager
async def reading(
    runner: Runner, path: str, tls: ssl.SSLContext | None
) -> AsyncIterator[asyncio.StreamReader]:
    """Ask, as a client who takes nothing that is not read."""
    connection = socket.socket()
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, BUFFER)
    connection.settimeout(0)
    await asyncio.get_running_loop().sock_connect(connection, runner.addresses[0][:2])
    name = "127.0.0.1" if tls else None
    reader, writer = await asyncio.open_connection(
        sock=connection, ssl=tls, limit=BUFFER, server_hostname=name
    )
    try:
        writer.write(ASKING.format(path).encode())
        yield reader
    finally:
        writer.transport.abort()


async def until_nobody_is_connected(runner: Runner) -> None:
    async with asyncio.timeout(20):
        while runner.server is not None and runner.server.connections:  # noqa: ASYNC110  # nobody tells
            await asyncio.sleep(0.01)


@EVERYWHERE
@pytest.mark.parametrize("path", ["/stream", "/whole"])
async def test_who_does_not_read_is_dropped(
    path: str, *, is_encrypted: bool, encrypting: ssl.SSLContext, trusting: ssl.SSLContext
) -> None:
    served = Served()
    # An encrypted answer is all handed over at once: then it is closing that has its time.
    limits = ServingLimits(write_seconds=0.2, idle_seconds=0.2, hasty_seconds=0.2)
    tls = (encrypting, trusting) if is_encrypted else (None, None)

    async with serving(served, limits, tls[0]) as runner, reading(runner, path, tls[1]) as reader:
        await reader.read(1)
        await until_nobody_is_connected(runner)
        if path == "/stream":
            await served.has_ended.wait()

    assert served.written < PIECES


async def test_who_does_not_read_the_last_of_an_answer_is_dropped() -> None:
    limits = ServingLimits(write_seconds=0.2, idle_seconds=0.2)
    # Somewhere among these a little is left that the system does not hold.
    sizes = range(BUFFER, 12 * BUFFER, BUFFER // 2)

    async with serving(Served(), limits, None) as runner, AsyncExitStack() as stack:
        for size in sizes:
            await stack.enter_async_context(reading(runner, f"/whole?size={size}", None))
        await until_nobody_is_connected(runner)


@EVERYWHERE
async def test_who_reads_slowly_but_steadily_gets_everything(
    *, is_encrypted: bool, encrypting: ssl.SSLContext, trusting: ssl.SSLContext
) -> None:
    tls = (encrypting, trusting) if is_encrypted else (None, None)
    loop, seconds = asyncio.get_running_loop(), 1.0
    limits = ServingLimits(write_seconds=seconds)

    async with (
        serving(Served(), limits, tls[0]) as runner,
        reading(runner, "/stream", tls[1]) as reader,
    ):
        begun, size, read = loop.time(), 0, b""
        while not read.endswith(b"\r\n0\r\n\r\n"):
            read = await reader.read(BUFFER)
            assert read, "dropped"
            size += len(read)
            await asyncio.sleep(0.01)  # It takes time to be slow.

    assert loop.time() - begun > seconds
    assert size > PIECES * len(PIECE)
