"""The central property can fail: each way of breaking the engine is caught by it.

The property is that pages joined are the sorted, filtered union of all backends. Each engine here
is broken on purpose, in a way that others broke theirs.
"""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from random import Random
from typing import Any

import pytest
from hypothesis import Phase, find, settings
from hypothesis import strategies as st
from hypothesis.errors import NoSuchExample

from gateway.federation import run as run_module
from gateway.federation.deadline import Deadline
from gateway.federation.run import PageRequest
from gateway.model.query import AtOrAfter, Before, Condition, Order, Query
from gateway.paging import order as order_module
from gateway.paging import planner as planner_module
from gateway.paging.cursor import FROM_THE_START, Position
from gateway.paging.merge import Merge
from gateway.paging.order import BEFORE_ALL, TOTAL, Coarsening, Key
from gateway.paging.rows import Row
from gateway.spi import Nulls, SortAbility
from tests.federation.test_walks import World, backends_of, conditions, union, worlds
from tests.support.fakes import federation

_MOST_PAGES = 60
_TRIES = settings(max_examples=10_000, phases=[Phase.generate], database=None)

real_beyond = planner_module._beyond  # noqa: SLF001  # a rule that is broken below
real_coarsening_of = order_module.coarsening_of


@dataclass(frozen=True)
class Case:
    """A world, and how it is walked."""

    world: World
    wanted: tuple[Condition, ...]
    limit: int
    ttl: float


cases = st.builds(Case, worlds, conditions, st.integers(1, 9), st.sampled_from([0, 60]))


def holds(case: Case) -> bool:
    """Say whether a walk gives just the sorted, filtered union."""
    return asyncio.run(_walked(case)) == union(case.world, case.wanted)


async def _walked(case: Case) -> list[str] | None:
    """Walk to the end; none if there seems to be no end."""
    backends = backends_of(case.world, ttl=case.ttl)
    asked = federation(*backends)
    query = Query(tuple(b.name for b in backends), case.wanted)
    found: list[str] = []
    position: Position | None = FROM_THE_START
    for _ in range(_MOST_PAGES):
        if position is None:
            return found
        page = await asked.page(PageRequest(query, case.limit, position), Deadline.within(60))
        found += [session.id for session in page.sessions]
        position = page.next
    return None


class TiesAreNotClosed(Merge):
    """Emits a row before all that tie with it were read."""

    def __init__(self, lanes: dict[str, Coarsening], **options: Any) -> None:  # noqa: ANN401  # passed on
        super().__init__(dict.fromkeys(lanes, TOTAL), **options)


class ResumesFromTheNewestSeen(Merge):
    """Puts the boundary behind all that was read, not behind what was given out."""

    @property
    def last_key(self) -> Key:
        return max([self._last, *self._ready.keys])


class BoundaryIsCoarserThanKeys(Merge):
    """Takes everything that starts with the boundary as given out."""

    def __init__(self, lanes: dict[str, Coarsening], *, boundary: Key, **options: Any) -> None:  # noqa: ANN401  # passed on
        beyond = (boundary[0], "\U0010ffff", "") if boundary else BEFORE_ALL
        super().__init__(lanes, boundary=beyond, **options)


class BehindTheBoundaryIsNotDropped(Merge):
    """Trusts the vendor to begin where the page before ended."""

    def __init__(self, lanes: dict[str, Coarsening], *, boundary: Key, **options: Any) -> None:  # noqa: ANN401  # passed on
        del boundary
        super().__init__(lanes, **options)


class FiltersAreNotRechecked(Merge):
    """Trusts the vendor to have filtered."""

    def __init__(
        self,
        lanes: dict[str, Coarsening],
        *,
        conditions: tuple[Condition, ...],
        **options: Any,  # noqa: ANN401  # passed on
    ) -> None:
        del conditions
        super().__init__(lanes, **options)


