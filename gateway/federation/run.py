"""One query being carried out: its parts planned once, and read as far as its pages need."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from gateway.federation.backend import Backend
from gateway.federation.counting import count_listings
from gateway.federation.fan_out import TIMED_OUT, Deadline, fill_page, read_on
from gateway.federation.page_reader import PageReader
from gateway.federation.reports import Part, lacks_rows, report, sum_of, vendors_total
from gateway.model.query import Query
from gateway.model.report import BackendReport, BackendStatus, Count, Failure
from gateway.model.session import Session
from gateway.paging.cursor import FROM_THE_START, Position
from gateway.paging.merge import Merge, Row


@dataclass(frozen=True, slots=True)
class PageRequest:
    """One page of a query: what follows a position, up to a number of sessions.

    Without those that are ``required`` the page is of no use: the first of them to fail ends it.
    """

    query: Query
    limit: int
    position: Position = FROM_THE_START
    required: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class SessionPage:
    """One page over all asked backends, and what each of them had to do with it.

    ``next`` is none once the end of every backend that answered is known. ``gaps`` holds the
    part of the page's order in which a failed backend's rows are missing: a position from
    which, and a key up to which, that backend alone can be asked for them.
    """

    rows: Sequence[Row]
    next: Position | None
    total: Count
    reports: Mapping[str, BackendReport]
    gaps: Mapping[str, Position] = field(default_factory=dict)

    @property
    def sessions(self) -> Sequence[Session]:
        """Give the sessions without the records they were."""
        return [row.session for row in self.rows]


class Run:
    """Gives page after page of one query, each backend read on from where the last page ended."""

    def __init__(
        self,
        request: PageRequest,
        parts: Sequence[Part],
        settled: Mapping[str, BackendReport],
        backends: Mapping[str, Backend],
    ) -> None:
        """Take the parts to be read, and the reports of those backends that need no reading."""
        self._request = request
        self._parts = parts
        self._settled = settled
        self._backends = backends
        self._readers = {part.name: part.reader for part in parts}
        self._failures: dict[str, Failure] = {}
        self._merge = Merge(
            {name: reader.coarsening for name, reader in self._readers.items()},
            limit=request.limit,
            boundary=request.position.boundary,
            until=request.position.until,
            conditions=request.query.conditions,
        )

    async def next_page(
        self, deadline: Deadline, limit: int | None = None, *, is_counted: bool = False
    ) -> SessionPage:
        """Read the next page, of the size asked for or another.

        Counts in its reports go from the beginning of the run. If it ``is_counted`` the rest is
        counted too, as far as time allows, and it must be the last page.
        """
        request, merge = self._request, self._merge
        merge.limit = limit or request.limit
        failures = await fill_page(merge, self._readers, deadline, required=request.required)
        self._note(failures)
        if is_counted and not failures:
            await count_listings(self._parts, deadline)
            await read_on(merge, self._uncounted(), deadline)
        following = _next_position(request.position, self._parts, merge)
        reports = self._reports()
        return SessionPage(
            rows=merge.turn(),
            next=following,
            total=sum_of(reports.values()),
            reports=reports,
            gaps=self._gaps(reports, following),
        )

    def _uncounted(self) -> dict[str, PageReader]:
        """Find the readers whose backends have not told how many sessions there are."""
        return {
            part.name: part.reader
            for part in self._parts
            if isinstance(part.reader, PageReader)
            and vendors_total(part, self._merge.lanes[part.name]) is None
        }

    def _note(self, failures: Mapping[str, Failure]) -> None:
        self._failures |= failures
        for name, failure in failures.items():
            if failure is TIMED_OUT:
                self._backends[name].timed_out()

    def _reports(self) -> dict[str, BackendReport]:
        reports = dict(self._settled)
        for part in self._parts:
            lane = self._merge.lanes[part.name]
            reports[part.name] = report(part, lane, self._failures.get(part.name))
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
    # A backend that lacks rows is asked again, so that every page says so.
    lacking = {part.name for part in parts if lacks_rows(part, merge.lanes[part.name])}
    ended = position.ended | (merge.ended() - lacking)
    return Position(merge.last_key, given, totals, ended, position.until)
