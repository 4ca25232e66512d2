"""Choosing how a backend is read: page by page, by windows of time, or from its whole listing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum, StrEnum

from gateway.federation.backend import Backend, Failed
from gateway.federation.details import KeptDetails
from gateway.federation.filling import Listings
from gateway.federation.freshness import AS_IT_SERVES, Acceptance, Freshness, Life, Renewals
from gateway.federation.listing import SortedListing
from gateway.federation.listing_reader import ListingReader
from gateway.federation.page_reader import PageReader
from gateway.federation.ranges import KeptRanges
from gateway.federation.readers import Reader
from gateway.federation.refreshing import Refreshing
from gateway.federation.run import PageRequest
from gateway.federation.tally import Tally
from gateway.federation.window_reader import Slicing, WindowReader
from gateway.model.query import Order
from gateway.paging.order import Key
from gateway.paging.planner import BackendPlan
from gateway.paging.resume import Start
from gateway.paging.rows import Row
from gateway.paging.sieve import sieve
from gateway.paging.spans import Span, span_of

_LEAST_STRETCH = 20
"""Rows of a listing that are merged at first: each further stretch is a round of the merge."""


class Way(StrEnum):
    """How a backend is read."""

    PAGES = "pages"
    WINDOWS = "windows"
    LISTING = "listing"


class Kept(Enum):
    """How far what is kept of a backend serves a page: wholly, or as far as it goes."""

    ENOUGH = "enough"
    BEGINNING = "beginning"


@dataclass(slots=True)
class Reading:
    """How backends are read, and where what was read of them is kept.

    A horizon is how long ago, at most, a session started that windows of time look for.
    """

    listings: Listings
    ranges: KeptRanges
    details: KeptDetails
    renewals: Renewals
    refreshing: Refreshing
    horizons: Mapping[str, timedelta]

    def timer(self) -> float:
        """Read the timer of all that is kept."""
        return self.ranges.timer()

    def reader(self, backend: Backend, plan: BackendPlan, request: PageRequest) -> Reader:
        """Choose the reader that asks the vendor for the least."""
        return self._reader(backend, plan, request, self.accepted(backend, request.freshness))

    def drop(self, backend: Backend) -> None:
        """Drop all that is kept of a backend."""
        self.listings.kept.drop(backend.identity)
        self.ranges.drop(backend.identity)
        self.details.drop(backend.identity)
        self.refreshing.forget(backend.identity)

    def state(self, backend: Backend) -> tuple[int, ...]:
        """Count the changes of what is kept of a backend, in each place."""
        name = backend.identity
        return self.listings.kept.changes[name], self.ranges.changes[name], backend.changes.count

    def accepted(self, backend: Backend, freshness: Freshness) -> Acceptance:
        """Say what of all that is kept may serve, as of now.

        That a backend is to be asked whatever is kept is heeded once a second.
        """
        now = self.ranges.timer()
        is_asked = freshness.is_renewed and not freshness.is_kept_only
        if is_asked and not self.renewals.grant(backend.identity, now):
            return AS_IT_SERVES
        return freshness.accepted(now)

    def way(self, backend: Backend, plan: BackendPlan, accepted: Acceptance) -> Way:
        """Choose how a backend is read: nothing costs its vendor less than a kept listing."""
        is_listed = not (plan.is_ordered or plan.is_sliceable)
        if is_listed or self.listings.is_kept(backend, plan, accepted):
            return Way.LISTING
        return Way.PAGES if plan.is_ordered else Way.WINDOWS

    def kept(
        self, backend: Backend, plan: BackendPlan, request: PageRequest, *, is_whole: bool = False
    ) -> Kept | None:
        """Say how far what is kept serves a page, or all that follows: none where nothing is."""
        accepted = request.freshness.accepted(self.ranges.timer())
        if self.listings.is_kept(backend, plan, accepted):
            return Kept.ENOUGH
        kept = self._reader(backend, plan, request, accepted).kept(accepted)
        if kept is None:
            return None
        if kept.extent.ends is None:
            return Kept.ENOUGH
        passing, boundary = sieve(request.query.conditions), request.position.boundary
        rows = passing([row for row in kept.closed_rows if row.key > boundary])
        is_enough = not is_whole and len(rows) >= request.limit
        return Kept.ENOUGH if is_enough else Kept.BEGINNING

    def _reader(
        self, backend: Backend, plan: BackendPlan, request: PageRequest, accepted: Acceptance
    ) -> Reader:
        match self.way(backend, plan, accepted):
            case Way.PAGES:
                return self._page_reader(backend, plan, request, accepted)
            case Way.WINDOWS:
                return self._window_reader(backend, plan, request, accepted)
            case Way.LISTING:
                return self._listing_reader(backend, plan, request, accepted)

    def _page_reader(
        self, backend: Backend, plan: BackendPlan, request: PageRequest, accepted: Acceptance
    ) -> PageReader:
        position = request.position
        return PageReader(
            backend,
            plan.asking_for(_first_size(backend, plan, request)),
            request.query,
            self.ranges,
            Start(position.boundary, position.places.get(backend.name, ())),
            accepted=accepted,
            is_seen=request.are_all_seen,
        )

    def _window_reader(
        self, backend: Backend, plan: BackendPlan, request: PageRequest, accepted: Acceptance
    ) -> WindowReader:
        def span_beyond(boundary: Key) -> Span:
            return span_of(
                request.query,
                now=backend.now(),
                boundary=boundary,
                until=request.position.until,
                horizon=self.horizons.get(backend.name),
            )

        changes = backend.changes.count

        def keep_whole(rows: Sequence[Row], tally: Tally, life: Life) -> None:
            if backend.changes.count == changes:
                self.listings.keep(backend, plan, rows, request.query.order, tally, life)

        slicing = Slicing(plan, request.query, request.position.boundary, span_beyond, accepted)
        return WindowReader(backend, slicing, self.ranges, keep_whole)

    def _listing_reader(
        self, backend: Backend, plan: BackendPlan, request: PageRequest, accepted: Acceptance
    ) -> ListingReader:
        source = _Source(self.listings, backend, plan, request.query.order, accepted)
        boundary = request.position.boundary
        return ListingReader(
            backend,
            source,
            boundary=boundary,
            stretch=_share(request),
            conditions=request.query.conditions,
            is_walked=request.is_walked,
        )


@dataclass(slots=True)
class _Source:
    """Where a reader has its listing from: the vendor, or what is kept."""

    listings: Listings
    backend: Backend
    plan: BackendPlan
    order: Order
    accepted: Acceptance

    async def whole(self, tally: Tally) -> SortedListing | Failed:
        """Give the listing, sorted."""
        return await self.listings.whole(
            self.backend, self.plan, self.order, tally, accepted=self.accepted
        )

    def fall_back(self) -> bool:
        """Turn to what is kept, though it be stale; say whether there is any."""
        on_error = self.backend.accepted_on_error(self.accepted)
        self.accepted = on_error.of_what_is_kept()
        return self.listings.is_kept(self.backend, self.plan, self.accepted)


def _share(request: PageRequest) -> int:
    """Estimate how many rows of a listing are needed; to go on with what is there costs little."""
    return max(_LEAST_STRETCH, -(-request.limit // len(request.query.backends)))


def _first_size(backend: Backend, plan: BackendPlan, request: PageRequest) -> int | None:
    """Estimate the rows that are enough for the page; none where nothing is known."""
    # Ties are closed by a row of the next group. What is kept should do for the next page too.
    # A place brings the last row before the boundary once more, and the one at it.
    is_placed = backend.name in request.position.places
    rows = request.limit + (not plan.coarsening.is_total) + 2 * is_placed
    pages = 2 if backend.lifetimes.fresh_s > 0 else 1
    return backend.selectivity.rows_for(pages * rows, plan.residual(request.query.conditions))
