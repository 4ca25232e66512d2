"""The property of budgets can fail: each way of breaking them is caught by it."""

from collections.abc import Callable
from random import Random

import pytest
from hypothesis import Phase, find, settings
from hypothesis.errors import NoSuchExample

from gateway.federation.budget import Allowance
from gateway.federation.tally import Tally
from gateway.paging.merge import Merge
from tests.federation.test_budget import cases

_TRIES = settings(max_examples=10_000, phases=[Phase.generate], database=None)


def a_page_ends_at_its_last_row(_merge: Merge) -> None:
    """Leave no trace of what was read and does not match."""


def a_page_ends_where_the_furthest_has_come_to(merge: Merge) -> None:
    frontiers = [lane.frontier for lane in merge.lanes.values() if lane.frontier is not None]
    merge._last = max([merge.last_key, *frontiers])  # noqa: SLF001  # a rule that is broken here


def a_page_ends_behind_what_waits(merge: Merge) -> None:
    keys = [*merge._ready.keys]  # noqa: SLF001  # a rule that is broken here
    merge._last = max([merge.last_key, *merge.peeks().values(), *keys])  # noqa: SLF001  # as above


def nothing_is_ever_spent(_allowance: Allowance, _tally: Tally) -> bool:
    return False


MUTANTS: list[tuple[object, str, Callable[..., object]]] = [
    (Merge, "cut", a_page_ends_at_its_last_row),
    (Merge, "cut", a_page_ends_where_the_furthest_has_come_to),
    (Merge, "cut", a_page_ends_behind_what_waits),
    (Allowance, "is_spent", nothing_is_ever_spent),
]


@pytest.mark.parametrize(
    ("owner", "name", "rule"), MUTANTS, ids=[rule.__name__ for _, _, rule in MUTANTS]
)
def test_a_broken_budget_is_caught(
    owner: object, name: str, rule: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as broken:
        broken.setattr(owner, name, rule)
        case = find(cases, lambda case: case.faults() != [], settings=_TRIES, random=Random(1))

    assert case.faults() == [], "it is the mutant that fails here, not the engine"


def test_the_engine_itself_is_not_caught() -> None:
    tries = settings(_TRIES, max_examples=50)

    with pytest.raises(NoSuchExample):
        find(cases, lambda case: case.faults() != [], settings=tries, random=Random(1))
