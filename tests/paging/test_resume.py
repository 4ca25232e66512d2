"""Going on in a stream: never behind what is still to come, and never without an end."""

from dataclasses import dataclass
from itertools import takewhile
from random import Random

import pytest
from hypothesis import Phase, find, given, settings
from hypothesis import strategies as st

from gateway.paging import resume
from gateway.paging.order import BEFORE_ALL, TOTAL, Coarsening, Key
from gateway.paging.resume import LoopGuard, Places, ReadPage, ladder, places_behind
from gateway.paging.rows import Row
from gateway.spi import Address, AfterId, First, Offset, PageIndex, PagingStyle, Token
from tests.paging.lanes import BY_MILLISECOND, BY_START, fakes, row
from tests.support.examples import examples

_TRIES = settings(max_examples=10_000, phases=[Phase.generate], database=None)

counts = st.integers(0, 5000)
addresses: st.SearchStrategy[Address] = st.one_of(
    st.just(First()),
    st.builds(Offset, counts),
    st.builds(PageIndex, counts, st.integers(1, 50), counts),
    st.builds(Token, st.text(max_size=5)),
    st.builds(AfterId, st.text(max_size=5), counts),
)


def noticed_after(guard: LoopGuard, addresses: list[Address]) -> int | None:
    """Count the addresses up to the one that is said to repeat; none if none is."""
    for number, address in enumerate(addresses, start=1):
        if guard.repeats(address):
            return number
    return None


@given(st.lists(addresses, max_size=60, unique=True))
def test_addresses_that_differ_are_no_loop(distinct: list[Address]) -> None:
    assert noticed_after(LoopGuard(), distinct) is None


@given(st.integers(0, 300), st.integers(1, 300))
def test_a_loop_is_noticed_within_three_times_the_way_through_it(before: int, period: int) -> None:
    through = before + period
    way: list[Address] = [
        Offset(number if number < before else before + (number - before) % period)
        for number in range(3 * through)
    ]

    noticed = noticed_after(LoopGuard(), way)

    assert noticed is not None
    assert noticed > through, "the first time through it nothing repeats"


def _depth(address: Address) -> int:
    """Say how far into a stream an address is that is counted."""
    match address:
        case Offset(rows):
            return rows + 1
        case PageIndex(index, _, _):
            return index + 1
        case _:
            return 0


@given(st.builds(Offset, counts) | st.builds(PageIndex, counts, st.integers(1, 50), counts))
def test_a_ladder_leads_strictly_back_in_few_steps(place: Address) -> None:
    depths = [_depth(step) for step in ladder((place,))]

    assert depths == sorted(set(depths), reverse=True)
    assert len(depths) <= 15, "the steps are doubled each time"


@given(st.lists(addresses, max_size=3).map(tuple))
def test_a_ladder_tries_each_place_and_the_beginning_last_and_once(places: Places) -> None:
    steps = list(ladder(places))

    untried = iter(steps)
    assert all(place in untried for place in places if place != First())
    assert steps.index(First()) == len(steps) - 1