class EndIsJudgedAfterFiltering(Merge):
    """Takes a page on which nothing matched for the end."""

    def deliver(
        self, name: str, rows: Iterable[Row], *, is_end: bool, bound: Key | None = None
    ) -> None:
        before = self.lanes[name].matched
        super().deliver(name, rows, is_end=False, bound=bound)
        nothing_matched = self.lanes[name].matched == before
        super().deliver(name, (), is_end=is_end or nothing_matched)


class StopsWhenEnoughWasRead(Merge):
    """Reads no more of a lane than the page has room for, whatever of it matches."""

    def deliver(
        self, name: str, rows: Iterable[Row], *, is_end: bool, bound: Key | None = None
    ) -> None:
        super().deliver(name, rows, is_end=is_end, bound=bound)
        lane = self.lanes[name]
        if len(lane.seen) >= self.limit:
            super().deliver(name, (), is_end=True)


class EndedWithRowsWaiting(Merge):
    """Says that a lane has no more though some of its rows found no room."""

    def ended(self) -> frozenset[str]:
        return frozenset(name for name, lane in self.lanes.items() if lane.frontier is None)


class FullPageIsTheLast(Merge):
    """Forgets the rows that found no room."""

    @property
    def has_more(self) -> bool:
        return any(lane.frontier is not None for lane in self.lanes.values())


MERGES: list[type[Merge]] = [
    TiesAreNotClosed,
    ResumesFromTheNewestSeen,
    BoundaryIsCoarserThanKeys,
    BehindTheBoundaryIsNotDropped,
    FiltersAreNotRechecked,
    EndIsJudgedAfterFiltering,
    StopsWhenEnoughWasRead,
    EndedWithRowsWaiting,
    FullPageIsTheLast,
]


NULLS_COME_FIRST = (-1, 0)


def boundary_is_pushed_without_its_ties(
    boundary: Key, ability: SortAbility | None
) -> Condition | None:
    condition = real_beyond(boundary, ability)
    match condition:
        case Before(field, instant):
            return Before(field, instant - datetime.resolution)
        case AtOrAfter(field, instant):
            return AtOrAfter(field, instant + datetime.resolution)
        case _:
            return condition


def boundary_is_pushed_where_it_hides_nulls(
    boundary: Key, ability: SortAbility | None
) -> Condition | None:
    return real_beyond(boundary, replace(ability, nulls=Nulls.NEVER) if ability else None)


def granules_are_not_heeded(ability: SortAbility | None, order: Order) -> Coarsening:
    return replace(real_coarsening_of(ability, order), granule=1)


def descending_granules_begin_at_their_oldest(coarsening: Coarsening, value: int) -> int:
    return -(-value // coarsening.granule * coarsening.granule)


RULES: list[tuple[object, str, object]] = [
    (order_module, "_NULL", NULLS_COME_FIRST),
    (planner_module, "_beyond", boundary_is_pushed_without_its_ties),
    (planner_module, "_beyond", boundary_is_pushed_where_it_hides_nulls),
    (planner_module, "coarsening_of", granules_are_not_heeded),
    (Coarsening, "_least_of_granule", descending_granules_begin_at_their_oldest),
]


def counterexample() -> Case:
    """Find a case in which the property fails, the same one every time."""
    return find(cases, lambda case: not holds(case), settings=_TRIES, random=Random(1))


@pytest.mark.parametrize("merge", MERGES)
def test_a_broken_merge_is_caught(merge: type[Merge], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run_module, "Merge", merge)

    case = counterexample()

    monkeypatch.undo()
    assert holds(case), "it is the mutant that fails here, not the engine"


@pytest.mark.parametrize(
    ("owner", "name", "rule"), RULES, ids=[getattr(rule, "__name__", "") for _, _, rule in RULES]
)
def test_a_broken_rule_is_caught(
    owner: object, name: str, rule: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(owner, name, rule)

    case = counterexample()

    monkeypatch.undo()
    assert holds(case), "it is the mutant that fails here, not the engine"


def test_the_engine_itself_is_not_caught() -> None:
    tries = settings(_TRIES, max_examples=100)

    with pytest.raises(NoSuchExample):
        find(cases, lambda case: not holds(case), settings=tries, random=Random(1))
