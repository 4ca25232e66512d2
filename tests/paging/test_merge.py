"""A merge gives the smallest rows of all lanes in order, and reads no more than it needs."""

from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.model.matching import matches
from gateway.model.query import AnyOf, Condition, Field
from gateway.paging.merge import Lane, Merge
from gateway.paging.order import BEFORE_ALL, TOTAL, UNORDERED, Coarsening, Key
from gateway.paging.rows import Row
from tests.paging.lanes import (
    BY_MILLISECOND,
    BY_START,
    Stream,
    coarsenings,
    fakes,
    ids,
    lying_streams,
    merged,
    place,
    row,
    rows,
    streams,
    union,
)
from tests.support.examples import examples
from tests.support.fakes import FakeRow

ACTIVE: Condition = AnyOf(Field.STATUS, frozenset({"active"}))

limits = st.integers(1, 12)
conditions = st.sampled_from([(), (ACTIVE,)])


def wanted(found: Sequence[Row], conditions: Sequence[Condition], boundary: Key) -> list[Row]:
    return [one for one in found if one.key > boundary and matches(one.session, conditions)]


@st.composite
def boundaries(draw: st.DrawFn, streams: dict[str, Stream]) -> Key:
    """Draw the beginning, or a place on or between rows."""
    keys = [one.key for one in union(streams)]
    between = [row("b", fake).key for fake in draw(fakes)]
    return draw(st.sampled_from([BEFORE_ALL, *keys, *between]))


@given(st.data(), streams(), limits, conditions)
@settings(max_examples=examples(300))
def test_a_page_is_the_first_of_the_sorted_union(
    data: st.DataObject, streams: dict[str, Stream], limit: int, conditions: tuple[Condition, ...]
) -> None:
    boundary = data.draw(boundaries(streams))
    merge = Merge(coarsenings(streams), limit=limit, boundary=boundary, conditions=conditions)

    merged(merge, streams)

    expected = wanted(union(streams), conditions, boundary)
    assert ids(merge.page) == ids(expected[:limit])
    assert all(lane.late == 0 and lane.duplicates == 0 for lane in merge.lanes.values())
    assert merge.last_key == (expected[:limit][-1].key if expected else boundary)


@given(streams(), limits, conditions)
def test_no_more_is_promised_only_at_the_end_and_always_there(
    streams: dict[str, Stream], limit: int, conditions: tuple[Condition, ...]
) -> None:
    merge = Merge(coarsenings(streams), limit=limit, conditions=conditions)

    merged(merge, streams)

    expected = wanted(union(streams), conditions, BEFORE_ALL)
    if not merge.has_more:
        assert len(merge.page) == len(expected)
    if len(merge.page) < limit:
        assert not merge.has_more


@given(streams(), limits, conditions)
def test_an_ended_lane_has_all_its_rows_on_the_page(
    streams: dict[str, Stream], limit: int, conditions: tuple[Condition, ...]
) -> None:
    merge = Merge(coarsenings(streams), limit=limit, conditions=conditions)

    merged(merge, streams)

    for name in merge.ended():
        own = wanted(streams[name].rows, conditions, BEFORE_ALL)
        assert merge.lanes[name].emitted == merge.lanes[name].matched == len(own)


@given(st.data(), lying_streams(), limits)
@settings(max_examples=examples(300))
def test_keys_grow_strictly_whatever_order_a_lane_comes_in(
    data: st.DataObject, streams: dict[str, Stream], limit: int
) -> None:
    boundary = data.draw(boundaries(streams))
    merge = Merge(coarsenings(streams), limit=limit, boundary=boundary)

    merged(merge, streams)

    keys = [boundary, *(one.key for one in merge.page)]
    assert keys == sorted(set(keys))


@given(lying_streams())
@settings(max_examples=examples(200))
def test_every_row_of_a_lying_lane_is_given_or_counted(streams: dict[str, Stream]) -> None:
    merge = Merge(coarsenings(streams), limit=1000)

    merged(merge, streams)

    for name, lane in merge.lanes.items():
        stream = streams[name]
        assert lane.emitted + lane.late == len({one.session.id for one in stream.rows})
        assert lane.duplicates + lane.emitted + lane.late == len(stream.rows)


