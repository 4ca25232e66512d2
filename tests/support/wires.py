"""Peers on loopback that behave, or misbehave, as a test tells them; and what is left open."""

import asyncio
import gc
import json
import socket
import ssl
import struct
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any, Self, TypeAlias

from aiohttp import web

from gateway.spi import HttpEndpoint, RpcEndpoint
from gateway.transport.http import HttpWire
from gateway.transport.limits import Limits, Trust
from gateway.transport.proxy import Proxy
from gateway.transport.rpc import RpcWire
from tests.support.listening import Listening

HOST = "127.0.0.1"

BRIEF = Limits(timeout_seconds=0.3, max_body_bytes=1024 * 1024, connect_timeout_seconds=0.3)
"""For faults that are meant to run into a limit."""

PATIENT = Limits(timeout_seconds=20.0, max_body_bytes=1024 * 1024)
"""For everything else: a limit that is hit is a failure of the test."""


class Visit:
    """One connection to a raw peer."""

    def __init__(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, requests: list[bytes]
    ) -> None:
        self.reader = reader
        self.writer = writer
        self._requests = requests

    async def request(self) -> bytes:
        """Read one HTTP request, and note it."""
        head = await self.reader.readuntil(b"\r\n\r\n")
        _, _, rest = head.lower().partition(b"\r\ncontent-length:")
        body = await self.reader.readexactly(int(rest.split(b"\r\n")[0] or 0)) if rest else b""
        self._requests.append(head + body)
        return head + body

    async def send(self, data: bytes) -> None:
        """Send bytes as they are."""
        self.writer.write(data)
        await self.writer.drain()

    async def until_left(self) -> None:
        """Read on until the other side closes the connection."""
        while await self.reader.read(65536):
            pass

    def reset(self) -> None:
        """Break the connection off, so that the other side sees a reset."""
        connection = self.writer.get_extra_info("socket")
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.writer.transport.abort()


Script: TypeAlias = Callable[[Visit], Awaitable[None]]


class Peer(Listening):
    """A raw server that plays a script on every connection, and then closes it."""

    def __init__(self, script: Script, tls: ssl.SSLContext | None = None) -> None:
        super().__init__(tls)
        self.requests: list[bytes] = []
        self.visits = 0
        self._script = script

    @property
    def url(self) -> str:
        """The address for HTTP."""
        return f"http{'s' if self._tls else ''}://{HOST}:{self.port}"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Play the script."""
        self.visits += 1
        visit = Visit(reader, writer, self.requests)
        try:
            await self._script(visit)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass  # The other side left.
        finally:
            visit.writer.transport.abort()


def replying(*replies: bytes) -> Script:
    """Answer every request with the next of these, the last of them again and again."""
    rest = iter(replies)
    last = replies[-1]

    async def script(visit: Visit) -> None:
        while True:
            await visit.request()
            await visit.send(next(rest, last))

    return script


def replying_and_leaving(reply: bytes) -> Script:
    """Answer one request and close the connection."""

    async def script(visit: Visit) -> None:
        await visit.request()
        await visit.send(reply)
        visit.writer.close()
        await visit.writer.wait_closed()

    return script


async def silent(visit: Visit) -> None:
    """Take a request, and never answer it."""
    await visit.request()
    await visit.until_left()


def reply(body: bytes = b"", *headers: str, status: str = "200 OK") -> bytes:
    """Write a whole HTTP reply."""
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


class Talk:
    """One WebSocket connection to an RPC peer."""

    def __init__(self, websocket: web.WebSocketResponse, request: web.BaseRequest) -> None:
        assert request.transport is not None
        self.websocket = websocket
        self.transport = request.transport

    async def call(self) -> dict[str, Any]:
        """Receive a call."""
        call: dict[str, Any] = await self.websocket.receive_json()
        return call

    async def answer(self, call: dict[str, Any], result: object) -> None:
        """Answer a call."""
        await self.tell({"jsonrpc": "2.0", "id": call["id"], "result": result})

    async def tell(self, frame: object) -> None:
        """Send a frame: text as it is, bytes as a binary frame, anything else as JSON."""
        if isinstance(frame, bytes):
            await self.websocket.send_bytes(frame)
        else:
            await self.websocket.send_str(frame if isinstance(frame, str) else json.dumps(frame))

    async def until_left(self) -> None:
        """Read on until the other side closes the connection."""
        async for _ in self.websocket:
            pass


Conversation: TypeAlias = Callable[[Talk], Awaitable[None]]


async def _let_in(_: int) -> None:
    """Accept every handshake at once."""


class RpcPeer:
    """A WebSocket server that holds the next of its conversations on every connection.

    Before a handshake is accepted the doorman is told which one it is, and waited for.
    """

    def __init__(
        self,
        *conversations: Conversation,
        doorman: Callable[[int], Awaitable[None]] = _let_in,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self.visits = 0
        self._doorman = doorman
        self._conversations = conversations
        self._tls = tls
        self._runner = web.ServerRunner(
            web.Server(self._hold, handler_cancellation=True), shutdown_timeout=0.01
        )

    async def __aenter__(self) -> Self:
        await self._runner.setup()
        await web.TCPSite(self._runner, HOST, 0, ssl_context=self._tls).start()
        self.port = self._runner.addresses[0][1]
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._runner.cleanup()

    @property
    def url(self) -> str:
        """The address for a WebSocket."""
        return f"ws{'s' if self._tls else ''}://{HOST}:{self.port}"

    async def _hold(self, request: web.BaseRequest) -> web.WebSocketResponse:
        websocket = web.WebSocketResponse(autoping=False)
        conversation = self._conversations[min(self.visits, len(self._conversations) - 1)]
        self.visits += 1
        await self._doorman(self.visits)
        await websocket.prepare(request)
        await conversation(Talk(websocket, request))
        return websocket


async def echo(talk: Talk) -> None:
    """Answer every call with its own parameters."""
    async for message in talk.websocket:
        call = json.loads(message.data)
        await talk.answer(call, call.get("params"))


@asynccontextmanager
async def http_wire(
    url: str, limits: Limits = PATIENT, trust: Trust | None = None, proxy: str | None = None
) -> AsyncIterator[HttpWire]:
    """Hold a wire to an HTTP server, perhaps by a proxy."""
    by = Proxy.at(proxy) if proxy else None
    wire = HttpWire(HttpEndpoint(url), limits, trust or Trust(), proxy=by)
    try:
        yield wire
    finally:
        await wire.close()


@asynccontextmanager
async def rpc_wire(
    url: str,
    limits: Limits = PATIENT,
    trust: Trust | None = None,
    proxy: str | None = None,
    *,
    is_serial: bool = False,
) -> AsyncIterator[RpcWire]:
    """Hold a wire to an RPC server, perhaps by a proxy."""
    by = Proxy.at(proxy) if proxy else None
    wire = RpcWire(RpcEndpoint(url, is_serial), limits, trust or Trust(), proxy=by)
    try:
        yield wire
    finally:
        await wire.close()


def connections_to(port: int) -> int:
    """Count the connections that this process holds open to a port."""
    return sum(_peer_port(found) == port for found in _open_sockets())


def open_sockets() -> set[int]:
    """Name the sockets this process holds open."""
    return {found.fileno() for found in _open_sockets()}


def _open_sockets() -> list[socket.socket]:
    found = [thing for thing in gc.get_objects() if type(thing) is socket.socket]
    return [one for one in found if one.fileno() != -1]


def _peer_port(connection: socket.socket) -> int | None:
    try:
        return int(connection.getpeername()[1])
    except (OSError, IndexError):
        return None
