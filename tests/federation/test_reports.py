"""What a report says is so, and a count that may be wrong says that it may."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import pytest

from gateway.federation.backend import Backend
from gateway.federation.deadline import Deadline
from gateway.federation.federation import Federation
from gateway.federation.filling import Listings
from gateway.federation.listings import KeptListings
from gateway.federation.ranges import KeptRanges
from gateway.federation.reports import sum_of
from gateway.federation.run import PageRequest, SessionPage
from gateway.model.query import AnyOf, AtOrAfter, Condition, Field, Query
from gateway.model.report import (
    BackendReport,
    BackendStatus,
    BackendWarning,
    Count,
    Relation,
    ServedFrom,
)
from gateway.paging.cursor import Position
from gateway.spi import (
    Abilities,
    Address,
    Context,
    First,
    HttpTransport,
    PagingAbility,
    PagingStyle,
    RawPage,
    ScanPlan,
    Support,
    VendorTotal,
)
from tests.federation.liars import (
    ORDERED,
    Rejecting,
    Scrambler,
    Scripted,
    Squinting,
    Stammerer,
    failing_at,
    rows,
)
from tests.support.adapters import NOON
from tests.support.fakes import EPOCH, FakeAdapter, Manners, backend, federation

ENDED: Condition = AnyOf(Field.STATUS, frozenset({"ended"}))
SINCE: Condition = AtOrAfter(Field.STARTED_AT, EPOCH)
SURELY, AT_LEAST = Relation.EQUAL, Relation.AT_LEAST


@dataclass
class Counting(FakeAdapter):
    """A fake that tells a total."""

    counts: VendorTotal = VendorTotal.ALL
    told: int | None = None

    def abilities(self) -> Abilities:
        paging = PagingAbility(
            PagingStyle.OFFSET, self.manners.page_cap, self.counts, is_stable=True
        )
        return replace(super().abilities(), paging=paging)

    async def fetch_page(
        self, plan: ScanPlan, at: Address, context: Context[HttpTransport]
    ) -> RawPage:
        page = await super().fetch_page(plan, at, context)
        counted = self.rows if self.counts is VendorTotal.ALL else self.stream(plan)
        return replace(page, total=len(counted) if self.told is None else self.told)


@dataclass
class CountingStammerer(Counting, Stammerer):
    """Counts the rows that it sends twice."""


@dataclass
class CountingScrambler(Counting, Scrambler):
    """Counts its rows, and sends them in a wrong order."""


@dataclass
class CountingOnce(Counting):
    """Tells its total with the first page alone."""

    async def fetch_page(
        self, plan: ScanPlan, at: Address, context: Context[HttpTransport]
    ) -> RawPage:
        page = await super().fetch_page(plan, at, context)
        return page if at == First() else replace(page, total=None)


@dataclass
class CountingRejecting(Counting, Rejecting):
    """Counts records that are no sessions."""


async def walked(
    *backends: Backend, conditions: Sequence[Condition] = (), limit: int = 2
) -> list[SessionPage]:
    asked = federation(*backends)
    query = Query(tuple(b.name for b in backends), tuple(conditions))
    pages = [await asked.page(PageRequest(query, limit), Deadline.within(60))]
    while (position := pages[-1].next) is not None:
        pages.append(await asked.page(PageRequest(query, limit, position), Deadline.within(60)))
    return pages


async def totals(adapter: FakeAdapter, *conditions: Condition) -> list[tuple[int, Relation]]:
    """Walk one backend, two rows a page, and give the total of each page."""
    pages = await walked(backend("a", adapter), conditions=conditions)
    return [(page.total.value, page.total.relation) for page in pages]


FIVE = rows(9, 7, 5, 3, 1)


async def test_without_a_vendors_total_the_count_is_sure_at_the_end() -> None:
    # Two rows of a page need a third, which comes with a fourth; the next page reads all of them.
    assert await totals(FakeAdapter(FIVE, ORDERED)) == [(4, AT_LEAST), (5, SURELY), (5, SURELY)]


async def test_a_listing_is_counted_from_the_first_page_on() -> None:
    assert await totals(FakeAdapter(FIVE), ENDED) == [(5, SURELY)] * 3


async def test_a_vendors_total_of_all_is_believed_without_conditions() -> None:
    assert await totals(Counting(FIVE, ORDERED)) == [(5, SURELY)] * 3


async def test_a_total_told_once_holds() -> None:
    assert (await totals(CountingOnce(FIVE, ORDERED)))[0] == (5, SURELY)


async def test_a_vendors_total_of_all_says_nothing_under_a_condition() -> None:
    assert (await totals(Counting(FIVE, ORDERED), ENDED))[0] == (4, AT_LEAST)


@pytest.mark.parametrize(
    ("support", "first"),
    [
        (Support.EXACT, (5, SURELY)),
        (Support.INEXACT, (4, AT_LEAST)),
        (Support.UNSUPPORTED, (4, AT_LEAST)),
    ],
)
async def test_a_vendors_total_of_what_is_pushed_counts_only_what_is_pushed_exactly(
    support: Support, first: tuple[int, Relation]
) -> None:
    adapter = Counting(FIVE, replace(ORDERED, support=support), counts=VendorTotal.PUSHED)

    assert (await totals(adapter, ENDED, SINCE))[0] == first


async def test_an_estimate_is_not_believed() -> None:
    adapter = Counting(FIVE, ORDERED, counts=VendorTotal.ESTIMATE)

    assert (await totals(adapter))[0] == (4, AT_LEAST)


@pytest.mark.parametrize("told", [-1, 0, 2])
async def test_a_vendors_total_below_what_was_seen_is_not_believed(told: int) -> None:
    adapter = Counting(FIVE, ORDERED, told=told)

    assert await totals(adapter) == [(4, AT_LEAST), (5, SURELY), (5, SURELY)]


async def test_what_was_counted_to_the_end_stands_above_what_the_vendor_told() -> None:
    adapter = Counting(FIVE, ORDERED, told=8)

    assert await totals(adapter) == [(8, SURELY), (5, SURELY), (5, SURELY)]


async def test_an_ended_backend_keeps_the_count_that_it_came_to() -> None:
    short = backend("short", Counting(rows(10), ORDERED, told=3))
    long = backend("long", FakeAdapter(FIVE, ORDERED))

    pages = await walked(short, long)

    assert pages[0].next is not None
    assert pages[0].next.ended == {"short"}
    assert [page.reports["short"].total for page in pages] == [Count(1, SURELY)] * 3
    assert pages[-1].total == Count(6, SURELY)


async def test_a_vendors_total_with_rows_that_come_twice_is_not_believed() -> None:
    adapter = CountingStammerer(FIVE, replace(ORDERED, page_cap=4), told=10)

    found = await totals(adapter)

    assert found[0][1] is AT_LEAST
    assert found[-1] == (5, SURELY)


async def test_a_vendors_total_of_rows_in_a_wrong_order_is_not_believed() -> None:
    adapter = CountingScrambler(FIVE, ORDERED, order=(1, 2, 3, 0, 4))

    found = await walked(backend("a", adapter), limit=50)

    assert found[0].reports["a"].late == 1
    assert found[0].total == Count(4, AT_LEAST)


@pytest.mark.parametrize("unusable", ["0", "3"], ids=["on the first page", "on a later page"])
async def test_a_vendors_total_with_records_that_are_no_sessions_is_not_believed(
    unusable: str,
) -> None:
    adapter = CountingRejecting(FIVE, ORDERED, unusable=frozenset({unusable}))

    pages = await walked(backend("a", adapter))

    tainted = [page.reports["a"] for page in pages if page.reports["a"].rejected]
    assert tainted
    assert all(report.total != Count(5, SURELY) for report in tainted)
    assert pages[-1].total == Count(4, SURELY)


async def test_a_failure_on_the_way_leaves_the_count_open_to_the_end() -> None:
    failing = Scripted(rows(8, 6, 4, 2), ORDERED, script=failing_at(2))
    whole = FakeAdapter(rows(*range(9)), ORDERED)

    pages = await walked(backend("a", whole), backend("b", failing), limit=3)

    statuses = [page.reports["b"].status for page in pages]
    assert BackendStatus.FAILED in statuses
    assert statuses[-1] is BackendStatus.OK
    assert pages[-1].next is None
    assert {page.total.relation for page in pages} == {AT_LEAST}


async def test_a_report_tells_what_a_backend_had_to_do_with_a_page() -> None:
    (page,) = await walked(backend("a", FakeAdapter(FIVE, ORDERED)), limit=50)

    assert page.reports["a"] == BackendReport(
        status=BackendStatus.OK,
        served_from=ServedFrom.LIVE,
        as_of=NOON,
        rows=5,
        requests=3,
        total=Count(5, SURELY),
    )


async def test_a_failed_request_is_counted_as_sent() -> None:
    (page,) = await walked(
        backend("a", FakeAdapter(FIVE, ORDERED)),
        backend("b", Scripted(FIVE, ORDERED, script=failing_at(1))),
        limit=50,
    )

    assert page.reports["b"].requests == 1
    assert page.reports["b"].served_from is None
    assert page.reports["b"].total is None


async def test_rejected_records_make_a_backend_partial() -> None:
    (page,) = await walked(backend("a", Rejecting(FIVE, unusable=frozenset({"0"}))), limit=50)

    report = page.reports["a"]
    assert report.status is BackendStatus.PARTIAL
    assert report.rejected == 1
    assert report.warnings == (BackendWarning.REJECTED_ROWS,)


@pytest.mark.parametrize("manners", [ORDERED, Manners()], ids=["ordered", "unordered"])
async def test_a_field_that_cannot_be_read_is_warned_of_and_is_no_failure(
    manners: Manners,
) -> None:
    asked = federation(backend("a", Squinting(FIVE, manners, unreadable=frozenset({"0"})), ttl=60))

    for _ in range(2):
        page = await asked.page(PageRequest(Query(("a",)), 50), Deadline.within(60))

        assert page.reports["a"].status is BackendStatus.OK
        assert page.reports["a"].warnings == (BackendWarning.UNREADABLE_FIELDS,)


async def test_a_listing_that_fills_its_last_page_has_no_empty_one_behind_it() -> None:
    pages = await walked(backend("a", FakeAdapter(rows(1, 2, 3, 4))), limit=2)

    assert [len(page.sessions) for page in pages] == [2, 2]


async def test_a_backend_that_is_switched_off_is_skipped() -> None:
    listings, ranges = Listings(KeptListings(timer=float)), KeptRanges(timer=float)
    asked = Federation(
        [backend("a", FakeAdapter(FIVE))], listings, ranges, disabled={"off": "fake"}
    )

    page = await asked.page(PageRequest(Query(("a", "off")), 50), Deadline.within(60))

    assert page.reports["off"] == BackendReport(status=BackendStatus.SKIPPED)
    assert page.total == Count(5, AT_LEAST)


async def test_a_backend_without_the_field_is_unanswerable() -> None:
    absent = FakeAdapter(FIVE, Manners(absent=frozenset({Field.STATUS})))

    (page,) = await walked(
        backend("a", absent), backend("b", FakeAdapter(FIVE)), conditions=(ENDED,), limit=50
    )

    assert page.reports["a"] == BackendReport(status=BackendStatus.UNANSWERABLE)
    assert page.total == Count(5, AT_LEAST)
    assert absent.requests == 0


async def test_a_backend_that_has_ended_is_not_asked_again() -> None:
    ended = FakeAdapter(rows(10), ORDERED)

    pages = await walked(backend("a", ended), backend("b", FakeAdapter(FIVE, ORDERED)))

    assert len(pages) == 3
    assert ended.requests == 1
    assert pages[-1].reports["a"] == BackendReport(status=BackendStatus.OK, total=Count(1, SURELY))


async def test_what_is_known_of_an_ended_backend_is_carried_on() -> None:
    asked = federation(backend("a", FakeAdapter([])), backend("b", FakeAdapter(FIVE)))
    place = Position(((0, -20), "a", "0"), totals={"a": 7}, ended=frozenset({"a"}))

    first = await asked.page(PageRequest(Query(("a", "b")), 2, place), Deadline.within(60))

    assert first.next is not None
    assert first.next.totals == {"a": 7, "b": 5}
    assert first.next.ended == {"a"}
    assert first.reports["a"].total == Count(7, SURELY)


async def test_a_backend_that_has_ended_with_a_count_unknown_says_so() -> None:
    asked = federation(backend("a", FakeAdapter(FIVE, ORDERED)))
    place = Position(((0, 0), "a", "0"), ended=frozenset({"a"}))

    page = await asked.page(PageRequest(Query(("a",)), 50, place), Deadline.within(60))

    assert page.reports["a"].total is None
    assert page.total == Count(0, AT_LEAST)


def test_a_sum_is_sure_only_if_all_of_it_is() -> None:
    def told(count: Count | None) -> BackendReport:
        return BackendReport(status=BackendStatus.OK, total=count)

    assert sum_of([]) == Count(0, SURELY)
    assert sum_of([told(Count(2, SURELY)), told(Count(3, SURELY))]) == Count(5, SURELY)
    assert sum_of([told(Count(2, SURELY)), told(Count(3, AT_LEAST))]) == Count(5, AT_LEAST)
    assert sum_of([told(Count(2, SURELY)), told(None)]) == Count(2, AT_LEAST)