@given(streams(), st.sets(st.integers(0, 12)))
@settings(max_examples=examples(300))
def test_a_failing_lane_costs_its_own_rows_only(
    streams: dict[str, Stream], failing: set[int]
) -> None:
    merge = Merge(coarsenings(streams), limit=1000)
    failed: set[str] = set()
    request = 0

    while asked := merge.step():
        for name in sorted(asked):
            page, is_end = streams[name].page()
            if request in failing:
                merge.fail(name)
                failed.add(name)
            else:
                merge.deliver(name, page, is_end=is_end)
            request += 1

    given_ids = ids(merge.page)
    for name, stream in streams.items():
        own = [id_ for id_ in given_ids if id_.startswith(f"{name}:")]
        expected = ids(sorted(stream.rows, key=place))
        assert own == expected[: len(own)], "what a lane gives is the beginning of what it has"
        assert name in failed or len(own) == len(expected)
    assert merge.ended() == streams.keys() - failed


def test_lanes_are_read_no_further_than_the_page_needs() -> None:
    near = Stream(BY_START, rows("a", 9, 8, 7, 6, 5), page_size=2)
    far = Stream(BY_START, rows("b", 3, 2, 1), page_size=1)
    merge = Merge({"a": BY_START, "b": BY_START}, limit=3)

    requests = merged(merge, {"a": near, "b": far})

    assert ids(merge.page) == ["a:0", "a:1", "a:2"]
    assert requests == 3, "two pages of the near one, one of the far one"


@given(st.data(), streams(), limits)
def test_reading_ahead_changes_nothing(
    data: st.DataObject, streams: dict[str, Stream], limit: int
) -> None:
    merge = Merge(coarsenings(streams), limit=limit)

    while asked := merge.step():
        if data.draw(st.booleans()):
            asked = merge.ahead(asked) or asked
        for name in sorted(asked):
            page, is_end = streams[name].page()
            merge.deliver(name, page, is_end=is_end)

    assert ids(merge.page) == ids(union(streams)[:limit])


def test_others_are_read_ahead_of_a_lane_until_they_fill_the_page_without_it() -> None:
    merge = Merge({"a": BY_START, "b": BY_START, "c": BY_START}, limit=3)
    wanted = merge.step()
    merge.deliver("b", rows("b", 9, 8), is_end=False)
    merge.deliver("c", rows("c", 5, 4), is_end=False)
    assert merge.step() == {"a"} < wanted

    assert merge.ahead(frozenset({"a"})) == {"b"}
    merge.deliver("b", rows("b", 9, 8, 7)[2:], is_end=False)
    assert merge.ahead(frozenset({"a"})) == {"b"}
    merge.deliver("b", rows("b", 9, 8, 7, 6)[3:], is_end=False)

    assert merge.ahead(frozenset({"a"})) == frozenset(), "9, 8 and 7 are ready, and are enough"


def test_nobody_is_left_to_be_read_ahead_when_all_are_wanted() -> None:
    merge = Merge({"a": BY_START, "b": TOTAL}, limit=3)

    assert merge.ahead(merge.step()) == frozenset()


def test_a_first_step_asks_every_lane_at_once() -> None:
    merge = Merge({"a": TOTAL, "b": UNORDERED, "c": BY_START}, limit=1)

    assert merge.step() == {"a", "b", "c"}


def test_without_lanes_the_end_is_known_at_once() -> None:
    merge = Merge({}, limit=1)

    assert merge.step() == frozenset()
    assert not merge.has_more


def test_an_empty_lane_has_ended_and_given_nothing() -> None:
    merge = Merge({"a": TOTAL}, limit=1)

    merged(merge, {"a": Stream(TOTAL, [], page_size=1)})

    assert merge.page == []
    assert merge.ended() == {"a"}
    assert not merge.has_more


def test_a_page_filled_by_the_last_row_promises_no_more() -> None:
    merge = Merge({"a": BY_START}, limit=2)

    merged(merge, {"a": Stream(BY_START, rows("a", 2, 1), page_size=2)})

    assert ids(merge.page) == ["a:0", "a:1"]
    assert not merge.has_more
    assert merge.ended() == {"a"}


