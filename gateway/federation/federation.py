"""The federation: all configured backends, asked as one."""

from collections.abc import Mapping, Sequence
from datetime import timedelta

from gateway.federation.backend import Backend, Failed
from gateway.federation.explaining import Explanation, explain
from gateway.federation.fan_out import Deadline
from gateway.federation.filling import Listings
from gateway.federation.listing import SortedListing
from gateway.federation.listing_reader import ListingReader
from gateway.federation.lookup import Lookup, find
from gateway.federation.page_reader import PageReader
from gateway.federation.ranges import KeptRanges
from gateway.federation.readers import Reader
from gateway.federation.reports import (
    Part,
    ended,
    failed,
    nothing,
    skipped,
    unanswerable,
)
from gateway.federation.run import PageRequest, Run, SessionPage
from gateway.federation.scan import Tally
from gateway.federation.window_reader import WindowReader
from gateway.model.report import BackendReport, BackendStatus
from gateway.paging.domains import domain_of
from gateway.paging.merge import Row
from gateway.paging.planner import BackendPlan, Unanswerable
from gateway.paging.resume import Start
from gateway.paging.spans import span_of


class Federation:
    """Answers for all backends. Which of them a caller may see is decided before."""

    def __init__(
        self,
        backends: Sequence[Backend],
        listings: Listings,
        ranges: KeptRanges,
        *,
        disabled: Mapping[str, str] | None = None,
        horizons: Mapping[str, timedelta] | None = None,
    ) -> None:
        """Take the backends in use, and of those switched off the vendors by name.

        A horizon is how long ago, at most, a session started that windows of time look for.
        """
        self.backends = {backend.name: backend for backend in backends}
        self.disabled = dict(disabled or {})
        self._horizons = dict(horizons or {})
        self._listings = listings
        self._ranges = ranges

    async def page(
        self, request: PageRequest, deadline: Deadline, *, is_counted: bool = False
    ) -> SessionPage:
        """Give one page of the sorted, filtered union of the asked backends.

        If it ``is_counted`` the rest is counted too, as far as the deadline allows.
        """
        run = self.run(request)
        page = await run.next_page(deadline, is_counted=is_counted)
        run.finish()
        return page

    def run(self, request: PageRequest) -> Run:
        """Plan a query whose pages, of the size asked for, are read one after the other."""
        parts, settled = self._planned(request)
        return Run(request, parts, settled, self.backends)

    def explain(self, request: PageRequest) -> dict[str, Explanation]:
        """Say what each asked backend would do for the page, without asking any."""
        return {
            name: Explanation(status=BackendStatus.SKIPPED)
            if name in self.disabled
            else explain(
                self.backends[name],
                request.query,
                request.position,
                limit=request.limit,
                kept=self._listings.kept,
            )
            for name in request.query.backends
        }

    async def session(self, backend: str, native_id: str, deadline: Deadline) -> Lookup:
        """Find one session of one backend."""
        return await find(self.backends[backend], native_id, self._listings, deadline)

    async def close(self) -> None:
        """End what goes on without callers."""
        await self._listings.close()

    def _planned(self, request: PageRequest) -> tuple[list[Part], dict[str, BackendReport]]:
        """Plan every asked backend; report at once those that need no reading."""
        parts: list[Part] = []
        reports: dict[str, BackendReport] = {}
        query, position = request.query, request.position
        is_contradictory = domain_of(query.conditions).is_empty
        for name in query.backends:
            if name in self.disabled:
                reports[name] = skipped()
                continue
            plan = self.backends[name].plan(query, boundary=position.boundary)
            if isinstance(plan, Failed):
                reports[name] = failed(plan.failure)
            elif isinstance(plan, Unanswerable):
                reports[name] = unanswerable()
            elif is_contradictory:
                reports[name] = nothing()
            elif name in position.ended:
                reports[name] = ended(name, position)
            else:
                parts.append(Part(name, query, plan, self._reader(name, plan, request), position))
        return parts, reports

    def _reader(self, name: str, plan: BackendPlan, request: PageRequest) -> Reader:
        backend, order = self.backends[name], request.query.order
        position = request.position
        if plan.is_ordered:
            return PageReader(
                backend,
                plan.asking_for(self._first_size(backend, plan, request)),
                request.query,
                self._ranges,
                Start(position.boundary, position.places.get(name, ())),
            )
        if plan.is_sliceable and not self._listings.is_kept(backend, plan):
            return self._window_reader(backend, plan, request)

        async def whole(tally: Tally) -> SortedListing | Failed:
            return await self._listings.whole(backend, plan, order, tally)

        return ListingReader(
            backend, whole, boundary=request.position.boundary, stretch=request.limit
        )

    def _first_size(self, backend: Backend, plan: BackendPlan, request: PageRequest) -> int | None:
        """Estimate the rows that are enough for the page; none where nothing is known."""
        # Ties are closed by a row of the next group. What is kept should do for the next page too.
        wanted = request.limit + (not plan.coarsening.is_total)
        pages = 2 if backend.ttl_seconds > 0 else 1
        residual = plan.residual(request.query.conditions)
        return backend.selectivity.rows_for(pages * wanted, residual)

    def _window_reader(
        self, backend: Backend, plan: BackendPlan, request: PageRequest
    ) -> WindowReader:
        def keep(rows: Sequence[Row], tally: Tally) -> None:
            self._listings.keep(backend, plan, rows, request.query.order, tally)

        span = span_of(
            request.query,
            now=backend.now(),
            boundary=request.position.boundary,
            until=request.position.until,
            horizon=self._horizons.get(backend.name),
        )
        return WindowReader(backend, plan, request.query, span, keep)
