"""Backends whose rows change while time goes on, and what may be told of them from what was kept.

Every change takes a second, so that an instant names one state of each backend.
"""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from gateway.federation.deadline import Deadline
from gateway.federation.explaining import Explanation
from gateway.federation.run import PageRequest, SessionPage
from gateway.model.matching import matches
from gateway.model.query import Condition, Order, Query
from gateway.model.report import BackendStatus, Relation
from gateway.model.session import Session
from gateway.paging.cursor import FROM_THE_START, Position
from gateway.paging.order import key_of
from gateway.spi import Nulls
from tests.federation.test_walks import NAMES, World
from tests.support.adapters import NOON
from tests.support.fakes import FakeAdapter, FakeRow, backend, federation

SECOND = timedelta(seconds=1)


@dataclass
class Timeline:
    """One backend: the states of its rows, and since when each was."""

    name: str
    adapter: FakeAdapter
    ttl: int
    states: list[tuple[int, tuple[FakeRow, ...]]] = field(init=False)

    def __post_init__(self) -> None:
        self.states = [(0, tuple(self.adapter.rows))]

    def change(self, now: int, rows: Sequence[FakeRow]) -> None:
        """Let the rows be these from now on."""
        self.adapter.rows = rows
        self.states.append((now, tuple(rows)))

    def start_of(self, row: FakeRow) -> int | None:
        """Give the start that the row of this id had before, or its own; one if all must have one.

        What a vendor can do is asked for once, so it keeps what it said of its rows then.
        """
        before = (old for _, rows in self.states for old in rows if old.native_id == row.native_id)
        started = next(before, row).started
        has_nulls = all(sort.nulls is not Nulls.NEVER for sort in self.adapter.declared.sorts)
        return started if has_nulls else started or 0

    def between(self, begin: int, end: int) -> list[frozenset[FakeRow]]:
        """Give every state that was at some instant from one to another."""
        gone = [since for since, _ in self.states[1:]] + [end + 1]
        states = zip(self.states, gone, strict=True)
        return [frozenset(rows) for (_, rows), until in states if until > begin]


@dataclass(frozen=True)
class Mark:
    """Where a walk has come to, and since when what is known of each backend is known."""

    query: Query
    position: Position
    since: Mapping[str, int]


