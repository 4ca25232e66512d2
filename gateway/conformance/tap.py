"""A tap on the line between an adapter and its vendor: it counts, and it makes trouble.

Everything goes through unchanged, over HTTP and over a WebSocket, until a trouble is set.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable, Collection, Iterable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, TypeAlias

import aiohttp
from aiohttp import web
from yarl import URL

_HOST = "127.0.0.1"

# Of one hop, or written anew by who sends the body on.
_OF_THE_HOP = frozenset({"connection", "content-length", "transfer-encoding"})


@dataclass(frozen=True, slots=True)
class Heard:
    """A request that an adapter sent: ``what`` is its line, or the method of a call."""

    what: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Reply:
    """A vendor's whole reply."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes

    def response(self) -> web.Response:
        """Give it to a client as it came."""
        return web.Response(status=self.status, headers=list(self.headers), body=self.body)


@dataclass(frozen=True, slots=True)
class Exchange:
    """A request that has come, and the vendor's reply to it where that is wanted."""

    request: web.BaseRequest
    forward: Callable[[], Awaitable[Reply]]


@dataclass(frozen=True, slots=True)
class Talk:
    """A call over a WebSocket that the vendor has answered, and the caller it is meant for."""

    answer: dict[str, Any]
    socket: web.WebSocketResponse
    request: web.BaseRequest

    async def tell(self, frame: object) -> None:
        """Send a frame to the caller: text as it is, anything else as JSON."""
        await self.socket.send_str(frame if isinstance(frame, str) else json.dumps(frame))

    def hang_up(self) -> None:
        """Drop the connection."""
        drop(self.request)


HttpTrouble: TypeAlias = Callable[[Exchange], Awaitable[web.StreamResponse]]
RpcTrouble: TypeAlias = Callable[[Talk], Awaitable[None]]


def drop(request: web.BaseRequest) -> None:
    """Drop the connection a request came by."""
    if request.transport is not None:
        request.transport.abort()


class Tap:
    """Listens on a loopback port for one vendor.

    ``heard`` are the requests that came, of which those after the first ``spared`` are answered
    with the trouble that is set. ``before`` is called before each is passed on. While ``gate`` is
    shut nothing is.
    """

    def __init__(self, vendor: str) -> None:
        """Pass on to the vendor at this address."""
        self.heard: list[Heard] = []
        self.before: Callable[[], None] = lambda: None
        self.gate = asyncio.Event()
        self.gate.set()
        self._vendor = vendor
        self._http_trouble: HttpTrouble | None = None
        self._rpc_trouble: RpcTrouble | None = None
        self._spared = 0
        self._client: aiohttp.ClientSession | None = None
        # A handler goes when its client does, so that a cancelled request leaves nothing behind.
        self._server = web.Server(self._serve, handler_cancellation=True, access_log=None)
        self._runner: web.ServerRunner | None = None

    async def start(self) -> str:
        """Listen, and give the address."""
        self._client = aiohttp.ClientSession(auto_decompress=False)
        self._runner = web.ServerRunner(self._server, shutdown_timeout=0.05)
        await self._runner.setup()
        await web.TCPSite(self._runner, _HOST, 0).start()
        return f"http://{_HOST}:{self._runner.addresses[0][1]}"

    async def stop(self) -> None:
        """Drop all connections."""
        self.gate.set()
        if self._runner is not None:
            await self._runner.cleanup()
        if self._client is not None:
            await self._client.close()

    @property
    def open_connections(self) -> int:
        """Count the connections that are open."""
        return len(self._server.connections)

    def make_trouble(
        self, http: HttpTrouble | None, rpc: RpcTrouble | None, *, after: int = 0
    ) -> None:
        """Answer with trouble from now on, but for so many requests."""
        self._http_trouble, self._rpc_trouble = http, rpc
        self._spared = len(self.heard) + after

    def make_none(self) -> None:
        """Make no more trouble."""
        self.make_trouble(None, None)

    async def _serve(self, request: web.BaseRequest) -> web.StreamResponse:
        if request.headers.get("Upgrade", "").lower() == "websocket":
            return await self._relay(request)
        body = await request.read()
        await self._hear(f"{request.method} {request.path_qs}", body)

        async def forward() -> Reply:
            return await self._forward(request, body)

        if self._http_trouble is not None and len(self.heard) > self._spared:
            return await self._http_trouble(Exchange(request, forward))
        return (await forward()).response()

    async def _hear(self, what: str, body: bytes) -> None:
        self.heard.append(Heard(what, body))
        self.before()
        await self.gate.wait()

    async def _forward(self, request: web.BaseRequest, body: bytes) -> Reply:
        headers = _passed_on(request.headers.items(), but={"host"})
        url = URL(self._vendor + request.raw_path, encoded=True)
        async with self._opened().request(
            request.method, url, headers=headers, data=body or None, allow_redirects=False
        ) as reply:
            return Reply(reply.status, _passed_on(reply.headers.items()), await reply.read())

    async def _relay(self, request: web.BaseRequest) -> web.StreamResponse:
        caller = web.WebSocketResponse()
        url = URL(self._vendor + request.raw_path, encoded=True)
        async with self._opened().ws_connect(url, max_msg_size=0) as vendor:
            await caller.prepare(request)
            answering = asyncio.create_task(self._answer(vendor, caller, request))
            try:
                async for message in caller:
                    await self._hear(*_called(message.data))
                    await vendor.send_str(message.data)
            finally:
                await vendor.close()
                await answering
        return caller

    async def _answer(
        self,
        vendor: aiohttp.ClientWebSocketResponse,
        caller: web.WebSocketResponse,
        request: web.BaseRequest,
    ) -> None:
        with suppress(ConnectionError):  # The caller left.
            async for message in vendor:
                frame = json.loads(message.data)
                trouble = self._rpc_trouble if len(self.heard) > self._spared else None
                if trouble is None or not _is_answer(frame):
                    await caller.send_str(message.data)
                else:
                    await trouble(Talk(frame, caller, request))
        drop(request)

    def _opened(self) -> aiohttp.ClientSession:
        if self._client is None:
            raise RuntimeError("the tap has not been started")
        return self._client


def _passed_on(
    headers: Iterable[tuple[str, str]], but: Collection[str] = ()
) -> tuple[tuple[str, str], ...]:
    return tuple(
        (name, value)
        for name, value in headers
        if name.lower() not in _OF_THE_HOP and name.lower() not in but
    )


def _called(frame: str) -> tuple[str, bytes]:
    """Give the method of a call, and its parameters: its id differs from that of every other."""
    call = json.loads(frame)
    return str(call["method"]), json.dumps(call.get("params")).encode()


def _is_answer(frame: object) -> bool:
    return isinstance(frame, dict) and frame.keys() & {"result", "error"} != set()
