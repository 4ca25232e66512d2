"""Getting a backend's whole listing: the kept one, or all its pages read and sorted."""

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
        key = ListingKey(backend.name, frozenset(plan.scan.pushed))
        listing: Listing | Failed | None = self.kept.find(key)
        if listing is not None:
            tally.served_from = ServedFrom.CACHE
        else:
            listing = await self._flights.join(key, lambda: self._fetch(key, backend, plan, tally))
        if isinstance(listing, Failed):
            return listing
        tally.as_of = listing.as_of
        tally.rejected = listing.rejected
        tally.unreadable = listing.unreadable
        tally.duplicates = listing.duplicates
        return SortedListing(listing, await listing.sorted_by(order))

    async def _fetch(
        self, key: ListingKey, backend: Backend, plan: BackendPlan, tally: Tally
    ) -> Listing | Failed:
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
        listing = Listing(
            entries=tuple(found.values()),
            as_of=tally.as_of or page.as_of,
            rejected=tally.rejected,
            unreadable=tally.unreadable,
            duplicates=tally.received - len(found),
            record_bytes=tally.record_bytes,
        )
        self.kept.keep(key, listing, backend.ttl_seconds)
        return listing