class Keeping:
    """A federation that keeps what it reads, its clock, and the walks that can be gone on with."""

    def __init__(self, world: World, ttls: Sequence[int], range_bytes: int) -> None:
        """Begin with these backends, each with its time to live in seconds."""
        parts = zip(NAMES, world, ttls, strict=False)
        self.now = 0
        self.timelines = [
            Timeline(name, FakeAdapter(rows, manners), ttl) for name, (rows, manners), ttl in parts
        ]
        self.backends = [
            backend(line.name, line.adapter, ttl=line.ttl, clock=self._clock)
            for line in self.timelines
        ]
        self._federation = federation(
            *self.backends, timer=lambda: float(self.now), range_bytes=range_bytes
        )
        self._marks: list[Mark] = []

    def wait(self, seconds: int) -> list[str]:
        """Let time go on."""
        self.now += seconds
        return []

    def insert(self, which: int, row: FakeRow) -> list[str]:
        """Let a row be there; if there was one of its id it becomes this one, and keeps its start.

        What follows an id that moves cannot be told from what follows one that stays.
        """
        line = self.timelines[which % len(self.timelines)]
        others = [old for old in line.adapter.rows if old.native_id != row.native_id]
        self.now += 1
        line.change(self.now, [*others, replace(row, started=line.start_of(row))])
        return []

    def delete(self, which: int, native_id: str) -> list[str]:
        """Let a row go, if it is there."""
        line = self.timelines[which % len(self.timelines)]
        others = [row for row in line.adapter.rows if row.native_id != native_id]
        self.now += 1
        line.change(self.now, others)
        return []

    def begin(self, wanted: tuple[Condition, ...], order: Order, limit: int) -> list[str]:
        """Ask for the first page of a query, and say what is wrong with it."""
        names = tuple(line.name for line in self.timelines)
        return self._faults(Mark(Query(names, wanted, order), FROM_THE_START, {}), limit)

    def go_on(self, which: int, limit: int) -> list[str]:
        """Ask for a page that follows one that was given, and say what is wrong with it."""
        return self._faults(self._marks[which % len(self._marks)], limit) if self._marks else []

    def _clock(self) -> datetime:
        return NOON + self.now * SECOND

    def _faults(self, mark: Mark, limit: int) -> list[str]:
        request = PageRequest(mark.query, limit, mark.position)
        told = self._federation.explain(request)
        page = asyncio.run(self._page(request))
        oldest = {name: self._read_at(report.as_of) for name, report in page.reports.items()}
        since = {name: min(read, mark.since.get(name, read)) for name, read in oldest.items()}
        if page.next is not None:
            self._marks.append(Mark(mark.query, page.next, since))
        faults = list(_faults_of_order(page, mark, limit))
        for line in self.timelines:
            faults += self._faults_of(line, page, oldest[line.name])
            faults += self._missing(line, page, mark, since[line.name])
            faults += _surprises(line, page, told[line.name])
        return faults

    async def _page(self, request: PageRequest) -> SessionPage:
        return await self._federation.page(request, Deadline.within(60))

    def _read_at(self, as_of: datetime | None) -> int:
        return self.now if as_of is None else (as_of - NOON) // SECOND

    def _faults_of(self, line: Timeline, page: SessionPage, oldest: int) -> Iterator[str]:
        """Say what is told of a backend that was not so since the instant that is told with it."""
        report = page.reports[line.name]
        if report.status not in {BackendStatus.OK, BackendStatus.PARTIAL}:
            yield f"{line.name} has failed: {report.error}"
        if oldest < self.now and oldest <= self.now - line.ttl:
            yield f"what is told of {line.name} is {self.now - oldest} s old"
        rows = frozenset[FakeRow]().union(*line.between(oldest, self.now))
        were = {row.native_id: row for row in rows}
        for session in page.sessions:
            if session.backend == line.name and session not in _sessions(line, rows):
                yield f"{session.id} was not so, but {were.get(session.native_id)}"

    def _missing(self, line: Timeline, page: SessionPage, mark: Mark, since: int) -> Iterator[str]:
        """Say what of a backend stayed as it was since its walk began and is not on its page."""
        first, *others = line.between(since, self.now)
        stayed = first.intersection(*others)
        for session in _sessions(line, stayed):
            if _belongs_to(page, mark, session) and session not in page.sessions:
                yield f"{session.id} has been there since {since} and is missing"


def _surprises(line: Timeline, page: SessionPage, told: Explanation) -> Iterator[str]:
    """Say whether a backend took other requests than was surely foretold of what is kept."""
    expected, took = told.expected_requests, page.reports[line.name].requests
    if told.cache == "kept" and expected.relation is Relation.EQUAL and took != expected.value:
        yield f"{line.name} took {took} requests, and not {expected.value}"


def _sessions(line: Timeline, rows: frozenset[FakeRow]) -> list[Session]:
    return [row.session(line.name) for row in rows]


def _belongs_to(page: SessionPage, mark: Mark, session: Session) -> bool:
    key = key_of(session, mark.query.order)
    is_up_to_its_end = page.next is None or key <= page.next.boundary
    is_within = mark.position.boundary < key and is_up_to_its_end
    return is_within and matches(session, mark.query.conditions)


def _faults_of_order(page: SessionPage, mark: Mark, limit: int) -> Iterator[str]:
    keys = [key_of(session, mark.query.order) for session in page.sessions]
    if [mark.position.boundary, *keys] != sorted({mark.position.boundary, *keys}):
        yield "keys do not grow"
    if page.next is not None and len(keys) != limit:
        yield "the page is not full"
    if not all(matches(session, mark.query.conditions) for session in page.sessions):
        yield "a session does not match"
