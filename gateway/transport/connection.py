"""One open WebSocket: its reader, and the calls that wait for an answer.

What arrives and answers no call under way (a sample, a notice, a late answer, garbage) is passed
over: it must never be taken for an answer. Who sends garbage again and again is left.
"""

import asyncio
import itertools
from collections import deque
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
from gateway.transport.frames import Refusal, call_frame, is_notice, read_answer
from gateway.transport.limits import Limits
from gateway.transport.patience import Patience

# Frames stay bytes: text that is not UTF-8 then spoils one frame rather than the connection.
_Socket: TypeAlias = aiohttp.ClientWebSocketResponse[Literal[False]]

_MOST_LATE = 1000
"""Of so many calls that were given up, a late answer is known as one."""

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
        self._given_up: deque[int] = deque(maxlen=_MOST_LATE)
        self._patience = Patience()
        self._is_over = False
        self._reader = asyncio.create_task(self._read(), name="rpc reader")

    @property
    def is_broken(self) -> bool:
        """Say whether the reader has ended, so that no answer can arrive any more."""
        return self._is_over

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
            if not answer.done() or answer.cancelled():
                self._given_up.append(call_id)

    async def close(self) -> None:
        """Close the socket, which ends the reader and every call that waits."""
        await self._hang_up()
        await asyncio.wait((self._reader,))

    async def _hang_up(self) -> None:
        # Bounded here, because aiohttp waits anew for each message that is not the peer's close.
        with suppress(TimeoutError):
            async with asyncio.timeout(self._closing_seconds):
                await self._socket.close()

    async def _read(self) -> None:
        end: Exception = aiohttp.ServerDisconnectedError()
        try:
            async for message in self._socket:
                if message.type is aiohttp.WSMsgType.ERROR:
                    end = message.data
                elif not self._makes_sense(message.type, message.data) and self._patience.is_lost():
                    end = aiohttp.WebSocketError(aiohttp.WSCloseCode.PROTOCOL_ERROR, "garbage")
                    break
                del message  # It may be a whole list, and the next one may be long in coming.
        except (aiohttp.ClientError, OSError) as error:  # a ping could not be answered any more
            end = error
        finally:
            self._is_over = True
            for answer in self._waiting.values():
                if not answer.done():
                    answer.set_result(end)
        await self._hang_up()

    def _makes_sense(self, kind: aiohttp.WSMsgType, frame: bytes) -> bool:
        """Settle the call that a frame answers; tell garbage from what merely answers none."""
        if kind is not aiohttp.WSMsgType.TEXT:
            return False
        answer = read_answer(frame)
        if answer is None:
            return is_notice(frame)
        waiting = self._waiting.get(answer.id)
        if waiting is None or waiting.done():
            return self._was_given_up(answer.id)
        waiting.set_result(answer.outcome)
        return True

    def _was_given_up(self, call_id: int) -> bool:
        """Say whether an answer is late: a call that nobody waits for any more has one to come."""
        if call_id not in self._given_up:
            return False
        self._given_up.remove(call_id)
        return True


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
