"""The wire an adapter speaks over. The gateway owns, opens, bounds and closes it.

A transport follows no redirect, keeps no cookie, sends nothing the request does not hold, and
ends a request at its time and size limits. It translates every failure to an
:class:`~gateway.spi.errors.UpstreamError`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from msgspec import Raw


@dataclass(frozen=True, slots=True)
class HttpEndpoint:
    """A vendor that is asked over HTTP. Paths of requests are appended to ``url``."""

    url: str


@dataclass(frozen=True, slots=True)
class RpcEndpoint:
    """A vendor that is asked by JSON-RPC over one long-lived WebSocket.

    ``is_serial``: the vendor handles one call at a time, so the next waits for its answer.
    """

    url: str
    is_serial: bool = False


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """One HTTP request. ``path`` is relative to the endpoint, and already percent-encoded.

    ``is_repeatable``: it may be sent once more when a connection that was kept from an earlier
    request turns out to be dead, before any answer. The gateway takes that from what is sent by a
    write, whatever its method.
    """

    method: str
    path: str
    query: tuple[tuple[str, str], ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: bytes | None = field(default=None, repr=False)
    is_repeatable: bool = True

    def __str__(self) -> str:
        """Name the request in messages: neither its headers nor its query, which hold secrets."""
        return f"{self.method} {self.path}"


@dataclass(frozen=True, slots=True)
class HttpReply:
    """One whole HTTP reply.

    Names of ``headers`` are in lower case. Of several of one name the last counts, but for
    ``link``: there all are joined by commas.
    """

    status: int
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)


class HttpTransport(Protocol):
    """Sends HTTP requests to one vendor."""

    async def send(self, request: HttpRequest) -> HttpReply:
        """Send a request and read its reply whole, whatever its status."""


class RpcError(Exception):
    """The vendor answered a call with a JSON-RPC error. The adapter maps its code."""

    def __init__(self, method: str, code: int) -> None:
        super().__init__(f"{method}: JSON-RPC error {code}")
        self.method = method
        self.code = code


class RpcTransport(Protocol):
    """Calls methods of one vendor."""

    async def call(self, method: str, params: Mapping[str, object] | None = None) -> Raw:
        """Call a method and give its result as it came; raise :class:`RpcError` for an error."""
