"""A proxy on loopback, which carries both what it is sent and tunnels."""

import asyncio
from contextlib import suppress
from typing import Self

from tests.support.wires import HOST, Peer, Visit


class TinyProxy:
    """Takes a request for elsewhere there, and tunnels what asks for that.

    ``heads`` are the heads it was sent. With a ``refusal`` it answers everybody with that.
    """

    def __init__(self, refusal: bytes | None = None) -> None:
        self.heads: list[bytes] = []
        self._refusal = refusal
        self._peer = Peer(self._carry)

    async def __aenter__(self) -> Self:
        await self._peer.__aenter__()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._peer.__aexit__()

    @property
    def port(self) -> int:
        """The port it listens at."""
        return int(self._peer.port)

    async def _carry(self, visit: Visit) -> None:
        head = await visit.reader.readuntil(b"\r\n\r\n")
        self.heads.append(head)
        if self._refusal is not None:
            await visit.send(self._refusal)
            await visit.until_left()
            return
        method, target, _ = head.split(b"\r\n")[0].decode().split(" ")
        place = target if method == "CONNECT" else target.split("/")[2]
        reader, writer = await asyncio.open_connection(HOST, int(place.rpartition(":")[2]))
        try:
            if method == "CONNECT":
                await visit.send(b"HTTP/1.1 200 Connection established\r\n\r\n")
            else:
                writer.write(head)
            async with asyncio.TaskGroup() as both:
                both.create_task(_pour(visit.reader, writer))
                both.create_task(_pour(reader, visit.writer))
        finally:
            writer.transport.abort()


async def _pour(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
    with suppress(ConnectionError):
        while piece := await source.read(65536):
            target.write(piece)
            await target.drain()
        target.close()
