"""What was read of an ordered backend serves the next page, and narrower questions."""

import gc
from dataclasses import dataclass, replace
from datetime import timedelta
from weakref import WeakSet

from gateway.federation.deadline import Deadline
from gateway.federation.federation import Federation
from gateway.federation.filling import Listings
from gateway.federation.freshness import NOT_CACHED, Freshness, Lifetimes
from gateway.federation.listings import KeptListings
from gateway.federation.ranges import Extent, KeptRange, KeptRanges
from gateway.federation.run import PageRequest, SessionPage
from gateway.federation.tally import Tally
from gateway.model.query import NEWEST_FIRST, AnyOf, AtOrAfter, Condition, Field, Query, Sort
from gateway.model.report import BackendStatus, BackendWarning, Count, Relation, ServedFrom
from gateway.paging.cursor import FROM_THE_START, Position
from gateway.paging.order import BEFORE_ALL
from gateway.spi import (
    Address,
    Context,
    HttpTransport,
    PagingStyle,
    RawPage,
    ScanPlan,
    Support,
)
from tests.support.adapters import NOON
from tests.support.clipping import ClippingAdapter, microseconds
from tests.support.fakes import EPOCH, FakeAdapter, FakeRow, Manners, backend, federation

TTL = 60
ACTIVE: Condition = AnyOf(Field.STATUS, frozenset({"active"}))
KEPT_ONLY = Freshness(is_kept_only=True)
NONE, SOME = Count(0, Relation.EQUAL), Count(0, Relation.AT_LEAST)


@dataclass
class Time:
    """A timer that goes on when a test says so."""

    seconds: float = 0

    def __call__(self) -> float:
        return self.seconds


def ordered(count: int = 40, **manners: object) -> FakeAdapter:
    rows = [FakeRow(f"{n:03d}", 1000 - n, "active" if n % 2 else "ended") for n in range(count)]
    how = {"granule": 1, "page_cap": 10, "support": Support.EXACT, **manners}
    return FakeAdapter(rows, Manners(**how))  # type: ignore[arg-type]  # what a test sets


def sliced(days: int = 3000) -> ClippingAdapter:
    rows = [FakeRow(f"{n:04d}", microseconds(NOON - timedelta(hours=7 * n))) for n in range(days)]
    return ClippingAdapter(rows, Manners(page_cap=1000))


async def page(
    asked: Federation, *conditions: Condition, limit: int = 4, at: Position = FROM_THE_START
) -> SessionPage:
    request = PageRequest(Query(tuple(asked.backends), conditions), limit, at)
    return await asked.page(request, Deadline.within(60))


def expected(asked: Federation, *conditions: Condition, limit: int = 4, at: Position) -> Count:
    request = PageRequest(Query(tuple(asked.backends), conditions), limit, at)
    return asked.explain(request)["a"].expected_requests


async def walked(asked: Federation, pages: int, *, limit: int = 4) -> list[SessionPage]:
    """Read so many pages, each with the explanation beside it."""
    found: list[SessionPage] = []
    position: Position | None = FROM_THE_START
    while position is not None and len(found) < pages:
        told = expected(asked, limit=limit, at=position)
        found.append(await page(asked, limit=limit, at=position))
        requests = found[-1].reports["a"].requests
        assert requests == told.value or (
            told.relation is Relation.AT_LEAST and requests > told.value
        )
        position = found[-1].next
    return found


async def test_what_is_left_of_a_page_serves_the_next() -> None:
    adapter = ordered()
    asked = federation(backend("a", adapter, ttl=TTL))

    first, second, third = await walked(asked, 3)

    assert [one.reports["a"].requests for one in (first, second, third)] == [1, 0, 1]
    assert second.reports["a"].served_from is ServedFrom.CACHE
    assert third.reports["a"].served_from is ServedFrom.LIVE
    assert [s.native_id for s in third.sessions] == ["008", "009", "010", "011"]


@dataclass
class Shrinking(FakeAdapter):
    """A vendor with numbered pages that loses its first row before each page but the first."""

    async def fetch_page(
        self, plan: ScanPlan, at: Address, context: Context[HttpTransport]
    ) -> RawPage:
        if self.requests and len(self.rows) > 20:
            self.rows = self.rows[1:]
        return await super().fetch_page(plan, at, context)


