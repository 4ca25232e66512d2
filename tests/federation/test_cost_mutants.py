"""The lower bound can fail: each way of asking for more than is needed is caught by it."""

import asyncio
from collections.abc import Callable, Iterable, Mapping
from random import Random
from typing import Any

import pytest
from hypothesis import Phase, find, settings
from hypothesis.errors import NoSuchExample

from gateway.federation import page_reader
from gateway.federation import run as run_module
from gateway.federation.deadline import Deadline
from gateway.federation.fan_out import Filled, fill_page
from gateway.federation.readers import Delivery, Reader
from gateway.paging.merge import Merge
from gateway.paging.order import Key
from gateway.paging.resume import Places
from gateway.paging.rows import Row
from tests.federation.test_lower_bound import Case, cases, faults

_TRIES = settings(max_examples=10_000, phases=[Phase.generate], database=None)


class ReadsWhoeverIsBlocked(Merge):
    """Names every lane that holds up the next row, and not only the furthest behind."""

    def step(self) -> frozenset[str]:
        wanted = super().step()
        if not wanted or not self._ready:
            return wanted
        return frozenset(
            name
            for name, lane in self.lanes.items()
            if lane.frontier is not None and lane.frontier < min(self._ready.keys)
        )


class ReadsWhoeverHasMore(Merge):
    """Names every lane in each round."""

    def step(self) -> frozenset[str]:
        wanted = super().step()
        return wanted and frozenset(
            n for n, lane in self.lanes.items() if lane.frontier is not None
        )


class ExpectsNothing(Merge):
    """Reads a lane whatever is known of it."""

    def expect(self, peeks: Mapping[str, Key]) -> None:
        del peeks


class WaitsForTheEnd(Merge):
    """Holds all rows back until it has every one."""

    def deliver(
        self, name: str, rows: Iterable[Row], *, is_end: bool, bound: Key | None = None
    ) -> None:
        before = self.lanes[name].frontier
        super().deliver(name, rows, is_end=is_end, bound=bound)
        if not is_end:
            self.lanes[name].frontier = before


class NobodyEnds(Merge):
    """Asks again who has no more."""

    def ended(self) -> frozenset[str]:
        return frozenset()


def peeks_are_forgotten(*_: object) -> dict[str, Key]:
    return {}


def places_are_forgotten(*_: object) -> Places:
    return ()


async def one_page_more_is_read(
    merge: Merge,
    readers: Mapping[str, Reader],
    deadline: Deadline,
    **options: Any,  # noqa: ANN401  # passed on
) -> Filled:
    filled = await fill_page(merge, readers, deadline, **options)
    for name, reader in readers.items():
        if merge.lanes[name].frontier is not None:
            delivery = await reader.read()
            assert isinstance(delivery, Delivery)
            merge.deliver(name, delivery.rows, is_end=delivery.is_end, bound=delivery.bound)
    return filled


MUTANTS: list[tuple[object, str, Callable[..., object]]] = [
    (run_module, "Merge", ReadsWhoeverIsBlocked),
    (run_module, "Merge", ReadsWhoeverHasMore),
    (run_module, "Merge", ExpectsNothing),
    (run_module, "Merge", WaitsForTheEnd),
    (run_module, "Merge", NobodyEnds),
    (run_module, "_peeks", peeks_are_forgotten),
    (run_module, "fill_page", one_page_more_is_read),
    (page_reader, "places_behind", places_are_forgotten),
]


def is_overcharged(case: Case) -> bool:
    """Say whether something was asked in vain."""
    return asyncio.run(faults(case)) != []


@pytest.mark.parametrize(
    ("owner", "name", "rule"), MUTANTS, ids=[rule.__name__ for _, _, rule in MUTANTS]
)
def test_an_engine_that_asks_for_more_is_caught(
    owner: object, name: str, rule: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as broken:
        broken.setattr(owner, name, rule)
        case = find(cases, is_overcharged, settings=_TRIES, random=Random(1))

    assert not is_overcharged(case), "it is the mutant that fails here, not the engine"


def test_the_engine_itself_is_not_caught() -> None:
    tries = settings(_TRIES, max_examples=100)

    with pytest.raises(NoSuchExample):
        find(cases, is_overcharged, settings=tries, random=Random(1))
