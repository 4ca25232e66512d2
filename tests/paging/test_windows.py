"""Windows of time cover everything there is, and come to their end."""

from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.paging.spans import Span, Window
from gateway.paging.windows import SHORTEST, Pace, Windows

YEAR = timedelta(days=365) // timedelta(microseconds=1)
CAP = 6
SPAN = Span(0, 30 * YEAR, is_open_before=True, is_open_beyond=True, is_newest_last=False)

# From within an hour to beyond both ends of the span, and many close together.
values = st.one_of(
    st.integers(-YEAR, 31 * YEAR),
    st.integers(0, 200).map(lambda minutes: 5 * YEAR + minutes * SHORTEST // 60),
    st.integers(0, 40).map(lambda days: 29 * YEAR + days * 24 * SHORTEST),
)
spans = st.builds(
    Span,
    st.integers(0, YEAR),
    st.integers(0, 30 * YEAR),
    is_open_before=st.booleans(),
    is_open_beyond=st.booleans(),
    is_newest_last=st.booleans(),
)
paces = st.builds(Pace, st.none() | st.integers(1, 40 * YEAR), st.integers(0, 50))


@dataclass
class Walked:
    """What a walk asked for, and which windows it read whole."""

    asked: int = 0
    read: list[Window] = field(default_factory=list)
    rows: list[list[int]] = field(default_factory=list)


def walk(windows: Windows, values: list[int], *, margin: int = 0) -> Walked:
    """Read a backend that holds rows with these values, and gives ``margin`` rows too many."""
    walked = Walked()
    while (window := windows.current) is not None:
        walked.asked += 1
        rows = [value for value in values if window.holds(value)]
        if windows.is_too_large(len(rows) + margin):
            windows.shrink(len(rows) + margin)
            continue
        walked.read.append(window)
        walked.rows.append(rows)
        windows.advance(received=len(rows) + margin, accepted=len(rows))
    return walked


def belongs(value: int, span: Span) -> bool:
    is_late_enough = span.is_open_before or value >= span.first
    return is_late_enough and (span.is_open_beyond or value < span.end)


@given(span=spans, values=st.lists(values, max_size=60), pace=paces, margin=st.integers(0, 20))
def test_every_row_of_a_span_is_read_once_in_order_and_none_besides(
    span: Span, values: list[int], pace: Pace, margin: int
) -> None:
    walked = walk(Windows(span, cap=CAP, pace=pace), values, margin=margin)

    expected = [] if span.is_empty else sorted(v for v in values if belongs(v, span))
    assert [value for rows in walked.rows for value in sorted(rows)] == expected
    for before, after in zip(walked.read, walked.read[1:], strict=False):
        assert before.end == after.first


@given(span=spans, values=st.lists(values, max_size=60), pace=paces)
def test_a_walk_comes_to_its_end_within_a_bounded_number_of_windows(
    span: Span, values: list[int], pace: Pace
) -> None:
    walked = walk(Windows(span, cap=CAP, pace=pace), values)

    # An empty window is followed by one four times as long: nine of them from an hour to 30 years.
    assert walked.asked <= 40 + 20 * len(values)


@given(span=spans, values=st.lists(values, max_size=60), pace=paces)
def test_a_window_over_the_cap_is_read_only_if_it_is_short(
    span: Span, values: list[int], pace: Pace
) -> None:
    walked = walk(Windows(span, cap=CAP, pace=Pace(pace.length)), values)

    for window, rows in zip(walked.read, walked.rows, strict=True):
        first = span.first if window.first is None else window.first
        end = span.end if window.end is None else window.end
        assert len(rows) <= CAP or end - first <= SHORTEST


@pytest.mark.parametrize("rows", [0, 1, CAP])
def test_what_fits_is_read_in_one_go(rows: int) -> None:
    walked = walk(Windows(SPAN, cap=CAP), list(range(0, rows * SHORTEST, SHORTEST)))

    assert walked.read == [Window(None, None)]
    assert walked.asked == 1


@pytest.mark.parametrize("is_newest_last", [False, True])
def test_a_window_that_is_open_towards_the_past_teaches_no_length(*, is_newest_last: bool) -> None:
    span = replace(SPAN, is_newest_last=is_newest_last)
    whole, half = Windows(span, cap=CAP), Windows(span, cap=CAP, pace=Pace(15 * YEAR))

    whole.advance(received=CAP, accepted=CAP)
    half.advance(received=CAP, accepted=CAP)

    assert whole.pace.length is None
    assert half.pace.length == (15 * YEAR if is_newest_last else 15 * YEAR // 2)


def test_of_too_many_rows_the_newest_year_is_taken_to_be_even() -> None:
    forwards = Span(0, 30 * YEAR, is_open_before=True, is_open_beyond=True, is_newest_last=True)
    backwards, onwards = Windows(SPAN, cap=10), Windows(forwards, cap=10)

    for windows in (backwards, onwards):
        assert windows.is_too_large(50)
        windows.shrink(50)

    assert backwards.current == Window(None, YEAR // 10)
    assert onwards.current == Window(None, 29 * YEAR + YEAR // 10)


def test_a_window_that_is_still_too_large_is_shrunk_by_its_own_rows() -> None:
    windows = Windows(SPAN, cap=10)
    windows.shrink(50)

    windows.shrink(25)

    assert windows.current == Window(None, YEAR // 50)


@pytest.mark.parametrize(("rows", "factor"), [(0, 4), (1, 4), (5, 1), (10, 0.5), (1000, 0.25)])
def test_the_next_window_is_as_long_as_the_rows_of_the_last_suggest(
    rows: int, factor: float
) -> None:
    windows = Windows(SPAN, cap=10, pace=Pace(YEAR // 2))

    windows.advance(received=rows, accepted=rows)

    assert windows.current == Window(YEAR // 2, YEAR // 2 + int(factor * YEAR // 2))


def test_rows_that_come_with_every_window_do_not_make_it_too_large() -> None:
    windows = Windows(SPAN, cap=10, pace=Pace(YEAR, margin=100))

    assert not windows.is_too_large(110)
    assert windows.is_too_large(111)


def test_what_was_learned_makes_the_first_window_of_the_next_walk_right() -> None:
    values = [number * 24 * SHORTEST for number in range(2000)]
    first = Windows(SPAN, cap=40)
    walk(first, values[:800])

    walked = walk(Windows(SPAN, cap=40, pace=first.pace), values[:800])

    assert len(walked.rows[0]) <= 40
    assert walked.asked == len(walked.read)


def test_a_crowd_far_away_is_approached_by_halves() -> None:
    values = [20 * YEAR + number * SHORTEST // 600 for number in range(20_000)]
    windows = Windows(SPAN, cap=1000)
    asked = 0

    while not windows.pace.length:
        window = windows.current
        assert window is not None
        rows = sum(map(window.holds, values))
        asked += 1
        if windows.is_too_large(rows):
            windows.shrink(rows)
        else:
            windows.advance(received=rows, accepted=rows)

    # From 30 years to an hour by halves is 18 steps.
    assert asked <= 20


@pytest.mark.parametrize(
    ("is_open_before", "beside", "factor"), [(True, 40, 1.2), (False, 20, 1.6)]
)
def test_the_next_window_leaves_room_for_what_comes_beside_it_at_both_ends(
    *, is_open_before: bool, beside: int, factor: float
) -> None:
    span = replace(SPAN, is_open_before=is_open_before)
    windows = Windows(span, cap=200, aim=100, pace=Pace(YEAR))

    windows.advance(received=70, accepted=50)

    assert windows.pace == Pace(int(factor * YEAR), beside)
    assert windows.current == Window(YEAR, YEAR + int(factor * YEAR))


def test_what_came_of_all_tells_how_long_the_first_window_is_to_be() -> None:
    windows = Windows(SPAN, cap=200, aim=100)

    windows.shrink(10_000, range(0, 1000 * SHORTEST, SHORTEST))

    assert windows.current == Window(None, 50 * SHORTEST)
