"""Getting a backend's whole listing: the kept one, or all its pages read and sorted."""

import asyncio
from collections.abc import Iterable

from gateway.federation.backend import Backend, Failed
from gateway.federation.flights import Flights
from gateway.federation.listings import KeptListings, Listing, ListingKey
from gateway.federation.scan import Scan, Tally
from gateway.model.query import Order
from gateway.model.report import ServedFrom
from gateway.model.session import Session
from gateway.paging.merge import Row
from gateway.paging.order import key_of
from gateway.paging.planner import BackendPlan

_KEYS_AT_A_STRETCH = 2_000
"""Keys made at a stretch: more would keep other requests waiting."""


class Listings:
    """Whole listings for all who ask. Those who ask for the same one at once share one fetch."""

    def __init__(self, kept: KeptListings) -> None:
        self._kept = kept
        self._flights: Flights[Listing | Failed] = Flights()

    async def whole(
        self, backend: Backend, plan: BackendPlan, order: Order, tally: Tally
    ) -> Listing | Failed:
        """Give the listing of what the plan pushes; whoever starts the fetch counts it."""
        key = ListingKey(backend.name, frozenset(plan.scan.pushed), order)
        listing: Listing | Failed | None = self._kept.find(key)
        if listing is not None:
            tally.served_from = ServedFrom.CACHE
        else:
            listing = await self._flights.join(key, lambda: self._fetch(key, backend, plan, tally))
        if isinstance(listing, Listing):
            tally.as_of = listing.as_of
            tally.rejected = listing.rejected
            tally.unreadable = listing.unreadable
            tally.duplicates = listing.duplicates
        return listing

    async def _fetch(
        self, key: ListingKey, backend: Backend, plan: BackendPlan, tally: Tally
    ) -> Listing | Failed:
        scan = Scan(backend, plan, tally)
        found: dict[str, Session] = {}
        while True:
            page = await scan.next_page()
            if isinstance(page, Failed):
                return page
            for session in page.sessions:
                # The first seen wins: a page that shifted repeats what came before.
                found.setdefault(session.native_id, session)
            if page.next is None:
                break
        listing = Listing(
            rows=await _sorted(found.values(), key.order),
            as_of=tally.as_of or page.as_of,
            rejected=tally.rejected,
            unreadable=tally.unreadable,
            duplicates=tally.received - len(found),
            record_bytes=tally.record_bytes,
        )
        self._kept.keep(key, listing, backend.ttl_seconds)
        return listing


async def _sorted(sessions: Iterable[Session], order: Order) -> tuple[Row, ...]:
    rows = []
    for number, session in enumerate(sessions, start=1):
        rows.append(Row(key_of(session, order), session))
        if number % _KEYS_AT_A_STRETCH == 0:
            await asyncio.sleep(0)
    rows.sort(key=lambda row: row.key)
    return tuple(rows)
