"""What is kept serves while it is read anew, and helps where that fails: as the client is told."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from gateway.federation.deadline import Deadline
from gateway.federation.freshness import AS_KEPT, Freshness, Lifetimes
from gateway.federation.refreshing import MOST_AT_A_TIME, Refreshing
from gateway.federation.run import PageRequest, SessionPage
from gateway.model.query import Field, Query
from gateway.model.report import BackendStatus, ErrorCode, Failure, ServedFrom
from gateway.paging import windows
from gateway.spi import (
    Address,
    Context,
    HttpTransport,
    RawPage,
    ScanPlan,
    TryAgainLater,
)
from gateway.spi import Support as Grade
from tests.support.adapters import NOON
from tests.support.clipping import microseconds
from tests.support.clock import Clock
from tests.support.examples import examples
from tests.support.fakes import FakeAdapter, FakeRow, Manners, backend, federation

FRESH, REVALIDATING, ON_ERROR = 10, 20, 60
LIFETIMES = Lifetimes(FRESH, REVALIDATING, ON_ERROR)
KINDS = {
    "ordered": Manners(granule=1, page_cap=4),
    "listed": Manners(),
    "sliced": Manners(support=Grade.EXACT, page_cap=2, always=frozenset({Field.STARTED_AT})),
}
DOWN = Failure(ErrorCode.RESET, retryable=True)


@pytest.fixture(autouse=True, scope="module")
def few_rows_are_many() -> Iterator[None]:
    """Have the rows of a vendor be too many for one window."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(windows, "LEAST_CAP", 4)
        yield


@dataclass
class Vendor(FakeAdapter):
    """A vendor that is down, hangs, or has sessions of its newest version.

    It may go down only once so many more pages have been read.
    """

    is_down: bool = False
    pages_left: int = 0
    hangs: bool = False
    version: int = 0

    def change(self) -> None:
        self.version += 1
        starts = [microseconds(NOON - timedelta(days=40 * n)) for n in range(9)]
        user = f"v{self.version}"
        self.rows = [FakeRow(f"{n:03d}", start, user=user) for n, start in enumerate(starts)]

    async def fetch_page(
        self, plan: ScanPlan, at: Address, context: Context[HttpTransport]
    ) -> RawPage:
        page = await super().fetch_page(plan, at, context)
        if self.hangs:
            await asyncio.Event().wait()
        self.pages_left -= self.is_down
        if self.is_down and self.pages_left < 0:
            raise TryAgainLater(ErrorCode.RESET, "the fake: down", attempts=1)
        return page


@dataclass
class Asking:
    """A federation of one vendor, and its clock."""

    manners: Manners
    lifetimes: Lifetimes = LIFETIMES
    clock: Clock = field(default_factory=Clock)

    def __post_init__(self) -> None:
        self.vendor = Vendor([], self.manners)
        self.vendor.change()
        asked = backend("a", self.vendor, ttl=self.lifetimes, clock=self.now)
        self.federation = federation(asked, timer=self.clock)

    def now(self) -> datetime:
        return NOON + timedelta(seconds=self.clock.now)

    async def page(
        self, freshness: Freshness = AS_KEPT, *, seconds: float = 5, limit: int = 3
    ) -> SessionPage:
        wanted = PageRequest(Query(("a",)), limit, freshness=freshness)
        return await self.federation.page(wanted, Deadline.within(seconds))

    async def settle(self) -> None:
        """Let what goes on behind the scenes come to its end."""
        for _ in range(50):
            await asyncio.sleep(0)


def told(page: SessionPage) -> tuple[object, ...]:
    """Give what the client is told: status, source, age, version and error."""
    report = page.reports["a"]
    versions = {session.user.id for session in page.sessions if session.user}
    age = None if report.as_of is None else (report.as_of - NOON).total_seconds()
    return report.status, report.served_from, age, versions, report.error


OK, STALE, FAILED = BackendStatus.OK, BackendStatus.STALE, BackendStatus.FAILED
LIVE, CACHE, KEPT = ServedFrom.LIVE, ServedFrom.CACHE, ServedFrom.STALE


@pytest.fixture(params=KINDS)
def asking(request: pytest.FixtureRequest) -> Asking:
    return Asking(KINDS[request.param])


async def test_beyond_its_time_it_serves_while_it_is_read_anew(asking: Asking) -> None:
    await asking.page()
    asking.vendor.change()
    asking.clock.now = FRESH + 1

    second = await asking.page()
    requests = asking.vendor.requests
    await asking.settle()
    third = await asking.page()

    assert told(second) == (OK, CACHE, 0, {"v1"}, None)
    assert second.reports["a"].requests == 0, "nobody waited for it"
    assert asking.vendor.requests > requests
    assert told(third) == (OK, CACHE, FRESH + 1, {"v2"}, None)
    await asking.federation.close()


async def test_many_who_are_served_at_once_have_it_read_anew_once(asking: Asking) -> None:
    await asking.page()
    asking.clock.now = FRESH + REVALIDATING
    first = await asking.page()
    asking.clock.now += FRESH + 1
    before = asking.vendor.requests

    await asyncio.gather(*(asking.page() for _ in range(64)))
    await asking.settle()

    assert asking.vendor.requests - before == first.reports["a"].requests
    await asking.federation.close()


