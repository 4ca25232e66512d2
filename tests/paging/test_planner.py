"""A plan asks a vendor for what it can do, and for nothing that was not asked."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import pytest

from gateway.model.query import AnyOf, AtOrAfter, Before, Condition, Field, Op, Query, Sort
from gateway.paging.order import BEFORE_ALL, TOTAL, UNORDERED, Coarsening, Key, key_of
from gateway.paging.planner import BackendPlan, InvalidPlanError, Unanswerable, plan_backend
from gateway.spi import (
    Abilities,
    BackendQuery,
    Nulls,
    PagingStyle,
    ScanPlan,
    SortAbility,
    Support,
    Ties,
    VendorTotal,
)
from tests.support.fakes import EPOCH, NEWEST, FakeAdapter, FakeRow, Manners

ENDED = AnyOf(Field.STATUS, frozenset({"ended"}))
SOMEBODY = AnyOf(Field.USER, frozenset({"u"}))
SINCE = AtOrAfter(Field.STARTED_AT, EPOCH)
MICROSECOND = timedelta(microseconds=1)
OLDEST = Sort(Field.STARTED_AT)


@dataclass
class Planner(FakeAdapter):
    """A fake whose plans are changed by a test."""

    change: Callable[[ScanPlan], ScanPlan] = field(default=lambda plan: plan)

    def plan(self, query: BackendQuery) -> ScanPlan:
        return self.change(super().plan(query))


@dataclass
class Sorter(FakeAdapter):
    """A fake that sorts in both directions, and says where its nulls are."""

    nulls: Nulls = Nulls.NEVER

    def abilities(self) -> Abilities:
        able = super().abilities()
        sorts = tuple(SortAbility(sort, nulls=self.nulls) for sort in (NEWEST, OLDEST))
        return replace(able, sorts=sorts)


def planned(
    adapter: FakeAdapter, *conditions: Condition, boundary: Key = BEFORE_ALL, sort: Sort = NEWEST
) -> BackendPlan:
    plan = plan_backend(adapter, Query(("a",), conditions, (sort,)), boundary=boundary)
    assert isinstance(plan, BackendPlan)
    return plan


def place(started: int | None, sort: Sort = NEWEST) -> Key:
    return key_of(FakeRow("1", started).session("a"), (sort,))


@pytest.mark.parametrize("support", [Support.EXACT, Support.INEXACT])
def test_what_a_vendor_can_check_is_pushed(support: Support) -> None:
    plan = planned(FakeAdapter([], Manners(support=support)), ENDED, SINCE)

    assert plan.scan.pushed == {ENDED: support, SINCE: support}


def test_what_a_vendor_cannot_check_is_not_pushed() -> None:
    plan = planned(FakeAdapter([], Manners()), ENDED, SINCE)

    assert plan.scan.pushed == {}


def test_a_field_that_records_lack_has_no_answer() -> None:
    adapter = FakeAdapter([], Manners(absent=frozenset({Field.USER})))

    plan = plan_backend(adapter, Query(("a",), (ENDED, SOMEBODY)))

    assert plan == Unanswerable((Field.USER,))


def test_a_vendor_that_sorts_is_read_page_by_page() -> None:
    plan = planned(FakeAdapter([], Manners(granule=1000)))

    assert plan.coarsening == Coarsening(1, is_descending=True, granule=1000)
    assert plan.is_ordered


def test_a_vendor_that_sorts_all_of_the_order_is_ordered() -> None:
    assert BackendPlan(
        ScanPlan({}, None, None), TOTAL, VendorTotal.NONE, PagingStyle.SINGLE, is_stable=False
    ).is_ordered


def test_a_vendor_that_cannot_sort_is_read_whole() -> None:
    plan = planned(FakeAdapter([], Manners()))

    assert plan.coarsening == UNORDERED
    assert not plan.is_ordered


@pytest.mark.parametrize(
    ("sort", "expected"),
    [
        (NEWEST, Before(Field.STARTED_AT, EPOCH + 5 * MICROSECOND + MICROSECOND)),
        (OLDEST, AtOrAfter(Field.STARTED_AT, EPOCH + 5 * MICROSECOND)),
    ],
    ids=["newest first", "oldest first"],
)
def test_the_boundary_is_pushed_with_all_that_starts_with_it(
    sort: Sort, expected: Condition
) -> None:
    adapter = Sorter([], Manners(support=Support.EXACT))

    plan = planned(adapter, boundary=place(5, sort), sort=sort)

    assert plan.scan.pushed == {expected: Support.EXACT}


@pytest.mark.parametrize("nulls", [Nulls.LAST, Nulls.FIRST])
def test_the_boundary_is_not_pushed_where_it_would_hide_rows_without_a_value(nulls: Nulls) -> None:
    adapter = Sorter([], Manners(support=Support.EXACT), nulls=nulls)

    assert planned(adapter, boundary=place(5)).scan.pushed == {}


@pytest.mark.parametrize("boundary", [BEFORE_ALL, place(None)], ids=["the start", "no value"])
def test_a_boundary_without_an_instant_is_not_pushed(boundary: Key) -> None:
    adapter = Sorter([], Manners(support=Support.EXACT))

    assert planned(adapter, boundary=boundary).scan.pushed == {}


def test_a_boundary_at_the_end_of_time_is_not_pushed() -> None:
    last = (datetime.max.replace(tzinfo=UTC) - EPOCH) // MICROSECOND
    adapter = Sorter([], Manners(support=Support.EXACT))

    assert planned(adapter, boundary=place(last)).scan.pushed == {}


def test_what_is_read_whole_is_not_narrowed_by_the_boundary() -> None:
    """One listing serves every page of a walk, and counts its sessions."""
    adapter = Planner(
        [], Manners(granule=1, support=Support.EXACT), change=lambda p: replace(p, sorted_by=None)
    )

    plan = planned(adapter, ENDED, boundary=place(5))

    assert plan.scan.pushed == {ENDED: Support.EXACT}


def test_what_could_not_be_sorted_beyond_the_boundary_is_sorted_from_the_start() -> None:
    adapter = Planner(
        [],
        Manners(granule=1, support=Support.EXACT),
        change=lambda p: replace(p, sorted_by=None if len(p.pushed) > 1 else p.sorted_by),
    )

    plan = planned(adapter, ENDED, boundary=place(5))

    assert plan.scan.pushed == {ENDED: Support.EXACT}
    assert plan.is_ordered


def test_a_condition_that_nobody_asked_for_is_refused() -> None:
    invented: Condition = AnyOf(Field.STATUS, frozenset({"active"}))
    adapter = Planner([], change=lambda p: replace(p, pushed={invented: Support.EXACT}))

    with pytest.raises(InvalidPlanError):
        planned(adapter, ENDED)


def test_an_order_that_nobody_asked_for_is_refused() -> None:
    adapter = Planner([], change=lambda p: replace(p, sorted_by=SortAbility(OLDEST)))

    with pytest.raises(InvalidPlanError):
        planned(adapter)


def test_a_granularity_that_is_none_is_refused() -> None:
    broken = SortAbility(NEWEST, timedelta(0), Ties.NATIVE_ID_ASCENDING)
    adapter = Planner([], change=lambda p: replace(p, sorted_by=broken))

    with pytest.raises(InvalidPlanError):
        planned(adapter)


def test_a_plan_says_what_the_vendors_total_counts() -> None:
    assert planned(FakeAdapter([])).counts is VendorTotal.NONE


@dataclass
class Chooser(FakeAdapter):
    """A fake that cannot sort, and whose abilities are changed by a test."""

    able: Callable[[Abilities], Abilities] = field(default=lambda abilities: abilities)

    def abilities(self) -> Abilities:
        every = replace(super().abilities(), always=frozenset({Field.STARTED_AT}))
        return self.able(every)


def chooser(able: Callable[[Abilities], Abilities] = lambda abilities: abilities) -> Chooser:
    return Chooser([], Manners(support=Support.INEXACT), able=able)


@pytest.mark.parametrize("sort", [NEWEST, OLDEST])
@pytest.mark.parametrize("support", [Support.EXACT, Support.INEXACT])
def test_what_cannot_sort_but_can_choose_by_start_is_read_by_windows(
    sort: Sort, support: Support
) -> None:
    adapter = Chooser([], Manners(support=support))

    assert planned(adapter, sort=sort).is_sliceable


def test_what_can_sort_is_not_read_by_windows() -> None:
    assert not planned(Sorter([], Manners(support=Support.EXACT))).is_sliceable


def test_only_an_order_of_starts_is_read_by_windows() -> None:
    assert not planned(chooser(), sort=Sort(Field.ENDED_AT)).is_sliceable


def without_a_bound(abilities: Abilities) -> Abilities:
    filters = {key: how for key, how in abilities.filters.items() if key[1] is not Op.BEFORE}
    return replace(abilities, filters=filters)


def all_at_once(abilities: Abilities) -> Abilities:
    return replace(abilities, paging=replace(abilities.paging, style=PagingStyle.SINGLE))


@pytest.mark.parametrize("able", [without_a_bound, all_at_once])
def test_without_both_bounds_or_pages_there_are_no_windows(
    able: Callable[[Abilities], Abilities],
) -> None:
    assert not planned(chooser(able)).is_sliceable


def test_sessions_that_may_lack_a_start_are_read_by_windows_only_if_none_of_those_matches() -> None:
    adapter = chooser(lambda abilities: replace(abilities, always=frozenset()))

    assert not planned(adapter, ENDED).is_sliceable
    assert planned(adapter, ENDED, SINCE).is_sliceable
