"""Connections: who has a seat, how long is waited for what they take, and what is no request."""

import asyncio
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from aiohttp import web

from gateway.web.doorstep import Doorstep

if TYPE_CHECKING:
    from gateway.web.limits import Seat


def is_welcome(request: web.BaseRequest) -> bool:
    """Say whether there was room for the connection that a request came on."""
    return isinstance(request.protocol, Connection) and request.protocol.is_welcome


class Connection(web.RequestHandler):
    """A connection that is counted while it lasts, and whose client has to take what is written."""

    __slots__ = ("_doorstep", "_dropping", "_seat", "is_welcome")

    def __init__(self, server: web.Server, doorstep: Doorstep, **settings: Any) -> None:  # noqa: ANN401  # the library's own
        """Take the server that it is of, and the library's own settings."""
        super().__init__(server, loop=asyncio.get_running_loop(), **settings)
        self._doorstep = doorstep
        self._seat: Seat | None = None
        self.is_welcome = False
        """Whether there was room for the connection."""
        self._dropping: asyncio.TimerHandle | None = None

    def enter(self, transport: asyncio.BaseTransport) -> float:
        """Count the connection in, and give the seconds that are waited for what it sends.

        One too many has little time to hear that it is.
        """
        crowd = self._doorstep.crowd
        self._seat = crowd.join(str((transport.get_extra_info("peername") or ("",))[0]))
        self.is_welcome = self._seat.has_room
        if not self.is_welcome:
            self._keepalive_timeout = crowd.limits.hasty_seconds
        return self._keepalive_timeout

    def leave(self) -> None:
        """Count the connection out."""
        if self._seat is not None:
            self._doorstep.crowd.leave(self._seat)

    def end(self) -> None:
        """Close the connection: now if it is idle, or else behind the request under way."""
        if self._waiter is not None and not self._waiter.done():
            self.force_close()
        else:
            self.close()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin to read; a connection without a handshake is counted in now."""
        if self._seat is None:
            self.enter(transport)
            if isinstance(transport, asyncio.Transport):
                # Without it the last bytes would be waited for without end. TLS closes in time.
                transport.set_write_buffer_limits(high=0)
        super().connection_made(transport)

    def connection_lost(self, exc: BaseException | None) -> None:
        """Count the connection out."""
        self._wait_no_longer()
        self.leave()
        super().connection_lost(exc)

    def pause_writing(self) -> None:
        """Wait for the client to take what was written, but not for ever."""
        super().pause_writing()
        seconds = self._doorstep.crowd.limits.write_seconds
        self._dropping = asyncio.get_running_loop().call_later(seconds, self._drop)

    def resume_writing(self) -> None:
        """Go on: the client has taken it."""
        self._wait_no_longer()
        super().resume_writing()

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = HTTPStatus.INTERNAL_SERVER_ERROR,
        exc: BaseException | None = None,
        message: str | None = None,  # noqa: ARG002  # it holds what was sent, maybe by others
    ) -> web.StreamResponse:
        """Answer what is no request, or what broke where nothing else answers."""
        if request.writer.output_size > 0:
            raise ConnectionError("an answer is under way")
        if status == HTTPStatus.BAD_REQUEST:
            return self._doorstep.unreadable(request, exc)
        return self._doorstep.broken(request, exc)

    def _drop(self) -> None:
        if self.transport is not None:
            self.transport.abort()

    def _wait_no_longer(self) -> None:
        if self._dropping is not None:
            self._dropping.cancel()
