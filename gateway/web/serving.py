"""Serving the application over sockets: what cannot be read as a request is answered too."""

import asyncio
import ssl
from collections.abc import Mapping
from http import HTTPStatus
from pathlib import Path
from typing import Any

from aiohttp import web

from gateway.web.doorstep import MAX_LINE_BYTES, Doorstep, Handler
from gateway.web.handshakes import Handshake, Handshakes
from gateway.web.keys import ORIGINS, TRUSTED_PROXIES
from gateway.web.limits import Crowd, Seat, ServingLimits

REQUEST_LIMITS = {
    # They differ so that it can be told whether the request line or a header was too long.
    "max_line_size": MAX_LINE_BYTES,
    "max_field_size": MAX_LINE_BYTES - 2,
    "max_headers": 128,
}
"""How much of a request's head is read, in bytes and headers."""


class Runner(web.AppRunner):
    """Runs the application; every answer of it, to whatever is sent, is one of ours."""

    __slots__ = ("_limits", "_tls")

    def __init__(
        self,
        app: web.Application,
        *,
        limits: ServingLimits | None = None,
        tls: ssl.SSLContext | None = None,
        **settings: Any,  # noqa: ANN401  # the library's own
    ) -> None:
        """Take how all sites are encrypted; they are not to be told themselves."""
        super().__init__(app, **settings)
        self._limits = limits or ServingLimits()
        self._tls = tls

    async def _make_server(self) -> web.Server:
        made = await super()._make_server()
        limits = self._limits
        crowd = Crowd(limits, self.app[TRUSTED_PROXIES])
        return _Server(
            made.request_handler,
            Doorstep(crowd, self.app[ORIGINS]),
            None if self._tls is None else Handshakes(self._tls, limits.hasty_seconds),
            request_factory=made.request_factory,
            handler_cancellation=made.handler_cancellation,
            # What the application would have it be made with.
            settings={**made._kwargs, **_times(limits)},  # noqa: SLF001  # there is no other way to it
        )


class _Server(web.Server):
    def __init__(  # noqa: PLR0913  # the library's own are handed on
        self,
        handler: Handler,
        doorstep: Doorstep,
        handshakes: Handshakes | None,
        *,
        request_factory: Any,  # noqa: ANN401  # the library's own, handed on
        handler_cancellation: bool,
        settings: Mapping[str, Any],
    ) -> None:
        super().__init__(
            doorstep.before(handler, _is_welcome),
            request_factory=request_factory,
            handler_cancellation=handler_cancellation,
            **settings,
        )
        self._doorstep = doorstep
        self._handshakes = handshakes

    def __call__(self) -> web.RequestHandler | Handshake:  # type: ignore[override]  # the loop takes any protocol
        protocol = _Protocol(self, self._doorstep, **self._kwargs)
        return protocol if self._handshakes is None else Handshake(protocol, self._handshakes)

    async def shutdown(self, timeout: float | None = None) -> None:  # noqa: ASYNC109  # the library's own
        """End what is under way, handshakes at once."""
        if self._handshakes is not None:
            await self._handshakes.end()
        await super().shutdown(timeout)


class _Protocol(web.RequestHandler):
    __slots__ = ("_doorstep", "_dropping", "_seat")

    def __init__(self, server: _Server, doorstep: Doorstep, **settings: Any) -> None:  # noqa: ANN401  # the library's own
        super().__init__(server, loop=asyncio.get_running_loop(), **settings)
        self._doorstep = doorstep
        self._seat: Seat | None = None
        self._dropping: asyncio.TimerHandle | None = None

    @property
    def is_welcome(self) -> bool:
        """Say whether there was room for the connection."""
        return self._seat is not None and self._seat.has_room

    def enter(self, transport: asyncio.BaseTransport) -> float:
        """Count the connection in, and give the seconds that are waited for what it sends.

        One too many has little time to hear that it is.
        """
        crowd = self._doorstep.crowd
        self._seat = crowd.join(str((transport.get_extra_info("peername") or ("",))[0]))
        if not self._seat.has_room:
            self._keepalive_timeout = crowd.limits.hasty_seconds
        return self._keepalive_timeout

    def leave(self) -> None:
        """Count the connection out."""
        if self._seat is not None:
            self._doorstep.crowd.leave(self._seat)

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


def tls_context(certificate: Path, key: Path) -> ssl.SSLContext:
    """Make what a server encrypts with; raise an ``OSError`` where a file cannot be used."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    # A key with a passphrase would ask the terminal for it.
    context.load_cert_chain(certificate, key, password=lambda: b"")
    return context


def _times(limits: ServingLimits) -> dict[str, float]:
    """Say how long is waited for a head, and for the rest of a body that nobody reads."""
    return {"keepalive_timeout": limits.idle_seconds, "lingering_time": limits.body_seconds}


def _is_welcome(request: web.BaseRequest) -> bool:
    return isinstance(request.protocol, _Protocol) and request.protocol.is_welcome
