"""The property of rows that come and go can fail: each way of losing track is caught by it.

The property is that what stays is given exactly once. Each engine here takes one precaution less
against rows that move between its requests or between its pages.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from random import Random

import pytest
from hypothesis import Phase, find, settings
from hypothesis import strategies as st
from hypothesis.errors import NoSuchExample

from gateway.federation import page_reader, scan
from gateway.federation.mapping import BackendPage
from gateway.federation.scan import Scan
from gateway.model.session import Placed
from gateway.paging import resume
from gateway.paging.order import Coarsening, Key
from gateway.paging.resume import Places, ReadPage, places_behind
from gateway.spi import Address, PagingStyle
from tests.federation.test_changes import (
    Case,
    cases,
    faults_between_pages,
    faults_between_requests,
    read_on,
    resumed,
)

_TRIES = settings(max_examples=10_000, phases=[Phase.generate], database=None)
# Tokens and ids need no anchor: where rows are counted it is found sooner.
counted = cases(st.just((PagingStyle.OFFSET, False)))
_BEYOND_ALL: Key = ((2, 0),)

Faults = Callable[[Case], list[str]]

real_following = Scan._following  # noqa: SLF001  # a rule that is broken below


def every_page_is_anchored(_scan: Scan, _page: BackendPage[Placed]) -> bool:
    return True


def offsets_do_not_overlap(reading: Scan, address: Address) -> Places:
    reading._overlaps = False  # noqa: SLF001  # a rule that is broken here
    return real_following(reading, address)


def a_lost_place_is_the_only_one(places: Places) -> Iterator[Address]:
    yield from places[:1] or resume.ladder(())


def fewer_rows_are_nothing(_scan: Scan, _page: BackendPage[Placed]) -> bool:
    return False


def behind_the_last_row_read(
    pages: Sequence[ReadPage], _boundary: Key, coarsening: Coarsening, style: PagingStyle
) -> Places:
    return places_behind(pages, _BEYOND_ALL, coarsening, style)


def one_row_too_late(
    pages: Sequence[ReadPage], boundary: Key, coarsening: Coarsening, style: PagingStyle
) -> Places:
    keys = [row.key for page in pages for row in page.rows]
    following = min((key for key in keys if key > boundary), default=boundary)
    beyond = (*following, "\U0010ffff")
    return places_behind(pages, beyond, replace(coarsening, is_total=True), style)


def an_offset_is_not_taken_back(reading: Scan, address: Address, *, behind: object) -> None:
    del behind
    reading._turn_to((address,))  # noqa: SLF001  # a rule that is broken here


@dataclass(frozen=True)
class Mutant:
    """A rule that is broken, and where that must show."""

    faults: Faults
    drawn: st.SearchStrategy[Case]
    owner: object
    name: str
    rule: Callable[..., object]

    def __str__(self) -> str:
        return f"{self.rule.__name__}-{self.faults.__name__}"


MUTANTS = [
    Mutant(faults_between_pages, counted, Scan, "_is_anchored", every_page_is_anchored),
    Mutant(faults_between_pages, resumed, Scan, "go_on", an_offset_is_not_taken_back),
    Mutant(faults_between_pages, resumed, scan, "ladder", a_lost_place_is_the_only_one),
    Mutant(faults_between_pages, resumed, page_reader, "places_behind", behind_the_last_row_read),
    Mutant(faults_between_pages, resumed, page_reader, "places_behind", one_row_too_late),
    Mutant(faults_between_requests, read_on, Scan, "_is_anchored", every_page_is_anchored),
    Mutant(faults_between_requests, read_on, Scan, "_following", offsets_do_not_overlap),
    Mutant(faults_between_requests, read_on, Scan, "_has_shrunk", fewer_rows_are_nothing),
    Mutant(faults_between_requests, read_on, scan, "ladder", a_lost_place_is_the_only_one),
]


@pytest.mark.parametrize("mutant", MUTANTS, ids=str)
def test_an_engine_that_loses_track_is_caught(
    mutant: Mutant, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as broken:
        broken.setattr(mutant.owner, mutant.name, mutant.rule)
        case = find(
            mutant.drawn, lambda case: mutant.faults(case) != [], settings=_TRIES, random=Random(1)
        )

    assert mutant.faults(case) == [], "it is the mutant that fails here, not the engine"


@pytest.mark.parametrize(
    ("faults", "drawn"), [(faults_between_pages, resumed), (faults_between_requests, read_on)]
)
def test_the_engine_itself_is_not_caught(faults: Faults, drawn: st.SearchStrategy[Case]) -> None:
    tries = settings(_TRIES, max_examples=100)

    with pytest.raises(NoSuchExample):
        find(drawn, lambda case: faults(case) != [], settings=tries, random=Random(1))
