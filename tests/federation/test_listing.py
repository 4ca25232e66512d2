"""A whole listing is counted, sorted, and given in stretches."""

import pytest

from gateway.federation.listing import SortedListing
from gateway.federation.listing_reader import ListingReader
from gateway.federation.readers import Delivery
from gateway.model.query import NEWEST_FIRST, AnyOf, Field, Sort
from gateway.paging.order import BEFORE_ALL, Key, key_of
from tests.federation.liars import rows
from tests.federation.listed import ACTIVE, ENDED, Source, listing, newest_first
from tests.support.fakes import FakeAdapter, FakeRow, backend


def test_records_count_in_the_size_of_a_listing() -> None:
    short, long = listing(FakeRow("1", 1)), listing(FakeRow("1", 1, user="u" * 1000))

    assert long.size >= short.size + 1000
    assert short.size > listing().size == 0


@pytest.mark.parametrize("is_remembered", [True, False])
async def test_a_count_is_of_the_sessions_for_which_the_conditions_hold(
    is_remembered: bool,
) -> None:
    three = FakeRow("1", 1, "ended"), FakeRow("2", 2, "active"), FakeRow("3", None)
    found = listing(*three, is_remembered=is_remembered)

    counts = [await found.count(conditions) for conditions in ((), (ENDED,), (ACTIVE,))]

    assert counts == [3, 2, 1]
    assert found.known_count((ENDED,)) == 2, "a count is remembered"


@pytest.mark.parametrize("is_remembered", [True, False])
async def test_counts_of_many_conditions_are_right_beyond_what_is_remembered(
    is_remembered: bool,
) -> None:
    found = listing(*rows(*range(100)), is_remembered=is_remembered)
    one_of_each = [(AnyOf(Field.NATIVE_ID, frozenset({str(n)})),) for n in range(100)]

    assert {await found.count(conditions) for conditions in one_of_each * 2} == {1}


def test_a_long_listing_counts_only_when_it_is_told_to() -> None:
    found = listing(*rows(1, 2), is_remembered=False)

    assert found.known_count((ENDED,)) is None
    assert found.known_count(()) == 2


@pytest.mark.parametrize(("boundary", "index"), [(None, 0), (3, 0), (2, 1), (1, 2), (0, 2)])
@pytest.mark.parametrize("is_remembered", [True, False])
async def test_the_first_row_beyond_a_boundary_is_found(
    boundary: int | None, index: int, is_remembered: bool
) -> None:
    two = FakeRow("1", 2), FakeRow("1x", 1)
    found = await newest_first(*two, is_remembered=is_remembered)
    place = (
        BEFORE_ALL
        if boundary is None
        else key_of(FakeRow("1x", boundary).session("a"), NEWEST_FIRST)
    )

    assert found.first_beyond(place) == index


@pytest.mark.parametrize("is_remembered", [True, False])
async def test_a_listing_is_sorted_in_every_order_that_is_asked_for(is_remembered: bool) -> None:
    kept = listing(*rows(3, None, 9), is_remembered=is_remembered)
    oldest_first = (Sort(Field.STARTED_AT),)

    orders = [await kept.sorted_by(order) for order in (NEWEST_FIRST, oldest_first) * 2]

    ids_of = [[row.session.native_id for row in order] for order in orders]
    assert ids_of == [["2", "0", "1"], ["0", "2", "1"]] * 2


@pytest.mark.parametrize("is_remembered", [True, False])
async def test_few_orders_are_remembered(is_remembered: bool) -> None:
    kept = listing(*rows(3, 9), is_remembered=is_remembered)
    first = await kept.sorted_by(NEWEST_FIRST)
    known = kept.known_order(NEWEST_FIRST)
    assert known is not None
    assert list(known) == list(first)

    for other in (Field.TITLE, Field.USER, Field.BACKEND):
        await kept.sorted_by((Sort(other),))

    assert kept.known_order(NEWEST_FIRST) is None


async def stretches(reader: ListingReader) -> list[Delivery]:
    found: list[Delivery] = []
    while not found or not found[-1].is_end:
        delivered = await reader.read()
        assert isinstance(delivered, Delivery)
        found.append(delivered)
    return found


def reading(kept: SortedListing, *, boundary: Key = BEFORE_ALL) -> ListingReader:
    return ListingReader(backend("a", FakeAdapter([])), Source(kept), boundary=boundary, stretch=2)


@pytest.mark.parametrize("is_remembered", [True, False])
@pytest.mark.parametrize("count", [0, 1, 2, 3, 6, 7])
async def test_stretches_joined_are_the_listing(count: int, is_remembered: bool) -> None:
    kept = await newest_first(*rows(*range(count)), is_remembered=is_remembered)

    found = await stretches(reading(kept))

    assert [row for delivery in found for row in delivery.rows] == list(kept.rows)
    assert len(found[0].rows) == min(2, count)


async def test_stretches_begin_beyond_the_boundary() -> None:
    kept = await newest_first(*rows(*range(5)))

    found = await stretches(reading(kept, boundary=kept.rows[1].key))

    assert [row for delivery in found for row in delivery.rows] == list(kept.rows[2:])


@pytest.mark.parametrize("is_remembered", [True, False])
async def test_a_long_listing_is_given_in_few_stretches_of_bounded_length(
    is_remembered: bool,
) -> None:
    kept = await newest_first(*rows(*range(20_000)), is_remembered=is_remembered)

    found = await stretches(reading(kept))

    assert len(found) < 30
    assert max(len(delivery.rows) for delivery in found) <= 1000
    assert [row for delivery in found for row in delivery.rows] == list(kept.rows)
