"""The federation: all configured backends, asked as one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from gateway.federation.backend import Backend, Failed
from gateway.federation.fan_out import TIMED_OUT, Deadline, fill_page
from gateway.federation.filling import Listings
from gateway.federation.listings import Listing
from gateway.federation.lookup import Lookup, find
from gateway.federation.readers import ListingReader, PageReader, Reader
from gateway.federation.reports import (
    Part,
    ended,
    failed,
    report,
    skipped,
    sum_of,
    unanswerable,
    vendors_total,
)
from gateway.federation.scan import Tally
from gateway.model.query import Query
from gateway.model.report import BackendReport, Count
from gateway.model.session import Session
from gateway.paging.cursor import FROM_THE_START, Position
from gateway.paging.merge import Merge
from gateway.paging.planner import BackendPlan, Unanswerable


@dataclass(frozen=True, slots=True)
class PageRequest:
    """One page of a query: what follows a position, up to a number of sessions."""

    query: Query
    limit: int
    position: Position = FROM_THE_START


@dataclass(frozen=True, slots=True)
class SessionPage:
    """One page over all asked backends, and what each of them had to do with it.

    ``next`` is none once the end of every backend that answered is known.
    """

    sessions: Sequence[Session]
    next: Position | None
    total: Count
    reports: Mapping[str, BackendReport]


class Federation:
    """Answers for all backends. Which of them a caller may see is decided before."""

    def __init__(
        self,
        backends: Sequence[Backend],
        listings: Listings,
        *,
        disabled: Mapping[str, str] | None = None,
    ) -> None:
        """Take the backends in use, and of those switched off the vendors by name."""
        self.backends = {backend.name: backend for backend in backends}
        self.disabled = dict(disabled or {})
        self._listings = listings

    async def page(self, request: PageRequest, deadline: Deadline) -> SessionPage:
        """Give one page of the sorted, filtered union of the asked backends."""
        parts, reports = self._planned(request)
        readers = {part.name: part.reader for part in parts}
        merge = Merge(
            {name: reader.coarsening for name, reader in readers.items()},
            limit=request.limit,
            boundary=request.position.boundary,
            conditions=request.query.conditions,
        )
        failures = await fill_page(merge, readers, deadline)
        for part in parts:
            failure = failures.get(part.name)
            if failure is TIMED_OUT:
                self.backends[part.name].timed_out()
            reports[part.name] = report(part, merge.lanes[part.name], failure)
        return SessionPage(
            sessions=[row.session for row in merge.page],
            next=_next_position(request.position, parts, merge),
            total=sum_of(reports.values()),
            reports={name: reports[name] for name in request.query.backends},
        )

    async def session(self, backend: str, native_id: str, deadline: Deadline) -> Lookup:
        """Find one session of one backend."""
        return await find(self.backends[backend], native_id, self._listings, deadline)

    def _planned(self, request: PageRequest) -> tuple[list[Part], dict[str, BackendReport]]:
        """Plan every asked backend; report at once those that need no reading."""
        parts: list[Part] = []
        reports: dict[str, BackendReport] = {}
        query, position = request.query, request.position
        for name in query.backends:
            if name in self.disabled:
                reports[name] = skipped()
                continue
            plan = self.backends[name].plan(query, boundary=position.boundary)
            if isinstance(plan, Failed):
                reports[name] = failed(plan.failure)
            elif isinstance(plan, Unanswerable):
                reports[name] = unanswerable()
            elif name in position.ended:
                reports[name] = ended(name, position)
            else:
                parts.append(Part(name, query, plan, self._reader(name, plan, request), position))
        return parts, reports

    def _reader(self, name: str, plan: BackendPlan, request: PageRequest) -> Reader:
        backend, order = self.backends[name], request.query.order
        if plan.is_ordered:
            return PageReader(backend, plan, request.query)

        async def whole(tally: Tally) -> Listing | Failed:
            return await self._listings.whole(backend, plan, order, tally)

        return ListingReader(whole, boundary=request.position.boundary, stretch=request.limit)


def _next_position(position: Position, parts: Sequence[Part], merge: Merge) -> Position | None:
    if not merge.has_more:
        return None
    given = {name: count for name, count in position.given.items() if name in position.ended}
    totals = {name: count for name, count in position.totals.items() if name in position.ended}
    for part in parts:
        lane, before = merge.lanes[part.name], part.given_before
        if lane.has_failed:
            continue
        if before is not None and not lane.late:
            given[part.name] = before + lane.emitted
        if (total := vendors_total(part, lane)) is not None:
            totals[part.name] = total
    return Position(merge.last_key, given, totals, position.ended | merge.ended())
