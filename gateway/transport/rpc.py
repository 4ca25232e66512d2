"""JSON-RPC 2.0 over one WebSocket to one vendor: one reader, answers matched by id.

What arrives and is no answer to a call under way (a sample, a notice, a late answer) is passed
over: it must never be taken for an answer.
"""

import asyncio
import itertools
from collections.abc import Mapping
from contextlib import AsyncExitStack, nullcontext
from dataclasses import dataclass

import aiohttp
import msgspec

from gateway.model.report import ErrorCode
from gateway.spi import (
    BadAnswer,
    RpcEndpoint,
    RpcError,
    TryAgainLater,
    UpstreamError,
)
from gateway.transport.failures import translated
from gateway.transport.limits import CONNECT_TIMEOUT_SECONDS, Limits, Trust
from gateway.transport.tls import verification


class _Failure(msgspec.Struct):
    code: int = 0


class _Frame(msgspec.Struct):
    """A frame as far as it tells whether it answers a call.

    An answer holds a result or an error. An id alone does not make one: a notice may carry one
    too.
    """

    id: int | str | float | None = None
    result: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET
    error: _Failure | None = None


_read_frame = msgspec.json.Decoder(_Frame).decode
_write = msgspec.json.Encoder().encode


class RpcWire:
    """One long-lived connection, opened at the first call and again after it broke."""

    def __init__(self, endpoint: RpcEndpoint, limits: Limits, trust: Trust) -> None:
        self._endpoint = endpoint
        self._limits = limits
        self._trust = trust
        self._connection: _Connection | None = None
        self._opening = asyncio.Lock()
        self._turn = asyncio.Lock() if endpoint.is_serial else nullcontext()

    async def call(self, method: str, params: Mapping[str, object] | None = None) -> msgspec.Raw:
        """Call a method; raise RpcError where the vendor answers with one."""
        try:
            async with asyncio.timeout(self._limits.timeout_seconds), self._turn:
                connection = await self._connected(method)
                return await connection.call(method, params)
        except TimeoutError:
            raise TryAgainLater(ErrorCode.TIMEOUT, f"{method}: no answer in time") from None

    async def close(self) -> None:
        """Close the connection, and end its reader."""
        if self._connection is not None:
            connection, self._connection = self._connection, None
            await connection.close()

    async def _connected(self, method: str) -> "_Connection":
        async with self._opening:
            if self._connection is None or self._connection.is_broken:
                await self.close()
                self._connection = await self._connect(method)
            return self._connection

    async def _connect(self, method: str) -> "_Connection":
        async with AsyncExitStack() as stack:
            session = await stack.enter_async_context(
                aiohttp.ClientSession(
                    connector=aiohttp.TCPConnector(ssl=verification(self._trust)),
                    cookie_jar=aiohttp.DummyCookieJar(),
                    timeout=aiohttp.ClientTimeout(sock_connect=CONNECT_TIMEOUT_SECONDS),
                    trust_env=False,
                )
            )
            with translated(method):
                socket = await session.ws_connect(
                    self._endpoint.url, max_msg_size=self._limits.max_body_bytes, autoping=True
                )
            stack.push_async_callback(socket.close)
            return _Connection(socket, stack.pop_all())


@dataclass(frozen=True, slots=True)
class _Waiting:
    """A call under way."""

    method: str
    answer: asyncio.Future[msgspec.Raw]


class _Connection:
    """An open socket, its reader, and the calls that wait for an answer."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse, closing: AsyncExitStack) -> None:
        self._socket = socket
        self._closing = closing
        self._ids = itertools.count(1)
        self._waiting: dict[int, _Waiting] = {}
        self._reader = asyncio.create_task(self._read(), name="rpc reader")

    @property
    def is_broken(self) -> bool:
        """Say whether the reader has ended, so that no answer can arrive any more."""
        return self._reader.done()

    async def call(self, method: str, params: Mapping[str, object] | None) -> msgspec.Raw:
        call_id = next(self._ids)
        request = {"jsonrpc": "2.0", "id": call_id, "method": method}
        if params is not None:
            request["params"] = params
        answer: asyncio.Future[msgspec.Raw] = asyncio.get_running_loop().create_future()
        self._waiting[call_id] = _Waiting(method, answer)
        try:
            with translated(method):
                await self._socket.send_str(_write(request).decode())
            return await answer
        finally:
            del self._waiting[call_id]

    async def close(self) -> None:
        self._reader.cancel()
        await asyncio.gather(self._reader, return_exceptions=True)
        await self._closing.aclose()

    async def _read(self) -> None:
        error: UpstreamError = TryAgainLater(ErrorCode.RESET, "the connection closed")
        try:
            async for message in self._socket:
                if message.type is aiohttp.WSMsgType.TEXT:
                    self._settle(message.data)
            if self._socket.close_code == aiohttp.WSCloseCode.MESSAGE_TOO_BIG:
                error = BadAnswer(ErrorCode.TOO_LARGE, "a message over the size limit")
        finally:
            for waiting in self._waiting.values():
                if not waiting.answer.done():
                    waiting.answer.set_exception(error)

    def _settle(self, text: str) -> None:
        try:
            frame = _read_frame(text)
        except (ValueError, RecursionError):
            return
        waiting = self._waiting.get(frame.id) if isinstance(frame.id, int) else None
        if waiting is None or waiting.answer.done():
            return
        if frame.error is not None:
            waiting.answer.set_exception(RpcError(waiting.method, frame.error.code))
        elif frame.result is not msgspec.UNSET:
            waiting.answer.set_result(frame.result)
