"""No page costs more requests than any correct engine must make for it.

A backend must be read as far as the first row behind which nothing can belong to the page; if it
has none, to its end. It need not be read at all where the page before told that it has ended, or
that what it has lies beyond the page; and it is read on from where it was left.
"""

import asyncio
import itertools
from collections.abc import Iterator
from dataclasses import dataclass

from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.federation.deadline import Deadline
from gateway.federation.run import PageRequest
from gateway.model.matching import matches
from gateway.model.query import NEWEST_FIRST, Condition, Query
from gateway.paging.cursor import FROM_THE_START, Position
from gateway.paging.order import BEFORE_ALL, Key, key_of
from gateway.paging.planner import BackendPlan
from gateway.paging.resume import has_passed
from gateway.spi import First
from tests.federation.test_walks import NAMES, conditions, manners, rows
from tests.support.examples import examples
from tests.support.fakes import FakeAdapter, FakeRow, Manners, backend, federation

_MOST_PAGES = 100

# Rows without a start wait for the end of a stream, wherever it puts them.
started_rows = rows().map(lambda found: [row for row in found if row.started is not None])
Started = list[tuple[list[FakeRow], Manners]]


@dataclass(frozen=True)
class Case:
    """A world, and how it is walked."""

    world: Started
    wanted: tuple[Condition, ...]
    limits: list[int]


cases = st.builds(
    Case,
    st.lists(st.tuples(started_rows, manners), min_size=1, max_size=4),
    conditions,
    st.lists(st.integers(1, 9), min_size=1, max_size=3),
)


@dataclass
class Account:
    """What one backend was asked for a page, beside what it had to be asked."""

    name: str
    adapter: FakeAdapter
    wanted: tuple[Condition, ...]
    told: Key | None = BEFORE_ALL
    """A lower bound of what it has beyond the page before, by what was read; none at the end."""
    left: int = 0
    """The row with which the request began that brought the last row to be left behind."""

    def begin(self) -> None:
        """Begin a page."""
        self.adapter.asked, self.adapter.sizes = [], []

    def faults(self, plan: BackendPlan, position: Position, end: Key | None) -> Iterator[str]:
        """Say what was asked in vain for a page that ends there, and note what was learned."""
        is_at_place = bool(self.adapter.asked) and self.adapter.asked[0] != First()
        scan = plan.unbounded if is_at_place and plan.unbounded else plan.scan
        stream = self.adapter.stream(scan)
        begins = [self.adapter.begin(address, stream) for address in self.adapter.asked]
        if not begins:
            return
        ends = [begin + size for begin, size in zip(begins, self.adapter.sizes, strict=True)]
        if self._is_needless(position, end):
            yield f"{self.name} was known to have nothing for the page"
        wanted = begins[0] + self._wanted(plan, stream[begins[0] :], end)
        if len(begins) != 1 + sum(reached < wanted for reached in ends[:-1]):
            yield f"{self.name} was read in {len(begins)} pages as far as {wanted}"
        if plan.begins == BEFORE_ALL and begins[0] < self.left:
            yield f"{self.name} was read from {begins[0]} on and not from {self.left}"
        if plan.is_ordered and end is not None:
            self._learn(plan, stream, list(zip(begins, ends, strict=True)), end)

    def _is_needless(self, position: Position, end: Key | None) -> bool:
        """Say whether it is known that the backend has nothing for the page."""
        peeks = (self.told, position.peeks.get(self.name))
        is_beyond = end is not None and any(peek is not None and peek > end for peek in peeks)
        return is_beyond or self.told is None or self.name in position.ended

    def _wanted(self, plan: BackendPlan, rows: list[FakeRow], end: Key | None) -> int:
        """Count the rows up to the first behind which nothing can belong to the page."""
        for number, row in enumerate(rows, start=1):
            if end is not None and plan.coarsening.group(self._key(row)) >= end:
                return number
        return len(rows)

    def _learn(
        self, plan: BackendPlan, stream: list[FakeRow], requests: list[tuple[int, int]], end: Key
    ) -> None:
        """Note what the rows that were read tell of those beyond the page."""
        first, last = requests[0][0], requests[-1][1]
        bounds = [
            self._key(row)[:1]
            for row in stream[first:last]
            if self._key(row) > end and matches(row.session(self.name), self.wanted)
        ]
        if last < len(stream):
            bounds.append(plan.coarsening.group(self._key(stream[last - 1])))
        self.told = min(bounds, default=None)
        passed = [
            index
            for index, row in enumerate(stream[:last])
            if has_passed(self._key(row), end, plan.coarsening)
        ]
        self.left = next((b for b, e in requests if passed and b <= passed[-1] < e), 0)

    def _key(self, row: FakeRow) -> Key:
        return key_of(row.session(self.name), NEWEST_FIRST)


async def faults(case: Case) -> list[str]:
    """Walk to the end, and say what was asked in vain, page by page and backend by backend."""
    named = zip(NAMES, case.world, strict=False)
    adapters = {name: FakeAdapter(found, how) for name, (found, how) in named}
    accounts = [Account(name, adapter, case.wanted) for name, adapter in adapters.items()]
    backends = {name: backend(name, adapter) for name, adapter in adapters.items()}
    asked = federation(*backends.values())
    query = Query(tuple(adapters), case.wanted)
    position: Position | None = FROM_THE_START
    found: list[str] = []
    for limit in itertools.islice(itertools.cycle(case.limits), _MOST_PAGES):
        if position is None:
            return found
        for account in accounts:
            account.begin()
        page = await asked.page(PageRequest(query, limit, position), Deadline.within(60))
        end = key_of(page.sessions[-1], NEWEST_FIRST) if len(page.sessions) == limit else None
        for account in accounts:
            plan = backends[account.name].plan(query, boundary=position.boundary)
            assert isinstance(plan, BackendPlan)
            found += account.faults(plan, position, end)
        position = page.next
    return [*found, "there is no end"]


@given(cases)
@settings(max_examples=examples(200))
def test_every_page_of_a_walk_costs_the_lower_bound(case: Case) -> None:
    assert asyncio.run(faults(case)) == []
