"""One query being carried out: its parts planned once, and read as far as its pages need."""

import asyncio
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field

from msgspec import Struct

from gateway.federation.backend import Backend
from gateway.federation.counting import count_listings
from gateway.federation.deadline import Deadline
from gateway.federation.fan_out import TIMED_OUT, Filled, fill_page, read_on
from gateway.federation.flaws import Flaws
from gateway.federation.freshness import AS_KEPT, Freshness, Need
from gateway.federation.listing_reader import ListingReader
from gateway.federation.readers import Reader
from gateway.federation.reports import Part, lacks_rows, report, sum_of, vendors_total
from gateway.federation.showing import shown
from gateway.federation.tally import Tally
from gateway.model.query import Query
from gateway.model.report import BackendReport, BackendStatus, Count, Failure, Relation, ServedFrom
from gateway.model.session import Session
from gateway.paging.cursor import FROM_THE_START, Position
from gateway.paging.merge import Merge
from gateway.paging.order import Key
from gateway.paging.rows import Row
from gateway.paging.sieve import are_outlined

_LONG_PAGE = 250
"""Rows of a page that is read, made and written in turns of their own, 10 to 20 ms each."""


@dataclass(frozen=True, slots=True)
class PageRequest:
    """One page of a query: what follows a position, up to a number of sessions.

    Without those that are ``required`` the page is of no use: the first of them to fail ends it.
    If it ``is_walked`` from there, all that follows is read too, page after page.
    """

    query: Query
    limit: int
    position: Position = FROM_THE_START
    required: frozenset[str] = frozenset()
    freshness: Freshness = AS_KEPT
    is_walked: bool = False

    @property
    def are_all_seen(self) -> bool:
        """Say whether sessions are made of all that is read, whatever outlines tell."""
        return self.is_walked and not any(are_outlined([c]) for c in self.query.conditions)


class Serving(Struct, frozen=True):
    """What it took to serve one backend's part, and how long that part serves others.

    ``fresh_for_s`` is none where nothing was read, and below zero where it is not fresh any more.
    ``need`` is why the vendor was read, if it was.
    """

    fresh_for_s: float | None
    seconds: float
    need: Need = Need.MISS


@dataclass(frozen=True, slots=True)
class SessionPage:
    """One page over all asked backends, and what each of them had to do with it.

    ``next`` is none once the end of every backend that answered is known. ``gaps`` holds the
    part of the page's order in which a failed backend's rows are missing: a position from
    which, and a key up to which, that backend alone can be asked for them. ``servings`` holds the
    backends that had to be read.
    """

    rows: Sequence[Row]
    next: Position | None
    total: Count
    reports: Mapping[str, BackendReport]
    gaps: Mapping[str, Position] = field(default_factory=dict)
    servings: Mapping[str, Serving] = field(default_factory=dict)

    @property
    def sessions(self) -> Sequence[Session]:
        """Give the sessions without the records they were."""
        return [row.session for row in self.rows]


