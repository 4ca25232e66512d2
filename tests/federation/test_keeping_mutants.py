"""The property of what is kept can fail: each way of keeping too much is caught by it."""

from collections.abc import Callable, Collection
from dataclasses import replace
from random import Random
from typing import Any

import pytest
from hypothesis import Phase, find, settings
from hypothesis.errors import NoSuchExample

from gateway.federation import run
from gateway.federation.freshness import Life
from gateway.federation.page_reader import PageReader
from gateway.federation.ranges import KeptRange, KeptRanges
from gateway.federation.readers import Delivery
from gateway.model.query import Order
from gateway.paging.domains import Domain
from gateway.paging.merge import Merge
from gateway.paging.order import BEFORE_ALL, Key
from tests.federation.test_keeping import ordered

_TRIES = settings(max_examples=10_000, phases=[Phase.generate], database=None)

real_keep = KeptRanges.keep
real_lies_in = Domain.lies_in
real_given_from = PageReader._given_from  # noqa: SLF001  # a rule that is broken below


def moved(kept: KeptRange, **fields: Any) -> KeptRange:  # noqa: ANN401  # any of an extent
    """Give a range that says something else of what it holds."""
    return replace(kept, extent=replace(kept.extent, **fields))


def a_range_ends_at_its_last_row(reader: PageReader) -> Key:
    keys = (row.key for page in reader._pages for row in page.rows)  # noqa: SLF001  # a rule that is broken here
    return max(keys, default=BEFORE_ALL)


def a_range_answers_wider_questions(inner: Domain, outer: Domain) -> bool:
    return real_lies_in(outer, inner)


def a_range_answers_every_question(_inner: Domain, _outer: Domain) -> bool:
    return True


def a_range_begins_before_its_first_row(
    kept_ranges: KeptRanges, backend: str, order: Order, kept: KeptRange
) -> None:
    real_keep(kept_ranges, backend, order, moved(kept, begins=BEFORE_ALL))


def a_range_is_the_end(
    kept_ranges: KeptRanges, backend: str, order: Order, kept: KeptRange
) -> None:
    real_keep(kept_ranges, backend, order, moved(kept, ends=None))


def a_range_expires_anew_when_it_is_read_on(reader: PageReader) -> None:
    reader._life = reader._backend.lifetimes.begin(reader._ranges.timer())  # noqa: SLF001  # a rule that is broken here
    real_keep_of_reader(reader)


real_keep_of_reader = PageReader.keep


def a_range_never_expires(
    kept_ranges: KeptRanges, backend: str, order: Order, kept: KeptRange
) -> None:
    life = kept.extent.life
    for_ever = Life(life.read_at, *[life.ends + 1000] * 3)
    real_keep(kept_ranges, backend, order, moved(kept, life=for_ever))


def what_was_kept_is_as_of_now(reader: PageReader, kept: KeptRange) -> Delivery:
    given = real_given_from(reader, kept)
    reader.tally.as_of = reader._backend.now()  # noqa: SLF001  # a rule that is broken here
    return given


def peeks_are_where_reading_has_come_to(
    merge: Merge, names: Collection[str], reached: Key
) -> dict[str, Key]:
    frontiers = {name: lane.frontier for name, lane in merge.lanes.items() if name in names}
    return {name: peek for name, peek in frontiers.items() if peek is not None and peek > reached}


MUTANTS: list[tuple[object, str, Callable[..., object]]] = [
    (PageReader, "_frontier", a_range_ends_at_its_last_row),
    (Domain, "lies_in", a_range_answers_wider_questions),
    (Domain, "lies_in", a_range_answers_every_question),
    (KeptRanges, "keep", a_range_begins_before_its_first_row),
    (KeptRanges, "keep", a_range_is_the_end),
    (KeptRanges, "keep", a_range_never_expires),
    (PageReader, "keep", a_range_expires_anew_when_it_is_read_on),
    (PageReader, "_given_from", what_was_kept_is_as_of_now),
    (run, "_peeks", peeks_are_where_reading_has_come_to),
]


@pytest.mark.parametrize(
    ("owner", "name", "rule"), MUTANTS, ids=[rule.__name__ for _, _, rule in MUTANTS]
)
def test_an_engine_that_keeps_too_much_is_caught(
    owner: object, name: str, rule: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as broken:
        broken.setattr(owner, name, rule)
        case = find(ordered, lambda case: case.faults() != [], settings=_TRIES, random=Random(5))

    assert case.faults() == [], "it is the mutant that fails here, not the engine"


def test_the_engine_itself_is_not_caught() -> None:
    tries = settings(_TRIES, max_examples=50)

    with pytest.raises(NoSuchExample):
        find(ordered, lambda case: case.faults() != [], settings=tries, random=Random(5))
