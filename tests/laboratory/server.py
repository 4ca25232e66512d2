"""A raw server on loopback that does to every request what one fault has it do."""

import asyncio
import socket
import ssl
import struct
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeAlias

from tests.laboratory.messages import Reply, Request
from tests.support.listening import Listening

HOST = "127.0.0.1"

Vendor: TypeAlias = Callable[[Request], Reply]
"""What an honest vendor answers."""

_NO_REQUEST = b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
_TO_RESET = struct.pack("ii", 1, 0)


@dataclass(frozen=True, slots=True)
class Arrival:
    """A request that came: ``what`` is its method and path, or the method of a call by RPC."""

    what: str
    at: float
    sent: bytes


class Exchange:
    """One request that has come, and the connection it came by.

    ``number`` counts the requests of the server, ``turn`` those of the connection, from 1.
    """

    def __init__(
        self, server: "FaultServer", request: Request, connection: "Connection", turn: int
    ) -> None:
        self.request = request
        self.reader = connection.reader
        self.number = len(server.arrivals)
        self.turn = turn
        self.note = server.note
        self._vendor = server.vendor
        self._connection = connection

    def honest(self, request: Request | None = None) -> Reply:
        """Give what an honest vendor would answer, to this request or to another."""
        return self._vendor(request or self.request)

    async def send(self, data: bytes) -> None:
        """Send bytes as they are."""
        self._connection.writer.write(data)
        await self._connection.writer.drain()

    async def until_left(self) -> None:
        """Read on until the other side closes the connection."""
        while await self.reader.read(65536):
            pass

    async def close(self) -> None:
        """Send what was written, and end the connection in good order."""
        self._connection.writer.close()
        await self._connection.writer.wait_closed()

    def reset(self) -> None:
        """Break the connection off, so that the other side sees a reset."""
        self._connection.reset()


Fault: TypeAlias = Callable[[Exchange], Awaitable[None]]
"""What is done with a request. A connection it leaves open is kept for the next one."""


@dataclass(frozen=True, slots=True)
class Connection:
    """A connection that was accepted."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    def reset(self) -> None:
        """Break it off."""
        held = self.writer.get_extra_info("socket")
        held.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _TO_RESET)
        self.writer.transport.abort()


class FaultServer(Listening):
    """Listens on a free loopback port, and notes when connections and requests come.

    ``fault`` may be changed at any time. A ``greeting`` is sent before anything was asked.
    """

    def __init__(
        self,
        vendor: Vendor,
        fault: Fault,
        *,
        greeting: bytes = b"",
        tls: ssl.SSLContext | None = None,
    ) -> None:
        super().__init__(tls)
        self.vendor = vendor
        self.fault = fault
        self.arrivals: list[Arrival] = []
        self.connections: list[float] = []
        self._greeting = greeting

    def url(self, scheme: str = "http") -> str:
        """Give its address."""
        return f"{scheme}://{HOST}:{self.port}"

    def note(self, what: str, sent: bytes) -> None:
        """Note a request, or a call."""
        self.arrivals.append(Arrival(what, time.monotonic(), sent))

    def count(self, what: str) -> int:
        """Count the requests that begin so."""
        return sum(arrival.what.startswith(what) for arrival in self.arrivals)

    def sent(self) -> str:
        """Give all that it was sent."""
        return "\n".join(f"{each.what} {each.sent!r}" for each in self.arrivals)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Do what the fault has it do to every request of a connection."""
        self.connections.append(time.monotonic())
        connection = Connection(reader, writer)
        try:
            connection.writer.write(self._greeting)
            await self._exchange(connection)
        except (ConnectionError, asyncio.IncompleteReadError, ssl.SSLError):
            pass  # The other side left.
        except ValueError:
            connection.writer.write(_NO_REQUEST)
            await connection.writer.drain()
            connection.writer.close()
            await connection.writer.wait_closed()
        finally:
            connection.writer.transport.abort()

    async def _exchange(self, connection: Connection) -> None:
        turn = 0
        while not connection.writer.is_closing():
            request = await Request.read(connection.reader)
            turn += 1
            self.note(f"{request.method} {request.path}", _sent(request))
            await self.fault(Exchange(self, request, connection, turn))


def _sent(request: Request) -> bytes:
    return f"{request.target} {request.headers}".encode() + request.body
