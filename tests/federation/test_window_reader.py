"""A backend that cannot sort but can choose by start gives its rows in order, window by window."""

import asyncio
import contextlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from msgspec import Raw

from gateway.federation.backend import Backend
from gateway.federation.deadline import Deadline
from gateway.federation.fan_out import BUDGET_EXCEEDED
from gateway.federation.federation import Federation
from gateway.federation.filling import Listings
from gateway.federation.listings import KeptListings
from gateway.federation.ranges import KeptRanges
from gateway.federation.readers import Delivery
from gateway.federation.run import PageRequest, SessionPage
from gateway.federation.window_reader import Slicing, WindowReader
from gateway.model.matching import matches
from gateway.model.query import AnyOf, AtOrAfter, Before, Condition, Field, Order, Query, Sort
from gateway.model.report import BackendStatus, BackendWarning, Relation, ServedFrom
from gateway.model.session import Session
from gateway.paging import windows
from gateway.paging.order import BEFORE_ALL
from gateway.paging.planner import BackendPlan, plan_backend
from gateway.paging.spans import span_of
from gateway.spi import (
    Abilities,
    Address,
    Context,
    ErrorCode,
    HttpTransport,
    RawPage,
    ScanPlan,
    TryAgainLater,
    VendorTotal,
)
from tests.federation.test_walks import is_cut, walk
from tests.support.adapters import NOON
from tests.support.clipping import MICROSECOND, ClippingAdapter, microseconds
from tests.support.examples import examples
from tests.support.fakes import NEWEST, FakeAdapter, FakeRow, Manners, backend, federation

OLDEST = Sort(Field.STARTED_AT)
DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
NAMES = ("a", "b")
LEAST_CAP = 4

# Now and then together, mostly of late; some years ago, some to come, and one from before history.
instants = st.one_of(
    st.integers(0, 72).map(lambda hours: NOON - hours * HOUR),
    st.integers(0, 40).map(lambda days: NOON - 2 * days * DAY),
    st.integers(-3, 100).map(lambda months: NOON - months * 30 * DAY),
    st.integers(0, 3).map(lambda ticks: NOON - 400 * DAY + ticks * MICROSECOND),
    st.just(datetime(1995, 5, 17, tzinfo=NOON.tzinfo)),
)

conditions: st.SearchStrategy[tuple[Condition, ...]] = st.lists(
    st.one_of(
        st.builds(AnyOf, st.just(Field.STATUS), st.just(frozenset({"active"}))),
        st.builds(AtOrAfter, st.just(Field.STARTED_AT), instants),
        st.builds(Before, st.just(Field.STARTED_AT), instants),
    ),
    max_size=2,
).map(tuple)

orders: st.SearchStrategy[Order] = st.sampled_from(
    [(NEWEST,), (OLDEST,), (NEWEST, Sort(Field.USER)), (OLDEST, Sort(Field.USER))]
)


@st.composite
def rows(draw: st.DrawFn) -> list[FakeRow]:
    starts = draw(st.lists(st.one_of(instants, instants, instants, st.none()), max_size=40))
    return [
        FakeRow(
            str(number),
            None if start is None else microseconds(start),
            draw(st.sampled_from(["active", "ended"])),
            draw(st.sampled_from([None, "u", "v"])),
        )
        for number, start in enumerate(starts)
    ]


@dataclass(frozen=True)
class Case:
    """Two backends, of which one is read by windows, and how they are walked."""

    clipped: list[FakeRow]
    sorted: list[FakeRow]
    page_cap: int
    tells_total: bool
    wanted: tuple[Condition, ...]
    order: Order
    limits: list[int]
    ttl: float

    def backends(self) -> list[Backend]:
        manners = Manners(page_cap=self.page_cap)
        clipping = ClippingAdapter(self.clipped, manners, tells_total=self.tells_total)
        other = FakeAdapter(self.sorted, Manners(granule=1))
        return [backend("a", clipping, ttl=self.ttl), backend("b", other)]

    def union(self) -> list[str]:
        """Say by brute force what a walk must give."""
        found = [row.session("a") for row in self.clipped]
        found += [row.session("b") for row in self.sorted]
        found = [session for session in found if matches(session, self.wanted)]
        return [session.id for session in sorted(found, key=self._plain_key)]

    def _plain_key(self, session: Session) -> tuple[object, ...]:
        started = 0 if session.started_at is None else microseconds(session.started_at)
        user = session.user.id if session.user and len(self.order) > 1 else None
        return (
            session.started_at is None,
            -started if self.order[0].is_descending else started,
            (user is None, user or "") if len(self.order) > 1 else (),
            session.backend,
            session.native_id,
        )