class Run:
    """Gives page after page of one query, each backend read on from where the last page ended."""

    def __init__(  # noqa: PLR0913, PLR0917  # all that a query is carried out with
        self,
        request: PageRequest,
        parts: Sequence[Part],
        settled: Mapping[str, BackendReport],
        backends: Mapping[str, Backend],
        timer: Callable[[], float],
        renew: Callable[[PageRequest, str], None],
    ) -> None:
        """Take the parts to be read, and the reports of those backends that need no reading.

        The timer is that of what is kept. ``renew`` has a backend's part read anew, behind the
        scenes.
        """
        self._timer = timer
        self._renew = renew
        self._request = request
        self._parts = parts
        self._settled = settled
        self._backends = backends
        self._readers = {part.name: part.reader for part in parts}
        self._failures: dict[str, Failure] = {}
        self._spent: frozenset[str] = frozenset()
        self._merge = Merge(
            {name: reader.coarsening for name, reader in self._readers.items()},
            limit=request.limit,
            boundary=request.position.boundary,
            until=request.position.until,
            conditions=request.query.conditions,
        )
        self._merge.expect(request.position.peeks)

    async def next_page(
        self, deadline: Deadline, limit: int | None = None, *, is_counted: bool = False
    ) -> SessionPage:
        """Read the next page, of the size asked for or another.

        Counts in its reports go from the beginning of the run. If it ``is_counted`` the rest is
        counted too, as far as time allows, and it must be the last page.
        """
        request, merge = self._request, self._merge
        merge.limit = limit or request.limit
        await _let_others_go_on(merge.limit)
        begins = merge.last_key
        for reader in self._readers.values():
            reader.forget(begins)
        filled = await fill_page(merge, self._readers, deadline, required=request.required)
        self._note(filled)
        if is_counted and not (filled.failures or filled.spent):
            await count_listings(self._parts, deadline)
            await read_on(merge, self._uncounted(), deadline)
        await _let_others_go_on(len(merge.page))
        page = self._page(await self._shown(begins))
        await _let_others_go_on(len(page.rows))
        return page

    async def _shown(self, begins: Key) -> Sequence[Row]:
        """Take the page, which begins beyond a key, and make its sessions."""
        page = await shown(self._merge.turn())
        for name, rejected in page.rejected.items():
            self._merge.withdraw(name, rejected)
            self._readers[name].tally.flaws += Flaws(rejected=rejected)
        for name, error in page.broken.items():
            self._merge.break_off(name, begins)
            self._failures[name] = self._backends[name].failed(error).failure
        return page.rows

    def _page(self, rows: Sequence[Row]) -> SessionPage:
        """Tell what has been read."""
        reports = self._reports()
        following = _next_position(self._request.position, self._parts, self._merge, reports)
        return SessionPage(
            rows=rows,
            next=following,
            total=sum_of(reports.values()),
            reports=reports,
            gaps=self._gaps(reports, following),
            servings={part.name: serving(part.reader.tally, self._timer()) for part in self._parts},
        )

    def finish(self) -> None:
        """Keep what was read for whoever asks next, and what was learned of the backends."""
        for part in self._parts:
            if part.name not in self._failures:
                if self._request.position.until is None:
                    part.reader.keep()
                self._learn(part, self._backends[part.name])
                if self._is_due(part.reader.tally):
                    self._renew(self._request, part.name)

    def _is_due(self, tally: Tally) -> bool:
        """Say whether what served is not fresh any more, and nobody has tried to read it anew."""
        until = tally.fresh_until
        if until is None or tally.fallen_back or self._request.freshness.is_kept_only:
            return False
        return tally.served_from is not ServedFrom.LIVE and until <= self._timer()

    def _learn(self, part: Part, backend: Backend) -> None:
        lane, tally = self._merge.lanes[part.name], part.reader.tally
        residual = part.plan.residual(part.query.conditions)
        backend.selectivity.note(residual, received=tally.received, matched=lane.matched)
        if part.plan.is_ordered and tally.requests > 1 and not tally.has_drifted:
            backend.note_order(is_kept=not lane.late)

    def _uncounted(self) -> dict[str, Reader]:
        """Find the readers whose backends have not told how many sessions there are."""
        return {
            part.name: part.reader
            for part in self._parts
            if not isinstance(part.reader, ListingReader)
            and vendors_total(part, self._merge.lanes[part.name]) is None
        }

    def _note(self, filled: Filled) -> None:
        self._failures |= filled.failures
        self._spent = filled.spent
        for name, failure in filled.failures.items():
            if failure is TIMED_OUT:
                self._backends[name].timed_out()

    def _reports(self) -> dict[str, BackendReport]:
        reports = dict(self._settled)
        for part in self._parts:
            lane = self._merge.lanes[part.name]
            failure, is_spent = self._failures.get(part.name), part.name in self._spent
            reports[part.name] = report(part, lane, failure, is_spent=is_spent)
        return {name: reports[name] for name in self._request.query.backends}

    def _gaps(
        self, reports: Mapping[str, BackendReport], following: Position | None
    ) -> dict[str, Position]:
        """Find what failed backends owe: from where they were given up to where the page ends."""
        begun = self._request.position.boundary
        until = following.boundary if following else self._request.position.until
        gaps = {}
        for name, told in reports.items():
            lane = self._merge.lanes.get(name)
            owed = max(begun, lane.given_up_at) if lane and lane.given_up_at else begun
            if told.status is BackendStatus.FAILED and (until is None or owed < until):
                gaps[name] = Position(owed, until=until)
        return gaps


async def _let_others_go_on(rows: int) -> None:
    """Have others take their turns before what comes next is done with a page, if it is long."""
    if rows >= _LONG_PAGE:
        await asyncio.sleep(0)


def serving(tally: Tally, now: float) -> Serving:
    """Tell what it took to read what was counted, as of an instant of the timer."""
    until = tally.fresh_until
    return Serving(None if until is None else until - now, tally.seconds, tally.need)


def _next_position(
    position: Position,
    parts: Sequence[Part],
    merge: Merge,
    reports: Mapping[str, BackendReport],
) -> Position | None:
    if not merge.has_more:
        return None
    given = {name: count for name, count in position.given.items() if name in position.ended}
    totals = {name: count for name, count in position.totals.items() if name in position.ended}
    reached = merge.last_key
    alive = [part for part in parts if not merge.lanes[part.name].has_failed]
    for part in alive:
        lane, before, told = merge.lanes[part.name], part.given_before, reports[part.name].total
        if before is not None and not lane.late:
            given[part.name] = before + lane.emitted
        if told is not None and told.relation is Relation.EQUAL:
            totals[part.name] = told.value
    # A backend that lacks rows is asked again, so that every page says so.
    lacking = {part.name for part in parts if lacks_rows(part, merge.lanes[part.name])}
    return Position(
        boundary=reached,
        given=given,
        totals=totals,
        ended=position.ended | (merge.ended() - lacking),
        until=position.until,
        peeks=_peeks(merge, {part.name for part in alive} - lacking, reached),
        places={part.name: found for part in alive if (found := part.reader.places(reached))},
    )


def _peeks(merge: Merge, names: Collection[str], reached: Key) -> dict[str, Key]:
    """Give lower bounds of what backends have beyond a page, without what breaks ties."""
    peeks = {name: _untied(peek) for name, peek in merge.peeks().items() if name in names}
    return {name: peek for name, peek in peeks.items() if peek > reached}


def _untied(key: Key) -> Key:
    return tuple(component for component in key if not isinstance(component, str))