async def test_rows_that_moved_while_it_was_read_are_told_of_whoever_is_served() -> None:
    how = Manners(granule=1, page_cap=4, style=PagingStyle.PAGE_INDEX, is_stable=False)
    asked = federation(backend("a", Shrinking(ordered().rows, how), ttl=TTL))

    read, served = [(await page(asked, limit=30)).reports["a"] for _ in range(2)]

    assert served.served_from is ServedFrom.CACHE
    assert (served.status, served.warnings) == (read.status, read.warnings)
    assert served.status is BackendStatus.PARTIAL
    assert BackendWarning.PAGE_DRIFT in served.warnings


@dataclass
class Stammering(ClippingAdapter):
    """A vendor that can choose by start, and gives the first row of each page twice."""

    async def fetch_page(
        self, plan: ScanPlan, at: Address, context: Context[HttpTransport]
    ) -> RawPage:
        page = await super().fetch_page(plan, at, context)
        return replace(page, records=[*page.records[:1], *page.records])


async def test_duplicates_of_windows_are_told_of_whoever_is_served() -> None:
    asked = federation(backend("a", Stammering(sliced().rows, Manners(page_cap=100)), ttl=TTL))

    read, served = [(await page(asked)).reports["a"] for _ in range(2)]

    assert served.served_from is ServedFrom.CACHE
    assert served.duplicates == read.duplicates > 0


async def test_a_first_page_is_kept_for_whoever_asks_the_same() -> None:
    adapter = ordered()
    asked = federation(backend("a", adapter, ttl=TTL))

    first, again = await page(asked), await page(asked)

    assert again.sessions == first.sessions
    assert adapter.requests == 1


async def test_what_is_kept_is_not_given_beyond_its_time() -> None:
    adapter, time = ordered(), Time()
    asked = federation(backend("a", adapter, ttl=TTL), timer=time)
    await page(asked)

    time.seconds = TTL + 1
    await page(asked)

    assert adapter.requests == 2


async def test_nothing_is_kept_of_a_backend_without_a_time_to_live() -> None:
    adapter = ordered()
    asked = federation(backend("a", adapter))

    await page(asked)
    await page(asked)

    assert adapter.requests == 2


async def test_a_narrower_question_is_answered_as_far_as_what_is_kept_goes() -> None:
    adapter = ordered()
    asked = federation(backend("a", adapter, ttl=TTL))
    await page(asked)

    few = await page(asked, ACTIVE, limit=3)
    assert adapter.requests == 1
    many = await page(asked, ACTIVE, limit=6)

    assert [s.native_id for s in few.sessions] == ["001", "003", "005"]
    assert [s.native_id for s in many.sessions] == ["001", "003", "005", "007", "009", "011"]
    assert adapter.requests == 2, "what lies beyond is read from there"


async def test_a_wider_question_is_not_answered_by_what_is_kept_of_a_narrower() -> None:
    adapter = ordered()
    asked = federation(backend("a", adapter, ttl=TTL))
    await page(asked, ACTIVE)

    whole = await page(asked)

    assert [s.native_id for s in whole.sessions] == ["000", "001", "002", "003"]
    assert adapter.requests == 2


async def test_a_question_is_narrower_by_what_it_means_not_by_how_it_is_put() -> None:
    adapter = ordered()
    asked = federation(backend("a", adapter, ttl=TTL))
    since = AtOrAfter(Field.STARTED_AT, EPOCH)
    later = AtOrAfter(Field.STARTED_AT, EPOCH + timedelta(microseconds=900))
    await page(asked, since)

    await page(asked, later)

    assert adapter.requests == 1


async def test_where_a_key_cannot_be_asked_for_the_scan_goes_on_where_it_was() -> None:
    adapter = ordered(style=PagingStyle.CURSOR, support=Support.UNSUPPORTED)
    asked = federation(backend("a", adapter, ttl=TTL))

    pages = await walked(asked, 20)

    ids = [s.native_id for one in pages for s in one.sessions]
    assert ids == [f"{n:03d}" for n in range(40)]
    assert adapter.requests == 4, "forty rows, ten at a time"


