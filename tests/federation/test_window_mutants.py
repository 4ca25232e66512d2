"""The property of walks by windows can fail: each way of breaking them is caught by it."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from random import Random
from typing import Any

import pytest
from hypothesis import Phase, find, settings
from hypothesis.errors import NoSuchExample
from msgspec import structs

from gateway.federation import reading as reading_module
from gateway.federation.deadline import Deadline
from gateway.federation.readers import Delivered, Delivery
from gateway.federation.run import PageRequest
from gateway.federation.window_reader import WindowReader
from gateway.model.query import Query
from gateway.paging import windows
from gateway.paging.cursor import FROM_THE_START, Position
from gateway.paging.spans import Span, Window, span_of
from gateway.paging.windows import SHORTEST, Windows
from tests.federation.test_window_reader import LEAST_CAP, NAMES, Case, cases
from tests.support.fakes import federation

_MOST_PAGES = 100
_TRIES = settings(max_examples=10_000, phases=[Phase.generate], database=None)


def holds(case: Case) -> bool:
    """Say whether a walk gives just the sorted, filtered union."""
    return asyncio.run(_walked(case)) == case.union()


async def _walked(case: Case) -> list[str] | None:
    """Walk to the end; none if there seems to be no end."""
    asked = federation(*case.backends())
    query = Query(NAMES, case.wanted, case.order)
    found: list[str] = []
    position: Position | None = FROM_THE_START
    for _ in range(_MOST_PAGES):
        if position is None:
            return found
        page = await asked.page(PageRequest(query, case.limits[0], position), Deadline.within(60))
        found += [session.id for session in page.sessions]
        position = page.next
    return None


def rows_around_a_window_are_taken_for_its_own(_window: Window, _value: int) -> bool:
    return True


real_advance = Windows.advance
real_bound = WindowReader.read


def windows_leave_a_gap_between_them(windows: Windows, *, received: int, accepted: int) -> None:
    real_advance(windows, received=received, accepted=accepted)
    windows._first += SHORTEST  # noqa: SLF001  # a rule that is broken here


async def what_is_to_come_is_bounded_too_far(reader: WindowReader) -> Delivered:
    delivered = await real_bound(reader)
    if not isinstance(delivered, Delivery) or delivered.bound is None:
        return delivered
    component = delivered.bound[0]
    assert not isinstance(component, str)
    assert isinstance(component[1], int)
    return structs.replace(delivered, bound=((0, component[1] + 24 * SHORTEST),))


async def a_window_is_given_page_by_page(reader: WindowReader) -> Delivered:
    delivered = await real_bound(reader)
    reading = reader._reading  # noqa: SLF001  # a rule that is broken here
    if reading is None or not isinstance(delivered, Delivery):
        return delivered
    rows, reading.rows = reading.rows, []
    return structs.replace(delivered, rows=rows)


def walks_begin_now(*arguments: Any, **options: Any) -> Span:  # noqa: ANN401  # passed on
    return replace(span_of(*arguments, **options), is_open_before=False)


def walks_end_with_history(*arguments: Any, **options: Any) -> Span:  # noqa: ANN401  # passed on
    return replace(span_of(*arguments, **options), is_open_beyond=False)


def walks_go_on_behind_the_boundarys_instant(*arguments: Any, **options: Any) -> Span:  # noqa: ANN401  # passed on
    span = span_of(*arguments, **options)
    return span if span.is_open_before else replace(span, first=span.first + 1)


MUTANTS: list[tuple[object, str, object]] = [
    (Window, "holds", rows_around_a_window_are_taken_for_its_own),
    (Windows, "advance", windows_leave_a_gap_between_them),
    (WindowReader, "read", what_is_to_come_is_bounded_too_far),
    (WindowReader, "read", a_window_is_given_page_by_page),
    (reading_module, "span_of", walks_begin_now),
    (reading_module, "span_of", walks_end_with_history),
    (reading_module, "span_of", walks_go_on_behind_the_boundarys_instant),
]


@pytest.fixture(autouse=True, scope="module")
def few_rows_are_many() -> Iterator[None]:
    """Let windows of a few rows be too large, so that small worlds have many."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(windows, "LEAST_CAP", LEAST_CAP)
        yield


@pytest.mark.parametrize(
    ("owner", "name", "rule"),
    MUTANTS,
    ids=[getattr(rule, "__name__", "") for _, _, rule in MUTANTS],
)
def test_broken_windows_are_caught(
    owner: object, name: str, rule: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as broken:
        broken.setattr(owner, name, rule)
        case = find(cases, lambda case: not holds(case), settings=_TRIES, random=Random(1))

    assert holds(case), "it is the mutant that fails here, not the engine"


def test_the_engine_itself_is_not_caught() -> None:
    tries = settings(_TRIES, max_examples=100)

    with pytest.raises(NoSuchExample):
        find(cases, lambda case: not holds(case), settings=tries, random=Random(1))
