"""A position means "above this key": its hints may go, and the data may change meanwhile."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.federation.fan_out import Deadline
from gateway.federation.federation import Federation
from gateway.federation.run import PageRequest, SessionPage
from gateway.model.query import Condition, Query
from gateway.model.session import Session
from gateway.paging.cursor import FROM_THE_START, Position
from gateway.paging.order import key_of
from gateway.spi import Address, RawPage
from tests.federation.liars import Scripted
from tests.federation.test_walks import (
    NAMES,
    World,
    backends_of,
    conditions,
    instants,
    union,
    worlds,
)
from tests.support.fakes import FakeAdapter, FakeRow, Manners, backend, federation


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
        while position is not None:
            request = PageRequest(self.query, self.limit, position)
            page = await self.federation.page(request, Deadline.within(5))
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
    )


@given(st.data(), worlds, conditions, st.integers(1, 5))
@settings(max_examples=80)
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
@settings(max_examples=80)
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


@dataclass
class Change:
    """Rows that come and go while a walk is under way: never those that stay."""

    adapters: list[FakeAdapter]
    coming: list[FakeRow]
    going: list[str]

    def happen(self, position: Position) -> Position:
        for adapter in self.adapters:
            adapter.rows = [row for row in adapter.rows if row.native_id not in self.going[:1]]
        self.going = self.going[1:]
        if self.coming:
            adapter = self.adapters[len(self.coming) % len(self.adapters)]
            adapter.rows = [*adapter.rows, self.coming.pop()]
        return position


@given(
    st.lists(
        st.lists(instants.filter(lambda started: started is not None), max_size=8),
        min_size=1,
        max_size=3,
    ),
    st.lists(st.integers(0, 3000), max_size=6),
    st.lists(st.sampled_from(["gone0", "gone1", "gone2"]), unique=True),
    st.sampled_from([None, 1, 1000]),
    st.integers(1, 3),
)
@settings(max_examples=120)
def test_what_stays_is_given_once_whatever_comes_and_goes(
    world: list[list[int | None]],
    coming: list[int],
    going: list[str],
    granule: int | None,
    limit: int,
) -> None:
    adapters = [
        FakeAdapter(
            [FakeRow(f"stays{n}", started) for n, started in enumerate(starts)]
            + [FakeRow(native_id, 700 * n) for n, native_id in enumerate(going)],
            Manners(granule, page_cap=3),
        )
        for starts in world
    ]
    change = Change(adapters, [FakeRow(f"new{n}", at) for n, at in enumerate(coming)], going)
    backends = [backend(name, a) for name, a in zip(NAMES, adapters, strict=False)]
    query = Query(tuple(b.name for b in backends))

    walk = Walk(federation(*backends), query, limit, change.happen)
    sessions = asyncio.run(walk.to_the_end())

    keys = [key_of(session, query.order) for session in sessions]
    assert keys == sorted(set(keys))
    stayed = [session.id for session in sessions if session.native_id.startswith("stays")]
    assert sorted(stayed) == sorted(
        f"{name}:stays{n}"
        for name, starts in zip(NAMES, world, strict=False)
        for n in range(len(starts))
    )
