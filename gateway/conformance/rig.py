"""An adapter at work on a fake vendor, with a tap between them: what the laws are tried on."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, TypeVar

from msgspec import Raw

from gateway.conformance.harness import FakeVendor, Harness
from gateway.conformance.law import broken
from gateway.conformance.tap import Tap
from gateway.federation.backend import Backend
from gateway.federation.federation import Federation
from gateway.federation.filling import Listings
from gateway.federation.freshness import Lifetimes
from gateway.federation.listings import KeptListings
from gateway.federation.ranges import KeptRanges
from gateway.federation.tickets import Tickets
from gateway.model.query import NEWEST_FIRST
from gateway.spi import (
    Address,
    BackendQuery,
    Condition,
    Context,
    First,
    Mapped,
    Provenance,
    RawPage,
    Rejected,
    ScanPlan,
    Session,
    SessionAdapter,
)
from gateway.transport.limits import Limits, Trust
from gateway.transport.wire import open_wire

NAME = "under-test"
"""The backend's name."""

MOST_BYTES = 4 * 1024 * 1024
"""A body that an adapter is given to read."""

_PATIENT = Limits(timeout_seconds=20.0, max_body_bytes=MOST_BYTES)
_HURRIED = Limits(timeout_seconds=0.3, max_body_bytes=MOST_BYTES)

_FIRST = First()

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Fetched:
    """A page, and where it was asked for."""

    at: Address
    page: RawPage


class Rig:
    """One adapter, connected. Every call is made as the gateway makes it."""

    def __init__(self, harness: Harness, vendor: FakeVendor, tap: Tap, address: str) -> None:
        self.harness = harness
        self.vendor = vendor
        self.tap = tap
        self.options = harness.adapter.options_model.model_validate(vendor.options(address))
        self.adapter: SessionAdapter[Any] = harness.adapter(self.options)
        endpoint = self.adapter.endpoint()
        self._wire = open_wire(endpoint, _PATIENT, Trust())
        self._hurried = open_wire(endpoint, _HURRIED, Trust())
        self._tickets = Tickets(self._wire, lambda: self.adapter.log_in(self._wire))
        self._federations: list[Federation] = []

    async def call(self, call: Callable[[Context[Any]], Awaitable[T]]) -> T:
        """Make a call with a ticket, and once more where the vendor wants a new log-in."""
        return await self._tickets.call(call, self.harness.clock())

    async def hurried(self, call: Callable[[Context[Any]], Awaitable[T]]) -> T:
        """Make a call that is given up after less than a second, under the ticket there is."""

        async def in_a_hurry(context: Context[Any]) -> T:
            return await call(replace(context, transport=self._hurried))

        return await self.call(in_a_hurry)

    async def log_in(self) -> Context[Any]:
        """Log in where that is needed, and give the context of a call."""

        async def nothing(context: Context[Any]) -> Context[Any]:
            return context

        return await self.call(nothing)

    def plan(self, *conditions: Condition, page_size: int | None = None) -> ScanPlan:
        """Plan a scan, newest first; a page size only changes what has one."""
        plan = self.adapter.plan(BackendQuery(conditions, NEWEST_FIRST))
        is_sized = page_size is not None and plan.page_size is not None
        return replace(plan, page_size=page_size) if is_sized else plan

    async def page(self, plan: ScanPlan, at: Address) -> RawPage:
        """Read one page."""
        return await self.call(lambda context: self.adapter.fetch_page(plan, at, context))

    async def get(self, native_id: str) -> Raw | None:
        """Read one session by the vendor's detail call."""
        return await self.call(lambda context: self.adapter.get(native_id, context))

    async def pages(self, plan: ScanPlan, at: Address = _FIRST) -> list[Fetched]:
        """Read every page from an address on. A stream without an end breaks a law."""
        most = 3 * (len(self.vendor.held()) + 10)
        pages: list[Fetched] = []
        following: Address | None = at
        while following is not None:
            pages.append(Fetched(following, await self.page(plan, following)))
            following = pages[-1].page.next
            if len(pages) > most:
                broken(f"the stream has no end: {most} pages were read")
        return pages

    async def stream(self, plan: ScanPlan) -> list[Session]:
        """Read every session of a scan."""
        pages = await self.pages(plan)
        return [self.session(record) for each in pages for record in each.page.records]

    def mapped(self, record: Raw, as_of: datetime | None = None) -> Mapped | Rejected:
        """Map a record as of an instant, or as of now."""
        return self.adapter.normalise(record, self.provenance(as_of))

    def session(self, record: Raw) -> Session:
        """Map a record that the vendor sent for a session."""
        mapped = self.mapped(record)
        if isinstance(mapped, Rejected):
            broken(f"a record of the vendor is rejected: {mapped.reason}")
        return mapped.session

    def provenance(self, as_of: datetime | None = None) -> Provenance:
        """Say where records are from."""
        return Provenance(NAME, self.adapter.vendor, as_of or self.harness.clock())

    def held_ids(self) -> list[str]:
        """Name what the vendor holds, in order."""
        return sorted(each.native_id for each in self.vendor.held())

    def federation(self, *, ttl_seconds: float = 0.0) -> Federation:
        """Put the gateway's engine over the adapter."""
        clock = self.harness.clock
        backend = Backend(
            NAME, self.adapter, self._wire, lifetimes=Lifetimes(ttl_seconds), clock=clock
        )
        timer = asyncio.get_running_loop().time
        federation = Federation(
            [backend], Listings(KeptListings(timer=timer)), KeptRanges(timer=timer)
        )
        self._federations.append(federation)
        return federation

    async def close(self) -> None:
        """Close what the adapter was given."""
        for federation in self._federations:
            await federation.close()
        await self._wire.close()
        await self._hurried.close()


@asynccontextmanager
async def rigged(
    harness: Harness, *, rows: int | None = None, vendor: FakeVendor | None = None
) -> AsyncIterator[Rig]:
    """Run a fake vendor, and an adapter that is connected to it through a tap."""
    fake = vendor or harness.vendor(harness.rows if rows is None else rows)
    tap = Tap(await fake.start())
    rig = None
    try:
        rig = Rig(harness, fake, tap, await tap.start())
        yield rig
    finally:
        if rig is not None:
            await rig.close()
        await tap.stop()
        await fake.stop()


def ids_of(sessions: Sequence[Session]) -> list[str]:
    """Name sessions, in order of their names."""
    return sorted(session.native_id for session in sessions)