cases = st.builds(
    Case,
    clipped=rows(),
    sorted=rows().map(lambda found: found[:6]),
    page_cap=st.integers(1, 5),
    tells_total=st.booleans(),
    wanted=conditions,
    order=orders,
    limits=st.lists(st.integers(1, 9), min_size=1, max_size=3),
    ttl=st.sampled_from([0, 60]),
)


@pytest.fixture(autouse=True, scope="module")
def few_rows_are_many() -> Iterator[None]:
    """Let windows of a few rows be too large, so that small worlds have many."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(windows, "LEAST_CAP", LEAST_CAP)
        yield


def office(*starts: timedelta | None, page_cap: int = 2, total: bool = True) -> ClippingAdapter:
    """Make a backend of sessions that started so long before noon."""
    rows = [
        FakeRow(str(number), None if start is None else microseconds(NOON - start))
        for number, start in enumerate(starts)
    ]
    return ClippingAdapter(rows, Manners(page_cap=page_cap), tells_total=total)


def daily(days: int) -> ClippingAdapter:
    """Make a backend of one session a day, the newest an hour old."""
    return office(*(HOUR + number * DAY for number in range(days)))


async def page_of(
    joined: Federation,
    *conditions: Condition,
    sort: Sort = NEWEST,
    limit: int = 3,
    is_counted: bool = False,
) -> SessionPage:
    request = PageRequest(Query(tuple(joined.backends), conditions, (sort,)), limit)
    return await joined.page(request, Deadline.within(60), is_counted=is_counted)


def ids(pages: Sequence[SessionPage]) -> list[str]:
    return [session.native_id for page in pages for session in page.sessions]


@given(case=cases)
@settings(max_examples=examples(200), deadline=None)
def test_pages_joined_are_the_sorted_filtered_union(case: Case) -> None:
    joined = federation(*case.backends())

    pages = asyncio.run(walk(joined, Query(NAMES, case.wanted, case.order), case.limits))

    # A crowd read by one or two rows a request may cost more than a page is allowed, and that is
    # told; the pages of vendors are larger.
    assume(not any(page.reports["a"].error == BUDGET_EXCEEDED for page in pages))
    assert [session.id for page in pages for session in page.sessions] == case.union()
    for page in pages:
        assert page.reports["a"].status is BackendStatus.OK or is_cut(page)
        assert page.reports["a"].late == 0
        if page.total.relation is Relation.EQUAL:
            assert page.total.value == len(case.union())


@given(case=cases)
@settings(max_examples=examples(50), deadline=None)
def test_one_run_over_all_pages_gives_them_too(case: Case) -> None:
    request = PageRequest(Query(NAMES, case.wanted, case.order), 1)

    async def read() -> list[str]:
        run = federation(*case.backends()).run(request)
        told: list[str] = []
        while True:
            page = await run.next_page(Deadline.within(60), case.limits[0])
            told += [session.id for session in page.sessions]
            if page.next is None:
                return told

    assert asyncio.run(read()) == case.union()


@pytest.mark.parametrize("sort", [NEWEST, OLDEST])
async def test_a_first_page_does_not_cost_the_whole_history(sort: Sort) -> None:
    adapter = daily(2000)

    page = await page_of(federation(backend("a", adapter)), sort=sort)

    expected = ["0", "1", "2"] if sort == NEWEST else ["1999", "1998", "1997"]
    assert ids([page]) == expected
    assert adapter.requests < 30  # of 1000


async def test_what_was_learned_makes_the_next_first_page_cheap() -> None:
    adapter = ClippingAdapter(daily(300).rows, Manners(page_cap=2), tells_total=False)
    joined = federation(backend("a", adapter))
    await page_of(joined)
    learning, adapter.requests = adapter.requests, 0

    page = await page_of(joined)

    assert ids([page]) == ["0", "1", "2"]
    assert adapter.requests < learning / 2


@pytest.mark.parametrize("ttl", [0, 60])
async def test_what_fits_is_read_in_one_go_and_kept(ttl: float) -> None:
    adapter = office(HOUR, 2 * DAY, 900 * DAY, page_cap=100)
    joined = federation(backend("a", adapter, ttl=ttl))

    first = await page_of(joined, limit=2)
    second = await joined.page(
        PageRequest(Query(("a",)), 2, first.next or pytest.fail("no next page")),
        Deadline.within(60),
    )

    assert ids([first, second]) == ["0", "1", "2"]
    assert first.reports["a"].requests == 1
    assert first.total.relation is Relation.EQUAL
    assert adapter.requests == (1 if ttl else 2)
    served_from = ServedFrom.CACHE if ttl else ServedFrom.LIVE
    assert second.reports["a"].served_from is served_from


async def test_a_kept_listing_goes_before_windows() -> None:
    adapter = daily(100)
    joined = federation(backend("a", adapter, ttl=60))
    await page_of(joined, sort=Sort(Field.USER))
    adapter.requests = 0

    page = await page_of(joined)

    assert ids([page]) == ["0", "1", "2"]
    assert adapter.requests == 0


async def test_windows_stay_within_the_bounds_of_the_query() -> None:
    asked: list[ScanPlan] = []

    class Watched(ClippingAdapter):
        async def fetch_page(
            self, plan: ScanPlan, at: Address, context: Context[HttpTransport]
        ) -> RawPage:
            asked.append(plan)
            return await super().fetch_page(plan, at, context)

    since, before = NOON - 60 * DAY, NOON - 10 * DAY
    bounds = (AtOrAfter(Field.STARTED_AT, since), Before(Field.STARTED_AT, before))
    joined = federation(backend("a", Watched(daily(400).rows, Manners(page_cap=2))))

    pages = await walk(joined, Query(("a",), bounds), [9])

    assert ids(pages) == [str(number) for number in range(10, 60)]
    for plan in asked:
        edges = {c.instant for c in plan.pushed if isinstance(c, AtOrAfter | Before)}
        assert {since, before} <= edges
        assert all(since <= edge <= before for edge in edges)


async def test_rows_without_a_start_come_last_and_once() -> None:
    days = [None, *(number * DAY for number in range(30)), None]
    joined = federation(backend("a", office(*days)))

    pages = await walk(joined, Query(("a",)), [7])

    assert ids(pages) == [*(str(number) for number in range(1, 31)), "0", "31"]


async def test_a_row_that_comes_twice_in_a_window_is_given_once_and_counted() -> None:
    class Shifting(ClippingAdapter):
        def stream(self, plan: ScanPlan) -> list[FakeRow]:
            rows = super().stream(plan)
            return [rows[0], *rows]

    joined = federation(backend("a", Shifting(daily(3).rows, Manners(page_cap=1))))

    page = await page_of(joined, limit=9)

    assert ids([page]) == ["0", "1", "2"]
    assert page.reports["a"].duplicates == 1
    assert page.reports["a"].warnings == (BackendWarning.DUPLICATES,)


async def test_what_is_met_in_a_window_that_was_too_large_is_counted_once() -> None:
    class Broken(ClippingAdapter):
        async def fetch_page(
            self, plan: ScanPlan, at: Address, context: Context[HttpTransport]
        ) -> RawPage:
            page = await super().fetch_page(plan, at, context)
            spoilt = Raw(b'{"native_id": null}')
            is_first = not hasattr(at, "rows")
            return replace(page, records=[*page.records, spoilt]) if is_first else page

    bounds = (AtOrAfter(Field.STARTED_AT, NOON - 2 * DAY),)
    adapter = Broken(office(*(HOUR * number for number in range(40))).rows, Manners(page_cap=2))

    page = await page_of(federation(backend("a", adapter)), *bounds, limit=1)

    assert page.reports["a"].rejected == 1
    assert page.reports["a"].requests > 2


async def test_all_is_counted_when_that_is_asked_for() -> None:
    joined = federation(backend("a", daily(50)))
    await page_of(joined)

    page = await page_of(joined, is_counted=True)

    assert (page.total.value, page.total.relation) == (50, Relation.EQUAL)


async def test_the_vendors_total_is_told_where_it_counted_everything() -> None:
    joined = federation(backend("a", daily(50)))

    first, second = await page_of(joined), await page_of(joined)

    assert (first.total.value, first.total.relation) == (50, Relation.EQUAL)
    assert second.total.relation is Relation.AT_LEAST
    assert second.total.value <= 50


async def test_a_total_that_does_not_count_the_window_shrinks_none() -> None:
    class CountsAll(ClippingAdapter):
        def abilities(self) -> Abilities:
            able = super().abilities()
            return replace(able, paging=replace(able.paging, total=VendorTotal.ALL))

        async def fetch_page(
            self, plan: ScanPlan, at: Address, context: Context[HttpTransport]
        ) -> RawPage:
            page = await super().fetch_page(plan, at, context)
            return replace(page, total=len(self.rows))

    adapter = CountsAll(daily(100).rows, Manners(page_cap=2))

    page = await page_of(federation(backend("a", adapter)), limit=30)

    assert len(page.sessions) == 30
    assert adapter.requests < 100


def with_horizon(adapter: ClippingAdapter, horizon: timedelta) -> Federation:
    listings, ranges = Listings(KeptListings(timer=float)), KeptRanges(timer=float)
    return Federation([backend("a", adapter)], listings, ranges, horizons={"a": horizon})


@pytest.mark.parametrize("sort", [NEWEST, OLDEST])
async def test_sessions_behind_the_horizon_are_not_looked_for_and_that_is_said(sort: Sort) -> None:
    joined = with_horizon(daily(100), 30 * DAY)

    pages = await walk(joined, Query(("a",), (), (sort,)), [7])

    expected = [str(number) for number in range(30)]
    assert ids(pages) == (expected if sort == NEWEST else expected[::-1])
    last = pages[-1].reports["a"]
    assert last.status is BackendStatus.PARTIAL
    assert last.warnings == (BackendWarning.HORIZON_REACHED,)
    assert (pages[-1].total.value, pages[-1].total.relation) == (30, Relation.AT_LEAST)
    is_cut_from_the_start = sort == OLDEST
    assert (pages[0].reports["a"].status is BackendStatus.PARTIAL) is is_cut_from_the_start


async def test_a_query_that_ends_before_the_horizon_lacks_nothing() -> None:
    bounds = (AtOrAfter(Field.STARTED_AT, NOON - 20 * DAY),)

    page = await page_of(with_horizon(daily(100), 30 * DAY), *bounds, limit=50)

    assert len(page.sessions) == 20
    assert page.reports["a"].status is BackendStatus.OK
    assert page.total.relation is Relation.EQUAL


async def test_a_query_of_what_lies_behind_the_horizon_asks_nothing_and_says_so() -> None:
    adapter = daily(100)
    bounds = (Before(Field.STARTED_AT, NOON - 40 * DAY),)

    page = await page_of(with_horizon(adapter, 30 * DAY), *bounds)

    assert page.sessions == []
    assert adapter.requests == 0
    assert page.reports["a"].status is BackendStatus.PARTIAL
    assert page.reports["a"].total is not None
    assert page.reports["a"].total.relation is Relation.AT_LEAST


async def test_a_gap_is_looked_for_where_it_is() -> None:
    adapter = daily(400)
    joined = federation(backend("a", adapter))
    query = Query(("a",))
    first = await page_of(joined, limit=50)
    second = await joined.page(
        PageRequest(query, 50, first.next or pytest.fail("no next page")), Deadline.within(60)
    )
    assert first.next is not None
    assert second.next is not None
    adapter.requests = 0

    gap = replace(first.next, until=second.next.boundary)
    filled = await joined.page(PageRequest(query, 100, gap), Deadline.within(60))

    assert filled.sessions == second.sessions
    assert filled.next is None
    assert adapter.requests < 100  # of 200


async def test_a_failed_window_costs_its_backend_and_can_be_asked_again() -> None:
    class Failing(ClippingAdapter):
        async def fetch_page(
            self, plan: ScanPlan, at: Address, context: Context[HttpTransport]
        ) -> RawPage:
            page = await super().fetch_page(plan, at, context)
            if self.requests > 8:
                raise TryAgainLater(ErrorCode.UNAVAILABLE, "not now", attempts=1)
            return page

    joined = federation(backend("a", Failing(daily(100).rows, Manners(page_cap=2))))

    page = await page_of(joined, limit=50)

    assert page.reports["a"].status is BackendStatus.FAILED
    assert "a" in page.gaps


async def test_the_plan_says_that_windows_are_read() -> None:
    joined = federation(backend("a", daily(100)))

    explained = joined.explain(PageRequest(Query(("a",)), 3))["a"]

    assert (explained.order, explained.resume, explained.cache) == ("total", "windows", "none")
    assert (explained.expected_requests.value, explained.expected_requests.relation) == (
        1,
        Relation.AT_LEAST,
    )


async def test_the_plan_says_that_a_kept_listing_is_read_instead() -> None:
    joined = federation(backend("a", office(HOUR), ttl=60))
    await page_of(joined)

    explained = joined.explain(PageRequest(Query(("a",)), 3))["a"]

    assert (explained.resume, explained.cache) == ("listing", "kept")
    assert explained.expected_requests.value == 0


async def test_a_page_that_was_broken_off_is_read_again() -> None:
    asked = 0

    class Stuck(ClippingAdapter):
        async def fetch_page(
            self, plan: ScanPlan, at: Address, context: Context[HttpTransport]
        ) -> RawPage:
            nonlocal asked
            asked += 1
            if asked % 3 == 0:
                await asyncio.Event().wait()
            return await super().fetch_page(plan, at, context)

    adapter = Stuck(daily(30).rows, Manners(page_cap=2))
    query = Query(("a",))
    target = backend("a", adapter)
    plan = plan_backend(adapter, query)
    assert isinstance(plan, BackendPlan)
    slicing = Slicing(plan, query, BEFORE_ALL, lambda _: span_of(query, now=NOON))
    reader = WindowReader(target, slicing, KeptRanges(timer=float), lambda *_: None)

    told: list[str] = []
    is_end = False
    while not is_end:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(0.01):
                delivered = await reader.read()
                assert isinstance(delivered, Delivery)
                told += [row.session.native_id for row in delivered.rows]
                is_end = delivered.is_end

    assert told == [str(number) for number in range(30)]
