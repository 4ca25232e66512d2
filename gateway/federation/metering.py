"""Counting what an adapter sends, for calls that take as many requests as the vendor needs."""

from collections.abc import Mapping
from typing import Any

from msgspec import Raw

from gateway.spi.transport import HttpReply, HttpRequest, HttpTransport, RpcTransport


class Meter:
    """A wire, and the count of what was sent over it by this way."""

    def __init__(self, wire: HttpTransport | RpcTransport) -> None:
        self.requests = 0
        self._wire: Any = wire

    async def send(self, request: HttpRequest) -> HttpReply:
        """Send a request over a wire for HTTP."""
        self.requests += 1
        reply: HttpReply = await self._wire.send(request)
        return reply

    async def call(self, method: str, params: Mapping[str, object] | None = None) -> Raw:
        """Call a method over a wire for JSON-RPC."""
        self.requests += 1
        result: Raw = await self._wire.call(method, params)
        return result
