"""What windows of time have to cover, and how a window is asked for."""

from datetime import UTC, datetime, timedelta

import pytest

from gateway.model.query import AtOrAfter, Before, Condition, Field, Query, Sort
from gateway.paging.order import BEFORE_ALL, Key
from gateway.paging.spans import Span, Window, conditions_of, span_of

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
BEGIN = datetime(2000, 1, 1, tzinfo=UTC)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
DAY = timedelta(days=1)
TICK = timedelta(microseconds=1)
NEWEST, OLDEST = Sort(Field.STARTED_AT, is_descending=True), Sort(Field.STARTED_AT)
LAST = datetime.max.replace(tzinfo=UTC)


def since(instant: datetime) -> Condition:
    return AtOrAfter(Field.STARTED_AT, instant)


def before(instant: datetime) -> Condition:
    return Before(Field.STARTED_AT, instant)


def key(instant: datetime | None, sort: Sort) -> Key:
    """Write the key of a row that started at an instant."""
    if instant is None:
        return ((1, 0), "a", "7")
    ticks = (instant - EPOCH) // TICK
    return ((0, -ticks if sort.is_descending else ticks), "a", "7")


def asked(
    sort: Sort,
    *conditions: Condition,
    boundary: Key = BEFORE_ALL,
    until: Key | None = None,
    horizon: timedelta | None = None,
) -> set[Condition] | None:
    """Say what would be asked for the whole span in one go; none if nothing."""
    query = Query(("a",), conditions, (sort,))
    span = span_of(query, now=NOW, boundary=boundary, until=until, horizon=horizon)
    return None if span.is_empty else set(conditions_of(whole(span), sort))


def whole(span: Span) -> Window:
    return Window(
        None if span.is_open_before else span.first, None if span.is_open_beyond else span.end
    )


@pytest.mark.parametrize("sort", [NEWEST, OLDEST])
@pytest.mark.parametrize(
    ("conditions", "expected"),
    [
        ((), set()),
        ((since(NOW - DAY),), {since(NOW - DAY)}),
        ((before(NOW - DAY),), {before(NOW - DAY)}),
        ((since(NOW - 2 * DAY), before(NOW - DAY)), {since(NOW - 2 * DAY), before(NOW - DAY)}),
        ((since(NOW - 2 * DAY), since(NOW - DAY)), {since(NOW - DAY)}),
        ((before(NOW - 2 * DAY), before(NOW - DAY)), {before(NOW - 2 * DAY)}),
        ((since(NOW - DAY), before(NOW - DAY)), None),
        ((since(BEGIN - DAY),), set()),
        ((before(BEGIN - DAY),), {before(BEGIN - DAY)}),
        ((before(NOW + DAY),), set()),
        ((since(NOW + DAY),), {since(NOW + DAY)}),
        ((AtOrAfter(Field.ENDED_AT, NOW),), set()),
    ],
)
def test_a_span_is_bounded_where_the_query_is(
    sort: Sort, conditions: tuple[Condition, ...], expected: set[Condition] | None
) -> None:
    assert asked(sort, *conditions) == expected


@pytest.mark.parametrize(
    ("sort", "boundary", "expected"),
    [
        (NEWEST, NOW - DAY, {before(NOW - DAY + TICK)}),
        (OLDEST, NOW - DAY, {since(NOW - DAY)}),
        (NEWEST, NOW + DAY, {before(NOW + DAY + TICK)}),
        (OLDEST, NOW + DAY, {since(NOW + DAY)}),
        (NEWEST, BEGIN - DAY, {before(BEGIN - DAY + TICK)}),
        (OLDEST, BEGIN - DAY, {since(BEGIN - DAY)}),
        (NEWEST, None, {before(BEGIN)}),
        (OLDEST, None, {since(NOW)}),
        (NEWEST, LAST, set()),
        (OLDEST, LAST, {since(LAST)}),
    ],
)
def test_a_span_begins_at_the_boundarys_own_instant(
    sort: Sort, boundary: datetime | None, expected: set[Condition]
) -> None:
    assert asked(sort, boundary=key(boundary, sort)) == expected


@pytest.mark.parametrize("sort", [NEWEST, OLDEST])
def test_behind_the_last_start_there_is_nothing_within_bounds(sort: Sort) -> None:
    bounds = (since(NOW - 2 * DAY), before(NOW - DAY))

    assert asked(sort, *bounds, boundary=key(None, sort)) is None


@pytest.mark.parametrize(
    ("sort", "until", "expected"),
    [
        (NEWEST, NOW - DAY, {since(NOW - DAY)}),
        (OLDEST, NOW - DAY, {before(NOW - DAY + TICK)}),
        (NEWEST, None, set()),
        (OLDEST, None, set()),
    ],
)
def test_a_span_ends_where_the_page_must(
    sort: Sort, until: datetime | None, expected: set[Condition]
) -> None:
    assert asked(sort, until=key(until, sort)) == expected


@pytest.mark.parametrize(
    ("sort", "conditions", "lacks_before", "lacks_beyond"),
    [
        (NEWEST, (), False, True),
        (OLDEST, (), True, False),
        (NEWEST, (since(NOW - DAY),), False, False),
        (OLDEST, (since(NOW - DAY),), False, False),
        (NEWEST, (since(NOW - 9 * DAY),), False, True),
        (OLDEST, (before(NOW - 9 * DAY),), True, False),
    ],
)
def test_a_horizon_says_on_which_side_rows_are_hidden(
    sort: Sort, conditions: tuple[Condition, ...], *, lacks_before: bool, lacks_beyond: bool
) -> None:
    span = span_of(Query(("a",), conditions, (sort,)), now=NOW, horizon=3 * DAY)

    assert (span.lacks_before, span.lacks_beyond) == (lacks_before, lacks_beyond)


@pytest.mark.parametrize("sort", [NEWEST, OLDEST])
def test_a_horizon_is_a_bound(sort: Sort) -> None:
    assert asked(sort, horizon=3 * DAY) == {since(NOW - 3 * DAY)}
    assert asked(sort, since(NOW - DAY), horizon=3 * DAY) == {since(NOW - DAY)}
    assert asked(sort, before(NOW - 4 * DAY), horizon=3 * DAY) is None
    assert asked(sort, horizon=40 * 365 * DAY) == set()


def test_what_ends_before_the_horizon_lacks_nothing() -> None:
    until = key(NOW - DAY, NEWEST)

    span = span_of(Query(("a",)), now=NOW, until=until, horizon=3 * DAY)

    assert not span.lacks_beyond


def test_a_span_between_two_instants_is_as_long_as_the_time_between_them() -> None:
    bounds = (since(NOW - 2 * DAY), before(NOW - DAY))

    spans = [span_of(Query(("a",), bounds, (sort,)), now=NOW) for sort in (NEWEST, OLDEST)]

    assert {span.end - span.first for span in spans} == {DAY // TICK}