@dataclass(frozen=True)
class Case:
    """A stream that follows a coarsening, cut into pages, and where a walk has come to."""

    rows: list[Row]
    coarsening: Coarsening
    style: PagingStyle
    size: int
    boundary: Key
    first: int = 0

    def pages(self) -> list[ReadPage]:
        """Give the pages with their addresses, from the first that was read on."""
        begins = range(self.first * self.size, len(self.rows), self.size)
        return [ReadPage(self._address(n), self.rows[n : n + self.size]) for n in begins]

    def _address(self, begin: int) -> Address:
        if begin == 0:
            return First()
        match self.style:
            case PagingStyle.OFFSET:
                return Offset(begin)
            case PagingStyle.PAGE_INDEX:
                return PageIndex(begin // self.size, self.size, begin)
            case PagingStyle.AFTER_ID:
                return AfterId(self.rows[begin - 1].session.native_id, begin)
            case _:
                return Token(str(begin))

    def begin(self, place: Address) -> int:
        """Say which row of the stream a place begins with."""
        match place:
            case Offset(rows):
                return rows
            case PageIndex(index, size, _):
                return index * size
            case AfterId(native_id):
                return [row.session.native_id for row in self.rows].index(native_id) + 1
            case Token(text):
                return int(text)
            case First():
                return 0

    def faults(self) -> list[str]:
        """Say which places are too late: some row that is still to come lies before them."""
        places = places_behind(self.pages(), self.boundary, self.coarsening, self.style)
        return [
            f"{place} lies behind what is to come"
            for place in places
            if any(row.key > self.boundary for row in self.rows[: self.begin(place)])
            or not self._is_anchored(place)
        ]

    def _is_anchored(self, place: Address) -> bool:
        """Say whether a place that moves with the rows begins with one that has been given."""
        begin = self.begin(place)
        return isinstance(place, AfterId) or (
            begin < len(self.rows) and self.rows[begin].key <= self.boundary
        )


@st.composite
def cases(draw: st.DrawFn) -> Case:
    coarsening = draw(st.sampled_from([TOTAL, BY_START, BY_MILLISECOND]))
    found = draw(st.permutations([row("b", fake) for fake in draw(fakes)]))
    found.sort(key=lambda one: coarsening.group(one.key))
    size = draw(st.integers(1, 4))
    boundary = draw(st.sampled_from([BEFORE_ALL, *(one.key for one in found)]))
    # Reading may have begun behind pages of which all was given.
    given_pages = takewhile(
        lambda page: all(one.key <= boundary for one in found[: page * size]),
        range(1, len(found) // size + 1),
    )
    return Case(
        found,
        coarsening,
        draw(
            st.sampled_from(
                [
                    PagingStyle.OFFSET,
                    PagingStyle.PAGE_INDEX,
                    PagingStyle.CURSOR,
                    PagingStyle.AFTER_ID,
                ]
            )
        ),
        size,
        boundary,
        draw(st.sampled_from([0, *given_pages])),
    )


@given(cases())
@settings(max_examples=examples(300))
def test_a_place_never_lies_behind_what_is_still_to_come(case: Case) -> None:
    assert case.faults() == []


@given(cases())
def test_a_place_behind_an_id_is_kept_while_nothing_else_has_passed(case: Case) -> None:
    pages = case.pages()
    places = places_behind(pages, case.boundary, case.coarsening, case.style)

    if pages and isinstance(pages[0].at, AfterId):
        assert places[-1] == pages[0].at or len(places) == 3


real_place_of = resume._place_of  # noqa: SLF001  # a rule that is broken below


def ties_have_passed(key: Key, boundary: Key, coarsening: Coarsening) -> bool:
    return coarsening.group(key) <= coarsening.group(boundary)


def coarse_streams_are_taken_for_sorted(key: Key, boundary: Key, _coarsening: Coarsening) -> bool:
    return key <= boundary


def all_that_was_read_has_passed(_key: Key, _boundary: Key, _coarsening: Coarsening) -> bool:
    return True


def a_place_is_the_row_behind(at: Address, index: int, style: PagingStyle) -> Places:
    return real_place_of(at, index + 1, style)


@pytest.mark.parametrize(
    ("name", "rule"),
    [
        ("has_passed", ties_have_passed),
        ("has_passed", coarse_streams_are_taken_for_sorted),
        ("has_passed", all_that_was_read_has_passed),
        ("_place_of", a_place_is_the_row_behind),
    ],
)
def test_a_place_that_is_too_late_is_caught(
    name: str, rule: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as broken:
        broken.setattr(resume, name, rule)
        case = find(cases(), lambda case: case.faults() != [], settings=_TRIES, random=Random(1))

    assert case.faults() == [], "it is the mutant that fails here, not the rule"