def test_a_lane_with_rows_beyond_the_page_has_not_ended() -> None:
    merge = Merge({"a": BY_START}, limit=1)

    merged(merge, {"a": Stream(BY_START, rows("a", 2, 1), page_size=2)})

    assert merge.has_more
    assert merge.ended() == frozenset()


def test_ties_wait_until_their_group_is_closed() -> None:
    merge = Merge({"a": BY_START}, limit=2)
    tied = [row("a", FakeRow(native_id, 5)) for native_id in ("9", "1", "5")]

    merge.step()
    merge.deliver("a", tied[:2], is_end=False)

    assert merge.step() == {"a"}
    assert merge.page == []


def test_a_row_of_a_wholly_sorted_lane_waits_for_nothing() -> None:
    merge = Merge({"a": TOTAL}, limit=1)
    merge.step()

    merge.deliver("a", rows("a", 5), is_end=False)

    assert merge.step() == frozenset()
    assert ids(merge.page) == ["a:0"]


def test_a_group_before_1970_is_closed_by_the_granule_below_it() -> None:
    merge = Merge({"a": BY_MILLISECOND}, limit=3)
    merge.step()

    merge.deliver("a", rows("a", -999, -1, -1000, -1001), is_end=False)
    merge.step()

    assert ids(merge.page) == ["a:1", "a:0", "a:2"]


def test_rows_without_a_value_come_last_wherever_the_vendor_puts_them() -> None:
    merge = Merge({"a": BY_START}, limit=3)

    merged(merge, {"a": Stream(BY_START, rows("a", None, 2, 1), page_size=1)})

    assert ids(merge.page) == ["a:1", "a:2", "a:0"]


def test_rows_without_a_value_of_a_wholly_sorted_lane_do_not_wait_for_its_end() -> None:
    merge = Merge({"a": TOTAL}, limit=2)
    stream = Stream(TOTAL, rows("a", *[None] * 10), page_size=3)

    requests = merged(merge, {"a": stream})

    assert ids(merge.page) == ["a:0", "a:1"]
    assert requests == 1


@pytest.mark.parametrize("coarsening", [TOTAL, BY_START, UNORDERED])
def test_rows_up_to_the_boundary_are_neither_given_nor_late(coarsening: Coarsening) -> None:
    found = rows("a", 5, 4, 3)
    merge = Merge({"a": coarsening}, limit=5, boundary=found[1].key)

    merged(merge, {"a": Stream(TOTAL, found, page_size=2)})

    assert ids(merge.page) == ["a:2"]
    assert merge.lanes["a"].late == 0
    assert merge.lanes["a"].matched == 1


def test_a_row_that_comes_too_late_is_counted_and_left_out() -> None:
    merge = Merge({"a": BY_START}, limit=5)

    merged(merge, {"a": Stream(BY_START, rows("a", 5, 4, 3, 9), page_size=3)})

    assert ids(merge.page) == ["a:0", "a:1", "a:2"]
    assert merge.lanes["a"].late == 1


def test_what_a_failed_lane_had_released_is_still_given() -> None:
    merge = Merge({"a": BY_START}, limit=5)
    merge.step()
    merge.deliver("a", rows("a", 3, 2, 2, None), is_end=False)

    merge.fail("a")
    merge.step()

    assert ids(merge.page) == ["a:0"], "a row that starts like the second may never have been read"
    assert not merge.has_more
    assert merge.ended() == frozenset()


def test_what_a_failed_lane_gave_beyond_its_frontier_is_owed_and_not_given() -> None:
    expected = rows("a", 3)
    merge = Merge({"a": BY_MILLISECOND}, limit=5)
    merge.expect({"a": expected[0].key[:1]})
    merge.step()
    merge.deliver("a", expected, is_end=False)

    merge.fail("a")
    merge.step()

    assert merge.lanes["a"].given_up_at == expected[0].key[:1]
    assert merge.page == []


def test_a_lane_knows_its_last_ids_again_and_holds_no_more_than_twice_as_many() -> None:
    lane = Lane(TOTAL)

    for number in range(35_000):
        assert not lane.has_seen(str(number))
        assert number < 10_000 or lane.has_seen(str(number - 9_999))

    assert len(lane.seen) + len(lane.seen_before) <= 20_000
    assert not lane.has_seen("0")
