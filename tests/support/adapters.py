"""Driving one adapter as the gateway does, over a real wire."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from msgspec import Raw

from gateway.spi import (
    BackendQuery,
    Condition,
    Context,
    First,
    HttpEndpoint,
    Mapped,
    Provenance,
    RawPage,
    Rejected,
    RpcEndpoint,
    ScanPlan,
    Session,
    SessionAdapter,
    Sort,
    Ticket,
)
from gateway.spi import Field as SessionField
from gateway.transport.http import HttpWire
from gateway.transport.limits import Limits, Trust
from gateway.transport.rpc import RpcWire

NOON = datetime(2026, 11, 22, 12, 0, 0, tzinfo=UTC)

_LIMITS = Limits(timeout_seconds=5.0, max_body_bytes=256 * 1024 * 1024)


def noon() -> datetime:
    """Be a clock that stands still."""
    return NOON


def provenance(vendor: str, as_of: datetime = NOON) -> Provenance:
    """Say where a record under test is from."""
    return Provenance("here", vendor, as_of)


def mapped(adapter: SessionAdapter[Any], record: Raw, as_of: datetime = NOON) -> Mapped:
    """Map a record that must map."""
    result = adapter.normalise(record, provenance(adapter.vendor, as_of))
    assert isinstance(result, Mapped)
    return result


def rejected(adapter: SessionAdapter[Any], record: Raw) -> Rejected:
    """Map a record that must be rejected."""
    result = adapter.normalise(record, provenance(adapter.vendor))
    assert isinstance(result, Rejected)
    return result


@dataclass
class Driver:
    """An adapter, its wire and its ticket."""

    adapter: SessionAdapter[Any]
    wire: Any
    ticket: Ticket
    now: datetime

    @property
    def context(self) -> Context[Any]:
        """Make the context of a call."""
        return Context(self.wire, self.ticket, self.now)

    def plan(self, *conditions: Condition, page_size: int | None = None) -> ScanPlan:
        """Plan a scan, newest first."""
        newest_first = (Sort(SessionField.STARTED_AT, is_descending=True),)
        plan = self.adapter.plan(BackendQuery(conditions, newest_first))
        return replace(plan, page_size=page_size) if page_size is not None else plan

    async def pages(self, *conditions: Condition, page_size: int | None = None) -> list[RawPage]:
        """Read every page of a scan."""
        plan = self.plan(*conditions, page_size=page_size)
        page = await self.adapter.fetch_page(plan, First(), self.context)
        pages = [page]
        while page.next is not None:
            page = await self.adapter.fetch_page(plan, page.next, self.context)
            pages.append(page)
        return pages

    async def sessions(self, *conditions: Condition, page_size: int | None = None) -> list[Session]:
        """Read and map every record of a scan."""
        pages = await self.pages(*conditions, page_size=page_size)
        return [
            mapped(self.adapter, record, self.now).session
            for page in pages
            for record in page.records
        ]


@asynccontextmanager
async def driving(
    adapter_class: type[SessionAdapter[Any]],
    options: Mapping[str, object],
    *,
    now: datetime = NOON,
    limits: Limits = _LIMITS,
) -> AsyncIterator[Driver]:
    """Build an adapter from options, open its wire and log in."""
    adapter = adapter_class(adapter_class.options_model.model_validate(options))
    endpoint = adapter.endpoint()
    wire: HttpWire | RpcWire
    match endpoint:
        case HttpEndpoint():
            wire = HttpWire(endpoint, limits, Trust())
        case RpcEndpoint():
            wire = RpcWire(endpoint, limits, Trust())
    try:
        ticket = await adapter.log_in(wire)
        yield Driver(adapter, wire, ticket, now)
    finally:
        await wire.close()
