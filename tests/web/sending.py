"""Requests as bytes, and the answer that each of them is to get."""

from dataclasses import dataclass

MARK = "s3cret"
"""What no answer holds: keys, values, and bodies that were sent."""

LISTS = "/v1/sessions"
ITEMS = "/v1/sessions/museum:"
READER = "X-API-Key: reader"
WRITER = "X-API-Key: writer"
JSON = "Content-Type: application/json"
GOOD_BODY = b'{"backend": "museum", "space": {"id": "1"}, "client": {"name": "s3cret"}}'


@dataclass(frozen=True)
class Case:
    """A request as bytes, and its answer; ``named`` are the parameters or fields to blame."""

    name: str
    sent: bytes
    status: int
    code: str
    named: tuple[str, ...] = ()


def head(line: str | bytes, *headers: str | bytes) -> bytes:
    """Write the head of a request."""
    lines = (line, *headers, "Connection: close", "", "")
    return b"\r\n".join(x if isinstance(x, bytes) else x.encode("latin-1") for x in lines)


def get(target: str, *headers: str | bytes, method: str = "GET") -> bytes:
    """Write a whole request without a body."""
    return head(f"{method} {target} HTTP/1.1", "Host: here", READER, *headers)


def post(body: bytes, *headers: str, target: str = LISTS, kind: str = JSON) -> bytes:
    """Write a whole request with a body."""
    lines = ("Host: here", WRITER, kind, f"Content-Length: {len(body)}", *headers)
    return head(f"POST {target} HTTP/1.1", *lines) + body


def framed(*headers: str, body: bytes = b"") -> bytes:
    """Write a request whose body is framed by these headers."""
    return head(f"POST {LISTS} HTTP/1.1", "Host: here", WRITER, JSON, *headers) + body
