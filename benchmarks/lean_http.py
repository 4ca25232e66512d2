"""As little of an HTTP client as a load needs: what it computes, servers on the same cores lack."""

import asyncio
import re

_HEAD_ENDS = b"\r\n\r\n"
_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_CLOSES = re.compile(rb"\r\nconnection: *close", re.IGNORECASE)
_STATUS = slice(9, 12)
_ROOM = 256 * 1024


class LeanClient:
    """Asks one question at a time over one connection, and over another once that is closed."""

    def __init__(self, host: str, port: int, headers: dict[str, str]) -> None:
        self._place = host, port
        named = {"Host": f"{host}:{port}", **headers}
        self._lines = "".join(f"{name}: {value}\r\n" for name, value in named.items())
        self._room = bytearray(_ROOM)
        self._connection: _Connection | None = None

    def close(self) -> None:
        """Close the connection."""
        if self._connection is not None:
            self._connection.close()

    async def get(self, path: str) -> tuple[int, memoryview]:
        """Give the status of an answer, and its body, which lasts until the next question."""
        if self._connection is None or self._connection.is_closed:
            connection = _Connection(self._room)
            await asyncio.get_running_loop().create_connection(lambda: connection, *self._place)
            self._connection = connection
        return await self._connection.ask(f"GET {path} HTTP/1.1\r\n{self._lines}\r\n".encode())


class _Connection(asyncio.BufferedProtocol):
    """Reads answers into the same room, one after the other. They must tell their length."""

    def __init__(self, room: bytearray) -> None:
        self.is_closed = False
        self._room = room
        self._filled = 0
        self._begin = 0
        """Where the body begins: nought while that is not known."""
        self._end = 0
        self._answered: asyncio.Future[None] | None = None

    async def ask(self, question: bytes) -> tuple[int, memoryview]:
        """Send a question, and wait for its answer."""
        self._filled = self._begin = 0
        answered = self._answered = asyncio.get_running_loop().create_future()
        self._transport.write(question)
        await answered
        if _CLOSES.search(self._room, 0, self._begin):
            self.close()
        return int(self._room[_STATUS]), memoryview(self._room)[self._begin : self._end]

    def close(self) -> None:
        """Ask nothing more over it."""
        self.is_closed = True
        self._transport.close()

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # TCP
        """Take the connection."""
        self._transport = transport

    def connection_lost(self, exc: Exception | None) -> None:
        """Answer nothing more."""
        self.is_closed = True
        if self._answered is not None and not self._answered.cancelled():
            self._answered.set_exception(exc or ConnectionResetError("closed, with no answer"))

    def get_buffer(self, sizehint: int) -> memoryview:
        """Give room for what comes."""
        del sizehint  # It says nothing of an answer.
        if self._filled == len(self._room):
            self._room += bytes(_ROOM)
        return memoryview(self._room)[self._filled :]

    def buffer_updated(self, nbytes: int) -> None:
        """Take what has come."""
        self._filled += nbytes
        if not self._begin:
            self._read_head()
        if self._begin and self._filled >= self._end and self._answered is not None:
            self._answered.set_result(None)
            self._answered = None

    def _read_head(self) -> None:
        end = self._room.find(_HEAD_ENDS, 0, self._filled)
        if end < 0:
            return
        length = _LENGTH.search(self._room, 0, end + len(_HEAD_ENDS))
        if length is None:
            raise ValueError("an answer that does not tell its length")
        self._begin = end + len(_HEAD_ENDS)
        self._end = self._begin + int(length[1])