async def test_windows_that_were_read_serve_the_next_pages() -> None:
    adapter = sliced()
    asked = federation(backend("a", adapter, ttl=TTL))

    pages = await walked(asked, 6, limit=50)

    requests = [one.reports["a"].requests for one in pages]
    assert requests[1:].count(0) >= 4
    assert pages[1].reports["a"].served_from is ServedFrom.CACHE
    ids = [s.native_id for one in pages for s in one.sessions]
    assert ids == [f"{n:04d}" for n in range(300)]


def a_range(time: Time, *, user: str = "u", begun: float | None = None) -> KeptRange:
    """Make a range that was asked for at an instant, and is kept for a minute."""
    read_at = time.seconds if begun is None else begun
    extent = Extent(
        pushed=frozenset({AnyOf(Field.USER, frozenset({user}))}),
        begins=BEFORE_ALL,
        ends=None,
        next=None,
        life=Lifetimes(TTL).begin(read_at),
    )
    return KeptRange(extent, (), Tally())


def test_of_what_has_had_its_time_nothing_is_left() -> None:
    time = Time()
    ranges = KeptRanges(timer=time)
    left = WeakSet[frozenset[Condition]]()
    for number in range(300):
        time.seconds += 1
        kept = a_range(time, user=str(number))
        left.add(kept.extent.pushed)
        ranges.keep("a", (Sort(Field.STARTED_AT),) * number, kept)
    del kept
    gc.collect()

    assert TTL - 1 <= len(left) <= 2 * TTL + 1


def test_what_holds_nothing_takes_room_too() -> None:
    time = Time()
    ranges = KeptRanges(timer=time, max_bytes=10_000)
    for number in range(100):
        ranges.keep("a", NEWEST_FIRST, a_range(time, user=str(number)))

    queries = [
        Query(("a",), (AnyOf(Field.USER, frozenset({str(number)})),)) for number in range(100)
    ]
    found = [ranges.find("a", query, BEFORE_ALL) for query in queries]
    assert 0 < sum(one is not None for one in found) < 10


def test_what_was_asked_for_earlier_takes_no_place_of_what_was_asked_for_later() -> None:
    time = Time(10)
    ranges = KeptRanges(timer=time)
    newer, older, newest = a_range(time), a_range(time, begun=5), a_range(time, begun=11)
    query = Query(("a",), tuple(newer.extent.pushed))

    ranges.keep("a", query.order, newer)
    ranges.keep("a", query.order, older)
    assert ranges.find("a", query, BEFORE_ALL) is newer
    ranges.keep("a", query.order, newest)
    assert ranges.find("a", query, BEFORE_ALL) is newest


async def test_a_range_that_was_gone_on_from_takes_the_room_of_all_its_records() -> None:
    sizes = []
    for limits in ((30,), (4, 30)):
        adapter = ordered(style=PagingStyle.CURSOR, support=Support.UNSUPPORTED)
        target, ranges = backend("a", adapter, ttl=TTL), KeptRanges(timer=Time())
        asked = Federation([target], Listings(KeptListings(timer=Time())), ranges)
        for limit in limits:
            await page(asked, limit=limit)
        kept = ranges.find(target.identity, Query(("a",)), BEFORE_ALL)
        assert kept is not None
        sizes.append((len(list(kept.rows)), kept.size))

    assert sizes[0] == sizes[1]


async def test_explain_tells_what_is_kept() -> None:
    asked = federation(backend("a", ordered(), ttl=TTL))
    first = await page(asked)
    assert first.next is not None

    assert expected(asked, at=FROM_THE_START) == NONE
    assert expected(asked, at=first.next) == NONE
    assert expected(asked, limit=30, at=first.next) == SOME


async def test_explain_counts_on_no_range_that_cannot_be_gone_on_from() -> None:
    rows = [FakeRow("0", None, "active"), FakeRow("1", 0, "active"), FakeRow("2", 1, "active")]
    manners = Manners(granule=1, page_cap=1, is_stable=False, support=Support.INEXACT)
    asked = federation(backend("a", FakeAdapter(rows, manners), ttl=TTL))
    await page(asked, limit=1)
    request = PageRequest(Query(("a",), (ACTIVE,)), 1)

    told = asked.explain(request)["a"]
    served = await asked.page(replace(request, freshness=KEPT_ONLY), Deadline.within(60))
    read = await asked.page(request, Deadline.within(60))

    assert (told.cache, told.expected_requests.value) == ("none", 1)
    assert served.reports["a"].error == NOT_CACHED
    assert read.reports["a"].requests >= 1
