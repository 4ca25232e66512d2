"""Reaching the vendor of a file, to read single pages as they come."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any

from msgspec import Raw

from gateway.app import utc_now
from gateway.app.vendors import wired
from gateway.cli.ending import fail
from gateway.config import Settings
from gateway.federation.tickets import Tickets
from gateway.federation.translating import translated
from gateway.model.query import NEWEST_FIRST
from gateway.spi import (
    Address,
    BackendQuery,
    Context,
    HttpEndpoint,
    HttpReply,
    HttpRequest,
    HttpTransport,
    Provenance,
    RawPage,
    RpcTransport,
    ScanPlan,
    SessionAdapter,
    UpstreamError,
)


@dataclass(frozen=True, slots=True)
class Heard:
    """A page, the answer that it came in, and in what context it was asked for."""

    page: RawPage
    answer: bytes
    context: Context[Any]


class Vendor:
    """The vendor of a file, connected."""

    def __init__(self, name: str, adapter: SessionAdapter[Any], tickets: Tickets) -> None:
        self.adapter = adapter
        self._name = name
        self._tickets = tickets

    def plan(self) -> ScanPlan:
        """Plan to read everything, newest first if it can."""
        return self.adapter.plan(BackendQuery((), NEWEST_FIRST))

    def provenance(self) -> Provenance:
        """Say where records are from."""
        return Provenance(self._name, self.adapter.vendor, utc_now())

    async def page(self, plan: ScanPlan, at: Address) -> Heard:
        """Read one page; end the command where that does not go through."""

        async def fetch(context: Context[Any]) -> Heard:
            overhearing = self._overhearing(context.transport)
            page = await self.adapter.fetch_page(plan, at, replace(context, transport=overhearing))
            return Heard(page, overhearing.answer, context)

        try:
            with translated():
                return await self._tickets.call(fetch, utc_now())
        except UpstreamError as error:
            fail(f"Error: {error.code.value}: {error}")

    def _overhearing(self, transport: Any) -> "_OverHttp | _OverRpc":  # noqa: ANN401  # either
        is_http = isinstance(self.adapter.endpoint(), HttpEndpoint)
        return _OverHttp(transport) if is_http else _OverRpc(transport)


@asynccontextmanager
async def reaching(settings: Settings) -> AsyncIterator[Vendor]:
    """Connect to the vendor of the one backend there is."""
    (built,) = wired(settings.backends, utc_now, plugins=settings.plugins)
    adapter, wire = built.backend.adapter, built.wire
    try:
        yield Vendor(built.backend.name, adapter, Tickets(wire, lambda: adapter.log_in(wire)))
    finally:
        await wire.close()


class _OverHttp:
    """Sends requests, and keeps what was last answered."""

    def __init__(self, transport: HttpTransport) -> None:
        self._transport = transport
        self.answer = b""

    async def send(self, request: HttpRequest) -> HttpReply:
        reply = await self._transport.send(request)
        self.answer = reply.body
        return reply


class _OverRpc:
    """Calls methods, and keeps what was last answered, as it is in its frame."""

    def __init__(self, transport: RpcTransport) -> None:
        self._transport = transport
        self.answer = b""

    async def call(self, method: str, params: Mapping[str, object] | None = None) -> Raw:
        result = await self._transport.call(method, params)
        self.answer = b'{"result":' + bytes(result) + b"}"
        return result
