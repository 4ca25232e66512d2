"""The order is total, and a group is never above the keys in it."""

from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs

from gateway.model.query import NEWEST_FIRST, Field, Order, Sort
from gateway.model.session import Session
from gateway.paging.order import (
    BEFORE_ALL,
    TOTAL,
    UNORDERED,
    Coarsening,
    Key,
    coarsening_of,
    instant_in,
    is_null,
    key_of,
)
from gateway.spi import Nulls, SortAbility, Ties
from tests.support.examples import examples

NEWEST = NEWEST_FIRST[0]
OLDEST = Sort(Field.STARTED_AT)
ORDERS: tuple[Order, ...] = (NEWEST_FIRST, (OLDEST,))
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
SECOND = timedelta(seconds=1)

near = st.integers(-3000, 3000).map(lambda n: EPOCH + timedelta(microseconds=n))
anywhen = st.datetimes(timezones=st.just(UTC))
instants = near | anywhen


def session(started_at: datetime | None, native_id: str = "1", backend: str = "a") -> Session:
    return Session(
        id=f"{backend}:{native_id}",
        backend=backend,
        vendor="fake",
        native_id=native_id,
        started_at=started_at,
    )


sessions = st.builds(
    session, st.none() | instants, st.text("0129ab", min_size=1, max_size=3), st.sampled_from("abc")
)
orders = st.sampled_from(ORDERS)
coarsenings = st.builds(
    Coarsening,
    components=st.integers(0, 1),
    granule=st.sampled_from([1, 2, 7, 1000, 10**6, 86_400 * 10**6]),
) | st.just(TOTAL)


def follows(coarsening: Coarsening, order: Order) -> Coarsening:
    """Give a coarsening the direction of an order."""
    return Coarsening(
        coarsening.components, order[0].is_descending, coarsening.granule, coarsening.is_total
    )


def since_epoch(session: Session) -> int:
    assert session.started_at is not None
    return (session.started_at - EPOCH) // timedelta(microseconds=1)


@given(st.lists(sessions, max_size=12), orders)
def test_sorting_by_key_is_sorting_by_value_with_nulls_last(
    found: list[Session], order: Order
) -> None:
    by_key = sorted(found, key=lambda s: key_of(s, order))

    # A stable sort by the least part of the order first, written without keys.
    expected = sorted(found, key=lambda s: s.native_id)
    expected.sort(key=lambda s: s.backend)
    with_start = [s for s in expected if s.started_at is not None]
    with_start.sort(key=since_epoch, reverse=order[0].is_descending)
    assert by_key == with_start + [s for s in expected if s.started_at is None]


# Texts that begin alike, and the ends of what characters there are.
few = st.text(st.sampled_from("aAb\0\x01\u04ff\u0500\ud7ff\ue000\U0010fffe\U0010ffff"), max_size=4)


@given(few | st.text(max_size=9), few | st.text(max_size=9))
@settings(max_examples=examples(500))
def test_texts_fall_as_they_rise(one: str, other: str) -> None:
    rising, falling = (
        [key_of(structs.replace(session(None), title=title), order) for title in (one, other)]
        for order in ((Sort(Field.TITLE),), (Sort(Field.TITLE, is_descending=True),))
    )

    assert (falling[0] < falling[1]) == (rising[1] < rising[0])
    assert (falling[0] == falling[1]) == (rising[0] == rising[1])
    assert msgspec.json.decode(msgspec.json.encode(falling)) == [_listed(key) for key in falling]


def _listed(value: object) -> object:
    return [_listed(each) for each in value] if isinstance(value, tuple) else value


@given(sessions, sessions, orders)
def test_only_a_session_itself_has_its_key(one: Session, other: Session, order: Order) -> None:
    is_same = (one.id, one.started_at) == (other.id, other.started_at)

    assert (key_of(one, order) == key_of(other, order)) == is_same


@given(sessions, orders)
def test_every_key_comes_after_the_beginning(one: Session, order: Order) -> None:
    assert key_of(one, order) > BEFORE_ALL


@given(sessions, orders)
def test_the_instant_of_a_key_is_read_back(one: Session, order: Order) -> None:
    key = key_of(one, order)

    assert instant_in(key[0], order[0]) == one.started_at
    assert is_null(key) == (one.started_at is None)


@given(sessions, orders, coarsenings)
def test_a_group_is_a_lower_bound_of_its_keys(
    one: Session, order: Order, coarsening: Coarsening
) -> None:
    key = key_of(one, order)

    assert follows(coarsening, order).group(key) <= key


@given(sessions, sessions, orders, coarsenings)
def test_groups_come_in_the_order_of_their_keys(
    one: Session, other: Session, order: Order, coarsening: Coarsening
) -> None:
    first, second = sorted([key_of(one, order), key_of(other, order)])
    group = follows(coarsening, order).group

    assert group(first) <= group(second)


@given(near, near, orders, st.sampled_from([1, 7, 1000]))
def test_a_group_holds_what_the_vendor_does_not_tell_apart(
    one: datetime, other: datetime, order: Order, granule: int
) -> None:
    group = Coarsening(1, order[0].is_descending, granule).group
    keys = key_of(session(one), order), key_of(session(other), order)

    is_same_granule = since_epoch(session(one)) // granule == since_epoch(session(other)) // granule
    assert (group(keys[0]) == group(keys[1])) == is_same_granule


@pytest.mark.parametrize(
    ("microseconds", "newest"), [(0, 999), (999, 999), (1000, 1999), (-1, -1), (-1000, -1)]
)
def test_a_descending_group_begins_with_its_newest_instant(microseconds: int, newest: int) -> None:
    key = key_of(session(EPOCH + timedelta(microseconds=microseconds)), NEWEST_FIRST)

    assert Coarsening(1, is_descending=True, granule=1000).group(key) == ((0, -newest),)


def test_rows_without_a_value_are_a_group_of_their_own_at_the_end() -> None:
    null: Key = key_of(session(None), NEWEST_FIRST)
    oldest = key_of(session(datetime.min.replace(tzinfo=UTC)), NEWEST_FIRST)
    group = Coarsening(1, is_descending=True, granule=1000).group

    assert group(null) > group(oldest)


@pytest.mark.parametrize(
    ("ability", "expected"),
    [
        pytest.param(None, UNORDERED, id="no order at all"),
        pytest.param(SortAbility(OLDEST), UNORDERED, id="the other direction"),
        pytest.param(SortAbility(NEWEST, nulls=Nulls.FIRST), UNORDERED, id="nulls first"),
        pytest.param(SortAbility(NEWEST), Coarsening(1, is_descending=True), id="ties left open"),
        pytest.param(
            SortAbility(NEWEST, SECOND, Ties.NATIVE_ID_ASCENDING),
            Coarsening(1, is_descending=True, granule=10**6),
            id="seconds: ties by id are of seconds too",
        ),
        pytest.param(
            SortAbility(NEWEST, ties=Ties.NATIVE_ID_ASCENDING, nulls=Nulls.NEVER),
            TOTAL,
            id="all of the order",
        ),
    ],
)
def test_a_stream_follows_as_much_of_the_order_as_was_declared(
    ability: SortAbility | None, expected: Coarsening
) -> None:
    assert coarsening_of(ability, NEWEST_FIRST) == expected
