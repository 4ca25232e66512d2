"""No page costs more requests than any correct engine must make for it.

A backend must be read as far as the first row behind which nothing can belong to the page; if it
has none, to its end. It need not be read at all where a cursor tells that it has ended, or that
what it has lies beyond the page.
"""

import asyncio
import itertools
from dataclasses import dataclass

from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.federation.fan_out import Deadline
from gateway.federation.run import PageRequest
from gateway.model.query import NEWEST_FIRST, Condition, Query
from gateway.paging.cursor import FROM_THE_START, Position
from gateway.paging.order import Key, key_of
from gateway.paging.planner import BackendPlan
from tests.federation.test_walks import NAMES, conditions, manners, rows
from tests.support.examples import examples
from tests.support.fakes import FakeAdapter, FakeRow, Manners, backend, federation

# Rows without a start wait for the end of a stream, wherever it puts them.
started_rows = rows().map(lambda found: [row for row in found if row.started is not None])
Started = list[tuple[list[FakeRow], Manners]]
worlds = st.lists(st.tuples(started_rows, manners), min_size=1, max_size=4)


@dataclass
class Cost:
    """What one backend was asked for one page, beside what it had to be asked."""

    name: str
    adapter: FakeAdapter
    plan: BackendPlan

    def least(self, end: Key | None) -> int:
        """Count the requests without which the page could not be known to end there."""
        stream = self.adapter.stream(self.plan.scan)
        begins = [self.adapter.begin(address, stream) for address in self.adapter.asked]
        reached = [begin + size for begin, size in zip(begins, self.adapter.sizes, strict=True)]
        wanted = begins[0] + self._wanted(stream[begins[0] :], end)
        return 1 + sum(index < wanted for index in reached[:-1])

    def _wanted(self, rows: list[FakeRow], end: Key | None) -> int:
        """Count the rows up to the first behind which nothing can belong to the page."""
        group = self.plan.coarsening.group
        for number, row in enumerate(rows, start=1):
            if end is not None and group(key_of(row.session(self.name), NEWEST_FIRST)) >= end:
                return number
        return len(rows)


def can_be_left_out(name: str, position: Position, end: Key | None) -> bool:
    """Say whether the cursor tells that a backend has nothing for the page."""
    peek = position.peeks.get(name)
    return name in position.ended or (peek is not None and end is not None and peek > end)


async def costs(world: Started, wanted: tuple[Condition, ...], limits: list[int]) -> None:
    """Walk to the end and compare, page by page and backend by backend."""
    adapters = {
        name: FakeAdapter(found, how) for name, (found, how) in zip(NAMES, world, strict=False)
    }
    backends = {name: backend(name, adapter) for name, adapter in adapters.items()}
    asked = federation(*backends.values())
    query = Query(tuple(adapters), wanted)
    position: Position | None = FROM_THE_START
    for limit in itertools.cycle(limits):
        if position is None:
            return
        for adapter in adapters.values():
            adapter.asked, adapter.sizes = [], []
        page = await asked.page(PageRequest(query, limit, position), Deadline.within(5))
        end = key_of(page.sessions[-1], NEWEST_FIRST) if len(page.sessions) == limit else None
        for name, adapter in adapters.items():
            plan = backends[name].plan(query, boundary=position.boundary)
            assert isinstance(plan, BackendPlan)
            least = Cost(name, adapter, plan).least(end) if adapter.asked else 0
            assert len(adapter.asked) == least
            assert adapter.asked == [] or not can_be_left_out(name, position, end)
        position = page.next


@given(worlds, conditions, st.lists(st.integers(1, 9), min_size=1, max_size=3))
@settings(max_examples=examples(200))
def test_every_page_of_a_walk_costs_the_lower_bound(
    world: Started, wanted: tuple[Condition, ...], limits: list[int]
) -> None:
    asyncio.run(costs(world, wanted, limits))
