"""The wire as a write sees it: what goes over it is counted, and nothing is sent twice."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from msgspec import Raw

from gateway.spi.transport import HttpReply, HttpRequest, HttpTransport, RpcTransport


class SendingOnce(HttpTransport, RpcTransport):
    """Hands on what an adapter sends. A wire repeats what seems to have met a dead connection."""

    def __init__(self, transport: Any) -> None:  # noqa: ANN401  # its adapter knows which of both
        self.requests = 0
        self._transport = transport

    async def send(self, request: HttpRequest) -> HttpReply:
        """Send a request, once."""
        self.requests += 1
        reply: HttpReply = await self._transport.send(replace(request, is_repeatable=False))
        return reply

    async def call(self, method: str, params: Mapping[str, object] | None = None) -> Raw:
        """Call a method, once."""
        self.requests += 1
        result: Raw = await self._transport.call(method, params)
        return result
