"""The federation: all configured backends, asked as one."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from functools import lru_cache
from typing import TypeAlias

from gateway.federation.backend import Backend, Failed
from gateway.federation.deadline import Deadline
from gateway.federation.details import KeptDetails
from gateway.federation.explaining import Explanation, explain
from gateway.federation.filling import Listings
from gateway.federation.freshness import AS_KEPT, NOT_CACHED, Freshness, Renewals
from gateway.federation.lookup import Lookup, find
from gateway.federation.ranges import KeptRanges
from gateway.federation.reading import Kept, Reading
from gateway.federation.refreshing import Refreshing, counted
from gateway.federation.reports import (
    Part,
    ended,
    failed,
    nothing,
    skipped,
    unanswerable,
)
from gateway.federation.run import PageRequest, Run, SessionPage
from gateway.federation.writing import WriteResult, Writing
from gateway.model.query import Query
from gateway.model.report import BackendReport, BackendStatus
from gateway.paging.domains import domain_of
from gateway.paging.planner import BackendPlan, Unanswerable
from gateway.spi.adapter import Write

State: TypeAlias = tuple[int, ...]
"""How often what is kept of a backend has changed."""

_ANEW = Freshness(max_age_s=0, is_refresh=True)

_REFRESH_SECONDS = 30.0
"""The deadline of what nobody waits for."""

_REFRESHED_SESSIONS = 50
_REMEMBERED_DOMAINS = 64


class Federation:
    """Answers for all backends. Which of them a caller may see is decided before."""

    def __init__(  # noqa: PLR0913  # what it answers from, each by its name
        self,
        backends: Sequence[Backend],
        listings: Listings,
        ranges: KeptRanges,
        details: KeptDetails | None = None,
        *,
        renewals: Renewals | None = None,
        refreshing: Refreshing | None = None,
        disabled: Mapping[str, str] | None = None,
        horizons: Mapping[str, timedelta] | None = None,
    ) -> None:
        """Take the backends in use, and of those switched off the vendors by name.

        A horizon is how long ago, at most, a session started that windows of time look for.
        """
        self.backends = {backend.name: backend for backend in backends}
        self.disabled = dict(disabled or {})
        self._listings = listings
        details = details or KeptDetails(timer=ranges.timer)
        self._reading = Reading(
            listings,
            ranges,
            details,
            renewals or Renewals(),
            refreshing or Refreshing(ranges.timer),
            horizons or {},
        )
        self._writing = Writing(listings, ranges, details)
        self._domain_of = lru_cache(_REMEMBERED_DOMAINS)(domain_of)

    async def page(
        self, request: PageRequest, deadline: Deadline, *, is_counted: bool = False
    ) -> SessionPage:
        """Give one page of the sorted, filtered union of the asked backends.

        If it ``is_counted`` the rest is counted too, as far as the deadline allows.
        """
        run = self._run(request, is_whole=is_counted)
        page = await run.next_page(deadline, is_counted=is_counted)
        run.finish()
        return page

    def run(self, request: PageRequest) -> Run:
        """Plan a query whose pages, of the size asked for, are read one after the other."""
        return self._run(replace(request, is_walked=True), is_whole=True)

    def explain(self, request: PageRequest) -> dict[str, Explanation]:
        """Say what each asked backend would do for the page, without asking any."""
        return {
            name: Explanation(status=BackendStatus.SKIPPED)
            if name in self.disabled
            else explain(self.backends[name], request, self._reading)
            for name in request.query.backends
        }

    async def session(
        self,
        backend: str,
        native_id: str,
        deadline: Deadline,
        freshness: Freshness = AS_KEPT,
    ) -> Lookup:
        """Find one session of one backend."""
        return await find(self.backends[backend], native_id, self._reading, deadline, freshness)

    async def write(self, backend: str, write: Write, deadline: Deadline) -> WriteResult:
        """Carry out a write on one backend that can do it, and may."""
        return await self._writing.carry_out(self.backends[backend], write, deadline)

    async def refresh(self, name: str, deadline: Deadline) -> BackendReport:
        """Drop all that is kept of a backend, and read its newest sessions anew.

        Whoever wants nothing that is kept has it from there, for as long as from any renewal. What
        does not fit is counted from then on.
        """
        backend = self.backends[name]
        backend.misfits.start_anew()
        self._reading.renewals.grant(name, self._reading.timer())
        # Nothing that is being read now may be kept either.
        backend.changes.note(None)
        backend.shelf.outdate()
        self._reading.drop(backend)
        backend.maker.forget()
        page = await self.page(PageRequest(Query((name,)), _REFRESHED_SESSIONS), deadline)
        return page.reports[name]

    def timer(self) -> float:
        """Read the timer of all that is kept."""
        return self._reading.timer()

    def states(self, names: Iterable[str]) -> dict[str, State]:
        """Say how often what is kept of backends has changed: while it is the same, so are they.

        What was made of it alone may then be made of it again. Those switched off have no state.
        """
        backends = self.backends
        return {name: self._reading.state(backends[name]) for name in names if name in backends}

    async def settled(self) -> None:
        """Wait until the writes under way have come to their ends."""
        await self._writing.settled()

    async def leave(self) -> None:
        """End the writes, and leave what is kept, and read anew, to those who share it."""
        await self._writing.close()

    async def close(self) -> None:
        """End what goes on without callers."""
        await self.leave()
        await self._reading.refreshing.close()
        await self._listings.close()

    def _run(self, request: PageRequest, *, is_whole: bool) -> Run:
        parts, settled = self._planned(request, is_whole=is_whole)
        timer = self._reading.timer
        return Run(request, parts, settled, self.backends, timer, self._renew)

    def _renew(self, request: PageRequest, name: str) -> None:
        """Have one backend's part of a page read anew, behind the scenes."""
        query = replace(request.query, backends=(name,))
        alone = PageRequest(query, request.limit, request.position, freshness=_ANEW)

        async def read() -> bool:
            run = self._run(alone, is_whole=False)
            page = await run.next_page(Deadline.within(_REFRESH_SECONDS))
            run.finish()
            return page.reports[name].error is None

        what = (query, request.limit, request.position.boundary)
        backend = self.backends[name]
        self._reading.refreshing.start(
            backend.identity, what, lambda: counted(read, backend.figures)
        )

    def _planned(
        self, request: PageRequest, *, is_whole: bool
    ) -> tuple[list[Part], dict[str, BackendReport]]:
        """Plan every asked backend; report at once those that need no reading, or may not be read.

        What is to be served of what is kept alone has to be all there: a page, or the whole.
        """
        parts: list[Part] = []
        reports: dict[str, BackendReport] = {}
        query, position = request.query, request.position
        is_contradictory = self._domain_of(query.conditions).is_empty
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
            elif self._is_out_of_reach(self.backends[name], plan, request, is_whole=is_whole):
                reports[name] = failed(NOT_CACHED)
            else:
                reader = self._reading.reader(self.backends[name], plan, request)
                parts.append(Part(name, query, plan, reader, position))
        return parts, reports

    def _is_out_of_reach(
        self, backend: Backend, plan: BackendPlan, request: PageRequest, *, is_whole: bool
    ) -> bool:
        if not request.freshness.is_kept_only:
            return False
        return self._reading.kept(backend, plan, request, is_whole=is_whole) is not Kept.ENOUGH
