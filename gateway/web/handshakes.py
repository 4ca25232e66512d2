"""Connections that begin with a TLS handshake: they count, and have little time, from the start."""

import asyncio
import contextlib
import ssl
from collections.abc import Coroutine
from typing import Protocol


class Guest(Protocol):
    """Who speaks on a connection once it is encrypted, and is counted before."""

    def enter(self, transport: asyncio.BaseTransport) -> float:
        """Count the connection in; give the seconds that are waited for it."""

    def leave(self) -> None:
        """Count the connection out."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin to speak."""

    def data_received(self, data: bytes) -> None:
        """Hear."""

    def connection_lost(self, exc: BaseException | None) -> None:
        """Learn of the end; the connection is counted out."""


class Handshakes:
    """Those under way on one server."""

    def __init__(self, context: ssl.SSLContext, closing_seconds: float) -> None:
        """Take how to encrypt, and for how long to wait for who does not say goodbye."""
        self.context = context
        self.closing_seconds = closing_seconds
        self._tasks: set[asyncio.Task[None]] = set()

    def begin(self, work: Coroutine[None, None, None]) -> None:
        """Let one go on, until it is done or all are ended."""
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def settled(self, seconds: float) -> None:
        """Wait until none is under way, but no longer than this."""
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=seconds)

    async def end(self) -> None:
        """Break off what is under way."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)


class Handshake(asyncio.Protocol):
    """One connection until it is encrypted; from then on its guest speaks."""

    def __init__(self, guest: Guest, handshakes: Handshakes) -> None:
        self._guest = guest
        self._handshakes = handshakes
        self._is_over = False
        self._heard: list[bytes] = []

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Shake hands within the time that the guest has."""
        if isinstance(transport, asyncio.Transport):
            # Nothing is to be heard before it is encrypted.
            transport.pause_reading()
            self._handshakes.begin(self._shake(transport, self._guest.enter(transport)))

    def data_received(self, data: bytes) -> None:
        """Keep what came with the end of the handshake."""
        self._heard.append(data)

    def connection_lost(self, exc: BaseException | None) -> None:
        """Tell the guest, if it speaks already."""
        if self._is_over:
            self._guest.connection_lost(exc)
        self._is_over = True

    async def _shake(self, transport: asyncio.Transport, seconds: float) -> None:
        encrypted = None
        try:
            # What is no handshake, too slow, or broken off: nobody is there to be told.
            with contextlib.suppress(OSError):
                encrypted = await asyncio.get_running_loop().start_tls(
                    transport,
                    self,
                    self._handshakes.context,
                    server_side=True,
                    ssl_handshake_timeout=seconds,
                    ssl_shutdown_timeout=self._handshakes.closing_seconds,
                )
        finally:
            if encrypted is None or self._is_over:
                transport.abort()
                self._guest.leave()
        if encrypted is not None and not self._is_over:
            self._hand_over(encrypted)

    def _hand_over(self, encrypted: asyncio.Transport) -> None:
        self._is_over = True
        encrypted.set_protocol(self._guest)  # type: ignore[arg-type]  # it is one, of the library's
        self._guest.connection_made(encrypted)
        for data in self._heard:
            self._guest.data_received(data)
