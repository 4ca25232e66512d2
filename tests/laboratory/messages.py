"""Requests and replies of HTTP as a raw server reads and writes them."""

import asyncio
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlsplit


@dataclass(frozen=True, slots=True)
class Request:
    """A request that has come. Names of ``headers`` are in lower case."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes = b""

    @property
    def path(self) -> str:
        """Give the path, without the query."""
        return urlsplit(self.target).path

    @property
    def query(self) -> dict[str, str]:
        """Give the parameters."""
        return dict(parse_qsl(urlsplit(self.target).query))

    @classmethod
    async def read(cls, reader: asyncio.StreamReader) -> "Request":
        """Read the next request.

        Raises ``IncompleteReadError`` where the other side left, and ``ValueError`` for what is
        no HTTP from its first byte on.
        """
        begin = await reader.readexactly(1)
        if not begin.isalpha():
            raise ValueError("not a request")
        head = (begin + await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        line, *fields = head.rstrip().split("\r\n")
        method, target, _ = line.split(" ", 2)
        pairs = (field.partition(":") for field in fields)
        headers = {name.lower(): value.strip() for name, _, value in pairs}
        body = await reader.readexactly(int(headers.get("content-length", 0)))
        return cls(method, target, headers, body)


@dataclass(frozen=True, slots=True)
class Reply:
    """A whole reply; each of ``headers`` is a line."""

    body: bytes = b""
    status: str = "200 OK"
    headers: tuple[str, ...] = ("Content-Type: application/json",)

    def head(self, *lines: str) -> bytes:
        """Write the head, with these lines beside its own."""
        written = (f"HTTP/1.1 {self.status}", *self.headers, *lines, "", "")
        return "\r\n".join(written).encode("latin-1")

    def written(self) -> bytes:
        """Write all of it."""
        return self.head(f"Content-Length: {len(self.body)}") + self.body
