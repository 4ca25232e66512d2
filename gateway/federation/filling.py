"""Getting a backend's whole listing: the kept one, or all its pages read and sorted."""

from collections.abc import Sequence

from gateway.federation.backend import Backend, Failed
from gateway.federation.flights import Flights
from gateway.federation.listings import Entry, KeptListings, Listing, ListingKey, SortedListing
from gateway.federation.scan import Scan, Tally
from gateway.model.query import Order
from gateway.model.report import ServedFrom
from gateway.paging.planner import BackendPlan


class Listings:
    """Whole listings for all who ask. Those who ask for the same one at once share one fetch."""

    def __init__(self, kept: KeptListings) -> None:
        self.kept = kept
        self._flights: Flights[Listing | Failed] = Flights()

    async def whole(
        self, backend: Backend, plan: BackendPlan, order: Order, tally: Tally
    ) -> SortedListing | Failed:
        """Give the listing of what the plan pushes; whoever starts the fetch counts it."""
        key = _key(backend, plan)
        listing: Listing | Failed | None = self.kept.find(key)
        if listing is not None:
            tally.served_from = ServedFrom.CACHE
        else:
            listing = await self._flights.join(key, lambda: self._fetch(backend, plan, tally))
        if isinstance(listing, Failed):
            return listing
        tally.as_of = listing.as_of
        tally.rejected = listing.rejected
        tally.unreadable = listing.unreadable
        tally.duplicates = listing.duplicates
        return SortedListing(listing, await listing.sorted_by(order))

    def is_kept(self, backend: Backend, plan: BackendPlan) -> bool:
        """Say whether a listing of what the plan pushes is kept."""
        return self.kept.find(_key(backend, plan)) is not None

    async def _fetch(self, backend: Backend, plan: BackendPlan, tally: Tally) -> Listing | Failed:
        scan = Scan(backend, plan, tally)
        found: dict[str, Entry] = {}
        while True:
            page = await scan.next_page()
            if isinstance(page, Failed):
                return page
            for session, record in zip(page.sessions, page.records, strict=True):
                # The first seen wins: a page that shifted repeats what came before.
                found.setdefault(session.native_id, (session, record))
            if page.next is None:
                break
        tally.duplicates = tally.received - len(found)
        return self.keep(backend, plan, tuple(found.values()), tally)

    def keep(
        self, backend: Backend, plan: BackendPlan, entries: Sequence[Entry], tally: Tally
    ) -> Listing:
        """Keep every session of what the plan pushes, and give them as a listing."""
        listing = Listing(
            entries=tuple(entries),
            as_of=tally.as_of or backend.now(),
            rejected=tally.rejected,
            unreadable=tally.unreadable,
            duplicates=tally.duplicates,
            record_bytes=tally.record_bytes,
        )
        self.kept.keep(_key(backend, plan), listing, backend.ttl_seconds)
        return listing


def _key(backend: Backend, plan: BackendPlan) -> ListingKey:
    return ListingKey(backend.name, frozenset(plan.scan.pushed))
