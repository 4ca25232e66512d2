"""Serving the application over sockets: what cannot be read as a request is answered too."""

import asyncio
import contextlib
import socket
import ssl
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from aiohttp import web
from aiohttp.http_parser import RawRequestMessage

from gateway.web.connections import Connection, is_welcome
from gateway.web.doorstep import MAX_LINE_BYTES, Doorstep
from gateway.web.handshakes import Handshake, Handshakes
from gateway.web.keys import FIGURES, ORIGINS, TRUSTED_PROXIES
from gateway.web.limits import Crowd, ServingLimits
from gateway.web.succession import Succession

REQUEST_LIMITS = {
    # They differ so that it can be told whether the request line or a header was too long.
    "max_line_size": MAX_LINE_BYTES,
    "max_field_size": MAX_LINE_BYTES - 2,
    "max_headers": 128,
}
"""How much of a request's head is read, in bytes and headers."""

_LINGERING_SECONDS = 1.0
"""For how long a connection on which nothing is asked is kept open when we stop."""

_CLOSING_SECONDS = 4.0
"""What it may take to close everything when nobody is waited for any more."""

BACKLOG = 1024
"""How many connections may wait on a socket until we take them in."""


class Runner(web.BaseRunner):
    """Runs an application, and others after it; every answer, to whatever is sent, is ours."""

    def __init__(
        self,
        app: web.Application,
        *,
        limits: ServingLimits | None = None,
        tls: ssl.SSLContext | None = None,
        shutdown_timeout: float = 60.0,
        **settings: Any,  # noqa: ANN401  # the library's own
    ) -> None:
        """Take how all sites are encrypted; they are not to be told themselves."""
        super().__init__(shutdown_timeout=shutdown_timeout)
        limits = limits or ServingLimits()
        self._limits = limits
        self._succession = Succession(app, settings)
        crowd = Crowd(limits, app[TRUSTED_PROXIES], app[FIGURES].calls)
        self._doorstep = Doorstep(crowd, app[ORIGINS])
        self._handshakes = None if tls is None else Handshakes(tls, limits.hasty_seconds)
        self._listening: list[socket.socket] = []
        self._patience = 0.0

    async def listen_on(self, listening: socket.socket) -> None:
        """Serve who connects to a socket, which is closed in the end."""
        await web.SockSite(self, listening, backlog=BACKLOG).start()
        self._listening.append(listening)

    @property
    def app(self) -> web.Application:
        """Give the application that serves now."""
        return self._succession.app

    async def switch(self, app: web.Application, tls: ssl.SSLContext | None = None) -> None:
        """Have another application serve what comes from now on, with another certificate.

        Requests under way come to their ends where they began, and what is then not used any more
        is closed. Connections stay open. If the application cannot start up, that is raised, and
        everything is as it was.
        """
        await self._succession.switch(app)
        self._doorstep.origins = app[ORIGINS]
        self._doorstep.crowd.trusted_proxies = app[TRUSTED_PROXIES]
        if tls is not None and self._handshakes is not None:
            self._handshakes.context = tls

    def tell_stopping(self) -> None:
        """Say from now on that we are not ready, and with every answer that its connection ends."""
        self._doorstep.is_stopping = True

    async def stop(self, seconds: float, *, lame_duck_s: float = 0) -> None:
        """Let all that is under way come to its end, close everything, and take so long at most.

        If somebody watches whether we are ready, listen on for a while, so that they see it.
        """
        begun = asyncio.get_running_loop().time()
        self.tell_stopping()
        if self._doorstep.is_watched:
            await asyncio.sleep(lame_duck_s)
        await self._listen_no_more()
        until = begun + seconds - _CLOSING_SECONDS
        if isinstance(self._server, _Server):
            await self._server.drained(until)
        self._shutdown_timeout = _CLOSING_SECONDS / 4
        self._patience = max(0.0, until - asyncio.get_running_loop().time())
        await self.cleanup()

    async def _listen_no_more(self) -> None:
        """Close what listens, but take in first who is connected and was not heard yet.

        The system resets the connections that are waiting on a socket that is closed.
        """
        waiting = [each for listening in self._listening for each in _waiting_on(listening)]
        for site in self.sites:  # at once: nobody can connect in between
            await site.stop()
        if self._server is not None:
            connect = asyncio.get_running_loop().connect_accepted_socket
            await asyncio.gather(*(connect(self._server, each) for each in waiting))

    async def shutdown(self) -> None:
        """Do nothing: applications are shut down when they are left."""

    async def _make_server(self) -> web.Server:
        made = await self._succession.begin()
        return _Server(
            self._succession,
            self._doorstep,
            self._handshakes,
            handler_cancellation=made.handler_cancellation,
            # What the application would have it be made with.
            settings={**made._kwargs, **_times(self._limits)},  # noqa: SLF001  # there is no other way to it
        )

    async def _cleanup_server(self) -> None:
        await self._succession.end(self._patience)


class _Server(web.Server):
    def __init__(
        self,
        succession: Succession,
        doorstep: Doorstep,
        handshakes: Handshakes | None,
        *,
        handler_cancellation: bool,
        settings: Mapping[str, Any],
    ) -> None:
        super().__init__(
            doorstep.before(succession.handle, is_welcome),
            request_factory=self._made,
            handler_cancellation=handler_cancellation,
            **settings,
        )
        self._succession = succession
        self._doorstep = doorstep
        self._handshakes = handshakes
        self._has_lost_one = asyncio.Event()

    async def drained(self, until: float) -> None:
        """Wait until nobody is connected any more, but no longer than until this instant.

        Who is idle has a while to send what is on its way, and to be told that it is the last.
        """
        idle = min(asyncio.get_running_loop().time() + _LINGERING_SECONDS, until)
        if self._handshakes is not None:
            await self._handshakes.settled(_LINGERING_SECONDS)
        await self._emptied(idle)
        for each in self.connections:
            if isinstance(each, Connection):
                each.end()
        await self._emptied(until)

    async def _emptied(self, until: float) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout_at(until):
                while self.connections:
                    self._has_lost_one.clear()
                    await self._has_lost_one.wait()

    def connection_lost(
        self, handler: web.RequestHandler, exc: BaseException | None = None
    ) -> None:
        """Note that somebody has left."""
        super().connection_lost(handler, exc)
        # Not before the library has noted it, which may take until the request has ended.
        ending = handler._task_handler  # noqa: SLF001  # there is no other way to it
        if ending is None:
            self._has_lost_one.set()
        else:
            ending.add_done_callback(lambda _: self._has_lost_one.set())

    def _made(self, message: RawRequestMessage, *parts: Any) -> web.BaseRequest:  # noqa: ANN401  # the library's own
        if self._doorstep.is_stopping:
            message = message._replace(should_close=True)
        return self._succession.made(message, *parts)

    def __call__(self) -> web.RequestHandler | Handshake:  # type: ignore[override]  # the loop takes any protocol
        protocol = Connection(self, self._doorstep, **self._kwargs)
        return protocol if self._handshakes is None else Handshake(protocol, self._handshakes)

    async def shutdown(self, timeout: float | None = None) -> None:  # noqa: ASYNC109  # the library's own
        """End what is under way, handshakes at once."""
        if self._handshakes is not None:
            await self._handshakes.end()
        await super().shutdown(timeout)


def _waiting_on(listening: socket.socket) -> Iterator[socket.socket]:
    with contextlib.suppress(BlockingIOError):
        while True:
            connection, _ = listening.accept()
            connection.settimeout(0)
            yield connection


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