async def test_later_it_is_read_anew_before_anybody_is_answered(asking: Asking) -> None:
    await asking.page()
    asking.vendor.change()
    asking.clock.now = FRESH + REVALIDATING

    assert told(await asking.page()) == (OK, LIVE, FRESH + REVALIDATING, {"v2"}, None)
    await asking.federation.close()


async def test_where_reading_anew_fails_it_serves_and_its_age_is_told(asking: Asking) -> None:
    await asking.page()
    asking.vendor.change()
    asking.vendor.is_down = True
    asking.clock.now = FRESH + ON_ERROR - 1

    helped = await asking.page()
    asking.clock.now = FRESH + ON_ERROR
    lost = await asking.page()

    assert told(helped) == (STALE, KEPT, 0, {"v1"}, DOWN)
    assert len(helped.sessions) == 3
    assert told(lost)[0] is FAILED
    await asking.federation.close()


@pytest.mark.parametrize("pages", range(5))
async def test_what_was_begun_to_be_read_leaves_no_trace(pages: int) -> None:
    asking = Asking(KINDS["sliced"])
    await asking.page(limit=9)
    # Each comes twice, and there are too many for any window.
    minutes = [microseconds(NOON - timedelta(minutes=n)) for n in range(20)]
    asking.vendor.rows = 2 * [FakeRow(f"{n:03d}", start) for n, start in enumerate(minutes)]
    asking.clock.now = FRESH + REVALIDATING
    asking.vendor.is_down, asking.vendor.pages_left = True, pages

    helped = await asking.page(limit=9)

    report = helped.reports["a"]
    assert told(helped) == (STALE, KEPT, 0, {"v1"}, DOWN)
    assert (report.rows, report.duplicates, report.requests) == (9, 0, pages + 1)
    await asking.federation.close()


async def test_what_was_just_given_is_not_given_again_for_want_of_more() -> None:
    asking = Asking(KINDS["ordered"])
    await asking.page()
    asking.vendor.is_down = True

    broken_off = await asking.page(limit=9)

    report = broken_off.reports["a"]
    assert told(broken_off)[0] is FAILED
    assert report.error == DOWN
    assert (report.rows, report.duplicates, report.requests) == (3, 0, 1)
    await asking.federation.close()


async def test_where_another_has_read_it_anew_meanwhile_no_error_is_told(asking: Asking) -> None:
    await asking.page()
    asking.clock.now = FRESH + REVALIDATING
    asking.vendor.hangs = True
    slow = asyncio.create_task(asking.page(seconds=0.3))
    await asking.settle()
    asking.vendor.hangs = False
    await asking.federation.refresh("a", Deadline.within(60))

    assert told(await slow) == (OK, CACHE, FRESH + REVALIDATING, {"v1"}, None)
    await asking.federation.close()


async def test_where_a_vendor_hangs_it_serves_in_time(asking: Asking) -> None:
    await asking.page()
    asking.vendor.hangs = True
    asking.clock.now = FRESH + REVALIDATING

    helped = await asking.page(seconds=0.3)

    timeout = Failure(ErrorCode.TIMEOUT, retryable=True)
    assert told(helped) == (STALE, KEPT, 0, {"v1"}, timeout)
    await asking.federation.close()


async def test_who_wants_it_no_older_is_not_helped_with_what_is_older(asking: Asking) -> None:
    await asking.page()
    asking.vendor.is_down = True
    asking.clock.now = FRESH + REVALIDATING

    renewed = await asking.page(Freshness(max_age_s=5))
    helped = await asking.page(Freshness(max_age_s=FRESH + REVALIDATING))

    assert told(renewed)[0] is FAILED
    assert told(helped)[0] is STALE
    await asking.federation.close()


async def test_who_takes_what_is_stale_is_not_kept_waiting(asking: Asking) -> None:
    await asking.page()
    asking.clock.now = FRESH + REVALIDATING + 5
    before = asking.vendor.requests

    taken = await asking.page(Freshness(max_stale_s=REVALIDATING + 10))
    asked_for = asking.vendor.requests
    too_old = await asking.page(Freshness(max_stale_s=REVALIDATING))

    assert told(taken) == (STALE, KEPT, 0, {"v1"}, None)
    assert asked_for == before
    assert told(too_old)[:2] == (OK, LIVE)
    await asking.federation.close()


async def test_without_time_to_be_fresh_nothing_serves_but_in_need(asking: Asking) -> None:
    strict = Asking(asking.manners, Lifetimes(0, 60, 60))
    await strict.page()
    second = await strict.page()
    strict.vendor.is_down = True
    third = await strict.page()

    assert told(second)[:2] == (OK, LIVE)
    assert told(third) == (STALE, KEPT, 0, {"v1"}, DOWN)
    await strict.federation.close()


