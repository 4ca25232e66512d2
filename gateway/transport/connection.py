"""One open WebSocket: its reader, and the calls that wait for an answer.

What arrives and answers no call under way (a sample, a notice, a late answer, garbage) is passed
over: it must never be taken for an answer.
"""

import asyncio
import itertools
from collections.abc import Mapping
from contextlib import suppress
from http import HTTPStatus
from typing import Literal, TypeAlias

import aiohttp
import msgspec

from gateway.model.report import ErrorCode
from gateway.spi import BadAnswer, RpcError, UpstreamError
from gateway.transport.client import Client
from gateway.transport.dispatch import Dispatch
from gateway.transport.failures import failure
from gateway.transport.frames import Refusal, call_frame, read_answer
from gateway.transport.limits import Limits

# Frames stay bytes: text that is not UTF-8 then spoils one frame rather than the connection.
_Socket: TypeAlias = aiohttp.ClientWebSocketResponse[Literal[False]]

# What a call waits for travels as a value: an exception that nobody fetched would be logged.
_Outcome: TypeAlias = msgspec.Raw | Refusal | Exception


async def only_an_upgrade(
    request: aiohttp.ClientRequest, handler: aiohttp.ClientHandlerType
) -> aiohttp.ClientResponse:
    """Refuse every answer to a handshake but the upgrade: aiohttp would follow a redirect."""
    response = await handler(request)
    if response.status != HTTPStatus.SWITCHING_PROTOCOLS:
        response.close()
        raise aiohttp.WSServerHandshakeError(request.request_info, (), status=response.status)
    return response


async def connect(client: Client, url: str, limits: Limits) -> "RpcConnection":
    """Open a WebSocket, and begin to read it."""
    socket = await client.opened().ws_connect(
        url,
        heartbeat=limits.heartbeat_seconds,
        # aiohttp refuses a message of exactly this size.
        max_msg_size=limits.max_body_bytes + 1,
        decode_text=False,
        **client.via,
    )
    return RpcConnection(socket, limits.connect_timeout_seconds)


class RpcConnection:
    """Carries any number of calls at the same time; each gets its own answer, in any order."""

    def __init__(self, socket: _Socket, closing_seconds: float) -> None:
        self._socket = socket
        self._closing_seconds = closing_seconds
        self._ids = itertools.count(1)
        self._waiting: dict[int, asyncio.Future[_Outcome]] = {}
        self._reader = asyncio.create_task(self._read(), name="rpc reader")

    @property
    def is_broken(self) -> bool:
        """Say whether the reader has ended, so that no answer can arrive any more."""
        return self._reader.done()

    async def call(
        self, method: str, params: Mapping[str, object] | None, dispatch: Dispatch
    ) -> msgspec.Raw:
        """Send a call and wait for its answer.

        Raises :class:`~gateway.spi.transport.RpcError` for an answer with an error, and
        :class:`~gateway.spi.errors.UpstreamError` when the connection ends before the answer.
        """
        call_id = next(self._ids)
        frame = call_frame(call_id, method, params)
        answer: asyncio.Future[_Outcome] = asyncio.get_running_loop().create_future()
        self._waiting[call_id] = answer
        try:
            dispatch.has_begun = True
            await self._socket.send_frame(frame, aiohttp.WSMsgType.TEXT)
            return _result(await answer, method)
        finally:
            del self._waiting[call_id]

    async def close(self) -> None:
        """Close the socket, which ends the reader and every call that waits."""
        # Bounded here, because aiohttp waits anew for each message that is not the peer's close.
        with suppress(TimeoutError):
            async with asyncio.timeout(self._closing_seconds):
                await self._socket.close()
        await asyncio.wait((self._reader,))

    async def _read(self) -> None:
        end: Exception = aiohttp.ServerDisconnectedError()
        try:
            async for message in self._socket:
                if message.type is aiohttp.WSMsgType.TEXT:
                    self._settle(message.data)
                elif message.type is aiohttp.WSMsgType.ERROR:
                    end = message.data
        except (aiohttp.ClientError, OSError) as error:  # a ping could not be answered any more
            end = error
        finally:
            for answer in self._waiting.values():
                if not answer.done():
                    answer.set_result(end)

    def _settle(self, frame: bytes) -> None:
        answer = read_answer(frame)
        waiting = self._waiting.get(answer.id) if answer is not None else None
        if answer is not None and waiting is not None and not waiting.done():
            waiting.set_result(answer.outcome)


def _result(outcome: _Outcome, method: str) -> msgspec.Raw:
    if isinstance(outcome, msgspec.Raw):
        return outcome
    raise _error(outcome, method)


def _error(outcome: Refusal | Exception, method: str) -> UpstreamError | RpcError:
    if isinstance(outcome, Exception):
        return failure(outcome, method)
    if outcome.code is None:
        return BadAnswer(ErrorCode.PROTOCOL, f"{method}: an error without a code")
    return RpcError(method, outcome.code)
