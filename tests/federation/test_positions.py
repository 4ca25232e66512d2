"""A position means "above this key": its hints may go, and the data may change meanwhile."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.federation.deadline import Deadline
from gateway.federation.federation import Federation
from gateway.federation.run import PageRequest, SessionPage
from gateway.model.query import Condition, Query
from gateway.model.session import Session
from gateway.paging.cursor import FROM_THE_START, Position
from gateway.spi import Address, RawPage
from tests.federation.liars import Scripted
from tests.federation.test_walks import (
    NAMES,
    World,
    backends_of,
    conditions,
    union,
    worlds,
)
from tests.support.examples import examples
from tests.support.fakes import backend, federation

_MOST_PAGES = 200
"""Pages of a walk: one that has more never comes to its end."""


@dataclass
class Walk:
    """A walk over a federation, with something done to each position on the way."""

    federation: Federation
    query: Query
    limit: int
    between: Callable[[Position], Position]
    pages: list[SessionPage] = field(default_factory=list)

    async def to_the_end(self) -> list[Session]:
        position: Position | None = FROM_THE_START
        while position is not None and len(self.pages) < _MOST_PAGES:
            request = PageRequest(self.query, self.limit, position)
            page = await self.federation.page(request, Deadline.within(60))
            self.pages.append(page)
            position = self.between(page.next) if page.next is not None else None
        return [session for page in self.pages for session in page.sessions]


def without(draw: Callable[[], bool], position: Position) -> Position:
    """Drop some of the hints."""
    return Position(
        position.boundary,
        position.given if draw() else {},
        position.totals if draw() else {},
        position.ended if draw() else frozenset(),
        peeks={name: peek for name, peek in position.peeks.items() if draw()},
        places={name: places for name, places in position.places.items() if draw()},
    )


@given(st.data(), worlds, conditions, st.integers(1, 5))
@settings(max_examples=examples(80))
def test_hints_change_nothing(
    data: st.DataObject, world: World, wanted: tuple[Condition, ...], limit: int
) -> None:
    backends = backends_of(world)
    query = Query(tuple(b.name for b in backends), wanted)
    walk = Walk(
        federation(*backends), query, limit, lambda p: without(lambda: data.draw(st.booleans()), p)
    )

    sessions = asyncio.run(walk.to_the_end())

    expected = union(world, wanted)
    assert [session.id for session in sessions] == expected
    assert all(page.total.value <= len(expected) for page in walk.pages)


@given(worlds, st.integers(1, 5), st.lists(st.integers(0, 7), min_size=1, max_size=20))
@settings(max_examples=examples(80))
def test_who_answers_first_changes_nothing(world: World, limit: int, turns: list[int]) -> None:
    waits = iter(turns * 1000)

    async def after_a_while(_at: Address, _request: int) -> RawPage | None:
        for _ in range(next(waits)):
            await asyncio.sleep(0)
        return None

    backends = [
        backend(name, Scripted(rows, manners, script=after_a_while))
        for name, (rows, manners) in zip(NAMES, world, strict=False)
    ]
    walk = Walk(federation(*backends), Query(tuple(b.name for b in backends)), limit, lambda p: p)

    sessions = asyncio.run(walk.to_the_end())

    assert [session.id for session in sessions] == union(world, ())
