"""A proxy on the way to a server that spoils what comes back from it."""

import asyncio
import random
import socket
import struct
from collections.abc import Awaitable
from contextlib import suppress
from dataclasses import dataclass
from typing import Self

from tests.laboratory.server import HOST

_TO_RESET = struct.pack("ii", 1, 0)
_LARGEST_READ = 65536


@dataclass
class Toxics:
    """What is done to what a server sends; any of it may be changed at any time.

    Each piece waits for ``latency_s`` and up to ``jitter_s`` more, is cut into slices of
    ``slice_bytes``, and is let through at ``bytes_per_second``. ``reset_after_bytes`` of one
    connection it is reset. A proxy that is half-open reads on from neither side; one that is down
    resets whoever comes.
    """

    latency_s: float = 0.0
    jitter_s: float = 0.0
    slice_bytes: int = _LARGEST_READ
    bytes_per_second: float | None = None
    reset_after_bytes: int | None = None
    is_half_open: bool = False
    is_down: bool = False

    def delay_of(self, size: int, chance: random.Random) -> float:
        """Say how long a piece is held up."""
        flow = size / self.bytes_per_second if self.bytes_per_second else 0.0
        return self.latency_s + self.jitter_s * chance.random() + flow

    def slices_of(self, piece: bytes) -> list[bytes]:
        """Cut a piece."""
        size = self.slice_bytes
        return [piece[begin : begin + size] for begin in range(0, len(piece), size)]


class Proxy:
    """Passes connections on to a port of this machine."""

    def __init__(self, port: int, toxics: Toxics | None = None, *, seed: int = 0) -> None:
        self.toxics = toxics or Toxics()
        self.port = 0
        self._target = port
        self._chance = random.Random(seed)
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._receive, HOST, 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._server is not None
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._server.wait_closed()

    def _receive(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._tasks.add(asyncio.create_task(self._pass_on(reader, writer)))

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self.toxics.is_down:
            return _reset(writer)
        from_server, to_server = await asyncio.open_connection(HOST, self._target)
        try:
            await _first_of(self._up(reader, to_server), self._down(from_server, writer))
        finally:
            to_server.transport.abort()
            writer.close()
        return None

    async def _up(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while piece := await reader.read(_LARGEST_READ):
            await self._while_open()
            writer.write(piece)
            await writer.drain()

    async def _down(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        passed = 0
        while piece := await reader.read(_LARGEST_READ):
            for part in self.toxics.slices_of(piece):
                await asyncio.sleep(self.toxics.delay_of(len(part), self._chance))
                await self._while_open()
                most = self.toxics.reset_after_bytes
                writer.write(part if most is None else part[: most - passed])
                await writer.drain()
                passed += len(part)
                if most is not None and passed >= most:
                    return _reset(writer)
        return None

    async def _while_open(self) -> None:
        if self.toxics.is_half_open:
            await asyncio.get_running_loop().create_future()


async def _first_of(*ways: Awaitable[None]) -> None:
    tasks = [asyncio.ensure_future(way) for way in ways]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
            with suppress(asyncio.CancelledError, ConnectionError):
                await task


def _reset(writer: asyncio.StreamWriter) -> None:
    held = writer.get_extra_info("socket")
    held.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _TO_RESET)
    writer.transport.abort()