async def test_who_wants_it_young_joins_nobody_who_began_to_read_it_long_ago(
    asking: Asking,
) -> None:
    asking.vendor.hangs = True
    slow = asyncio.create_task(asking.page(seconds=1))
    await asking.settle()
    asking.vendor.change()
    asking.vendor.hangs = False
    asking.clock.now = 9

    young = await asking.page(Freshness(max_age_s=1))
    slow.cancel()
    await asyncio.wait([slow])

    assert told(young) == (OK, LIVE, 9, {"v2"}, None)
    await asking.federation.close()


async def test_a_refresh_of_the_operators_reads_all_anew(asking: Asking) -> None:
    await asking.page()
    asking.vendor.change()

    report = await asking.federation.refresh("a", Deadline.within(60))

    assert (report.status, report.served_from) == (OK, LIVE)
    assert told(await asking.page()) == (OK, CACHE, 0, {"v2"}, None)
    await asking.federation.close()


async def test_what_was_being_read_when_it_was_refreshed_is_not_kept(asking: Asking) -> None:
    asking.vendor.hangs = True
    slow = asyncio.create_task(asking.page(seconds=0.3))
    await asking.settle()
    asking.vendor.hangs = False

    await asking.federation.refresh("a", Deadline.within(60))
    await slow

    assert told(await asking.page())[:2] == (OK, CACHE)
    await asking.federation.close()


async def test_refreshes_of_one_backend_are_few() -> None:
    refreshing, begun, doors = Refreshing(Clock()), [], asyncio.Event()

    async def read(number: int) -> bool:
        begun.append(number)
        await doors.wait()
        return True

    for number in range(5):
        refreshing.start("a", number, partial(read, number))
        await asyncio.sleep(0)
    refreshing.start("b", 5, lambda: read(5))
    await asyncio.sleep(0)
    await refreshing.close()

    assert begun == [*range(MOST_AT_A_TIME), 5]


async def test_after_failures_there_is_a_pause_that_doubles() -> None:
    clock = Clock()
    refreshing, begun = Refreshing(clock), []

    async def read() -> bool:
        begun.append(clock.now)
        return False

    for second in range(40):
        clock.now = second
        refreshing.start("a", "page", read)
        for _ in range(3):
            await asyncio.sleep(0)

    assert begun == [0, 1, 3, 7, 15, 31]


@dataclass
class Known:
    """What the model knows to be kept: when it was read, and which version."""

    read_at: float
    version: int


class States(RuleBasedStateMachine):
    """Whatever a vendor does and whenever it is asked, the client is told what it got."""

    @initialize(kind=st.sampled_from(sorted(KINDS)))
    def begin(self, kind: str) -> None:
        self.loop = asyncio.Runner()
        self.asking = Asking(KINDS[kind])
        self.known: Known | None = None
        self.failures = 0
        self.held_back_until = 0.0

    @rule(seconds=st.integers(0, 40))
    def wait(self, seconds: int) -> None:
        self.asking.clock.now += seconds

    @rule()
    def change(self) -> None:
        self.asking.vendor.change()

    @rule(is_down=st.booleans())
    def switch(self, is_down: bool) -> None:
        self.asking.vendor.is_down = is_down

    @rule()
    def ask(self) -> None:
        page = self.loop.run(self._asked())
        assert told(page)[:4] == self._expected()

    @rule()
    def refresh(self) -> None:
        async def refreshed() -> None:
            await self.asking.federation.refresh("a", Deadline.within(60))

        self.loop.run(refreshed())
        self.known, self.failures, self.held_back_until = None, 0, 0.0
        if not self.asking.vendor.is_down:
            self._read()

    def teardown(self) -> None:
        if hasattr(self, "loop"):
            self.loop.run(self.asking.federation.close())
            self.loop.close()

    async def _asked(self) -> SessionPage:
        page = await self.asking.page()
        await self.asking.settle()
        return page

    def _read(self) -> None:
        self.known = Known(self.asking.clock.now, self.asking.vendor.version)

    def _expected(self) -> tuple[object, ...]:
        """Say what the client is to be told, and what is kept from then on."""
        known, now, is_down = self.known, self.asking.clock.now, self.asking.vendor.is_down
        age = None if known is None else now - known.read_at
        if known is not None and age is not None and age < FRESH + REVALIDATING:
            if age >= FRESH:
                self._renew()
            return OK, CACHE, known.read_at, {f"v{known.version}"}
        if not is_down:
            self._read()
            return OK, LIVE, now, {f"v{self.asking.vendor.version}"}
        if known is not None and age is not None and age < FRESH + ON_ERROR:
            return STALE, KEPT, known.read_at, {f"v{known.version}"}
        return FAILED, None, None, set()

    def _renew(self) -> None:
        now = self.asking.clock.now
        if now < self.held_back_until:
            return
        if self.asking.vendor.is_down:
            self.failures += 1
            self.held_back_until = now + min(60, 2 ** (self.failures - 1))
        else:
            self.failures, self.held_back_until = 0, 0.0
            self._read()


States.TestCase.settings = settings(max_examples=examples(40), stateful_step_count=30)
test_any_course_of_things = States.TestCase
