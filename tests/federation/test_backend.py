"""A backend's failures are values, its log-ins few, and its state is told once."""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest

from gateway.federation.account import Account
from gateway.federation.backend import Backend, Failed, Lost, Outcome
from gateway.federation.flaws import FLAWLESS, Flaws
from gateway.federation.freshness import Lifetimes
from gateway.federation.health import Health
from gateway.federation.mapping import BackendPage
from gateway.model.query import Query
from gateway.model.report import ErrorCode, Failure
from gateway.model.session import Placed
from gateway.paging.planner import BackendPlan
from gateway.spi import (
    NO_TICKET,
    Address,
    BadAnswer,
    Context,
    First,
    GiveUp,
    HttpTransport,
    LogInAgain,
    Offset,
    RawPage,
    ScanPlan,
    Ticket,
    TryAgainLater,
)
from tests.federation.liars import (
    UNORDERED,
    Illegible,
    Rejecting,
    Scripted,
    broken,
    failing_at,
    never,
    rows,
    self_cancelling,
)
from tests.support.adapters import NOON
from tests.support.fakes import FakeAdapter, FakeRow, Manners, NoTransport, backend

SECRET = "a password that nobody may read"


async def first_page(asked: Backend, at: Address = First()) -> Outcome:  # noqa: B008  # frozen
    plan = asked.plan(Query((asked.name,)))
    assert isinstance(plan, BackendPlan)
    page = await asked.page(plan.scan, at)
    assert not isinstance(page, Lost)
    return page


async def read(outcome: Outcome | Lost) -> BackendPage[Placed]:
    assert isinstance(outcome, BackendPage), outcome
    return outcome


def code_of(outcome: Outcome) -> ErrorCode:
    assert isinstance(outcome, Failed), outcome
    return outcome.failure.code


@dataclass
class StoodTime:
    """A timer that a test sets."""

    now: float = 0.0

    def __call__(self) -> float:
        return self.now


@dataclass
class Vendor(FakeAdapter):
    """A vendor that wants a log-in, and forgets its visitors when a test says so.

    It knows the last ticket that it gave, and answers nobody before ``doors`` are open.
    """

    tickets: list[Ticket] = field(default_factory=list)
    forgotten: set[str] = field(default_factory=set)
    refusing: bool = False
    doors: asyncio.Event = field(default_factory=asyncio.Event)
    now_logging_in: int = 0
    slow_request: int = 0
    slow_until: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self.doors.set()

    async def log_in(self, transport: HttpTransport) -> Ticket:
        del transport
        self.now_logging_in += 1
        assert self.now_logging_in == 1, "never twice at once"
        try:
            self.tickets.append(Ticket({"token": f"{SECRET} {len(self.tickets)}"}))
            await self.doors.wait()
            if self.refusing:
                raise GiveUp(ErrorCode.AUTH, "POST /login: 401")
            return self.tickets[-1]
        finally:
            self.now_logging_in -= 1

    async def fetch_page(
        self, plan: ScanPlan, at: Address, context: Context[HttpTransport]
    ) -> RawPage:
        page = await super().fetch_page(plan, at, context)
        request = self.requests
        await asyncio.sleep(0)
        if request == self.slow_request:
            await self.slow_until.wait()
        if context.ticket.values["token"] in self.forgotten:
            raise LogInAgain("GET /sessions: 401")
        return page

    def forget_all(self) -> None:
        self.forgotten |= {ticket.values["token"] for ticket in self.tickets}


async def test_one_log_in_serves_every_call() -> None:
    vendor = Vendor(rows(1))
    asked = backend("a", vendor)

    outcomes = await asyncio.gather(*(first_page(asked) for _ in range(10)))
    outcomes.append(await first_page(asked))

    assert all(isinstance(outcome, BackendPage) for outcome in outcomes)
    assert len(vendor.tickets) == 1


async def test_those_who_were_forgotten_at_once_log_in_again_once() -> None:
    vendor = Vendor(rows(1))
    asked = backend("a", vendor)
    await first_page(asked)
    vendor.forget_all()

    outcomes = await asyncio.gather(*(first_page(asked) for _ in range(10)))

    assert all(isinstance(outcome, BackendPage) for outcome in outcomes)
    assert len(vendor.tickets) == 2


async def test_whoever_learns_late_that_a_ticket_was_refused_takes_the_new_one() -> None:
    vendor = Vendor(rows(1))
    asked = backend("a", vendor)
    await first_page(asked)
    vendor.forget_all()
    vendor.slow_request, vendor.slow_until = 2, asyncio.Event()

    late = asyncio.create_task(first_page(asked))
    await asyncio.sleep(0)
    await first_page(asked, Offset(0))
    vendor.slow_until.set()

    await read(await late)
    assert len(vendor.tickets) == 2


async def test_to_be_refused_a_second_time_is_reported() -> None:
    vendor, time = Vendor(rows(1)), StoodTime()
    asked = backend("a", vendor, account=Account(timer=time))
    vendor.forgotten |= {f"{SECRET} {number}" for number in range(2)}

    outcome = await first_page(asked)

    assert code_of(outcome) is ErrorCode.AUTH
    assert len(vendor.tickets) == 2
    assert vendor.requests == 2
    assert code_of(await first_page(asked)) is ErrorCode.AUTH
    assert len(vendor.tickets) == 2, "nobody is to be locked out"
    time.now += 60
    await read(await first_page(asked))
    assert len(vendor.tickets) == 3, "a minute later it is tried anew"


async def test_a_log_in_that_fails_is_tried_once_for_all_who_wait_for_it() -> None:
    vendor = Vendor(rows(1), refusing=True)
    asked = backend("a", vendor)
    vendor.doors.clear()
    waiting = [asyncio.create_task(first_page(asked)) for _ in range(5)]
    await asyncio.sleep(0)

    vendor.doors.set()

    assert {code_of(outcome) for outcome in await asyncio.gather(*waiting)} == {ErrorCode.AUTH}
    assert len(vendor.tickets) == 1


async def test_a_log_in_that_failed_is_tried_again_a_minute_later() -> None:
    vendor, time = Vendor(rows(1), refusing=True), StoodTime()
    asked = backend("a", vendor, account=Account(timer=time))
    assert code_of(await first_page(asked)) is ErrorCode.AUTH
    vendor.refusing = False

    assert code_of(await first_page(asked)) is ErrorCode.AUTH
    time.now += 60

    await read(await first_page(asked))

    assert len(vendor.tickets) == 2


async def test_whoever_leaves_leaves_the_log_in_to_the_others() -> None:
    vendor = Vendor(rows(1))
    asked = backend("a", vendor)
    vendor.doors.clear()
    first, second = [asyncio.create_task(first_page(asked)) for _ in range(2)]
    for _ in range(3):
        await asyncio.sleep(0)

    first.cancel()
    await asyncio.wait([first])
    vendor.doors.set()

    await read(await second)
    assert len(vendor.tickets) == 1


async def test_a_vendor_without_a_log_in_is_not_asked_twice() -> None:
    async def refusing(_at: Address, _request: int) -> RawPage | None:
        raise LogInAgain("GET /sessions: 401")

    adapter = Scripted(rows(1), script=refusing)

    outcome = await first_page(backend("a", adapter))

    assert code_of(outcome) is ErrorCode.AUTH
    assert adapter.requests == 1
    assert await adapter.log_in(NoTransport()) is NO_TICKET


async def test_a_page_tells_what_was_on_it() -> None:
    adapter = Rejecting(rows(1, 2, 3), unusable=frozenset({"1"}))

    page = await read(await first_page(backend("a", adapter)))

    assert sorted(session.native_id for session in page.sessions) == ["0", "2"]
    assert (page.flaws, page.next, page.as_of) == (Flaws(rejected=1), None, NOON)
    assert page.size > 0


async def test_an_empty_page_is_a_page() -> None:
    page = await read(await first_page(backend("a", FakeAdapter([]))))

    assert page.sessions == []
    assert page.flaws == FLAWLESS


async def test_records_none_of_which_is_a_session_are_no_beginning() -> None:
    adapter = Rejecting(rows(1, 2), unusable=frozenset({"0", "1"}))

    assert code_of(await first_page(backend("a", adapter))) is ErrorCode.SCHEMA


async def test_unusable_records_further_on_are_counted() -> None:
    adapter = Rejecting(rows(1, 2), UNORDERED, unusable=frozenset({"0", "1"}))
    asked = backend("a", adapter)
    plan = asked.plan(Query(("a",)))
    assert isinstance(plan, BackendPlan)

    page = await read(await asked.page(plan.scan, Offset(0)))

    assert page.flaws.rejected == 2


async def test_an_id_that_fits_in_no_cursor_is_not_usable() -> None:
    adapter = FakeAdapter([FakeRow("n" * 1000, 1), FakeRow("n" * 1001, 2), FakeRow("é" * 501, 3)])

    page = await read(await first_page(backend("a", adapter)))

    assert [session.native_id for session in page.sessions] == ["n" * 1000]
    assert page.flaws.rejected == 2


async def test_cancellation_passes_through() -> None:
    asked = backend("a", Scripted(rows(1), script=never))
    call = asyncio.create_task(first_page(asked))
    for _ in range(3):
        await asyncio.sleep(0)

    call.cancel()
    await asyncio.wait([call])

    assert call.cancelled()
    assert asked.health.error is None


async def test_a_cancellation_that_nobody_asked_for_is_a_failure() -> None:
    outcome = await first_page(backend("a", Scripted(rows(1), script=self_cancelling)))

    assert code_of(outcome) is ErrorCode.RESET


def logged(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [f"{r.levelname} {r.getMessage()}" for r in caplog.records]


async def test_a_change_of_state_is_logged_once(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    asked = backend("a", Scripted(rows(1), script=failing_at(2, 3, 4, 7)))

    for _ in range(8):
        await first_page(asked)

    assert (
        logged(caplog)
        == [
            "WARNING backend a: unavailable: the fake: as told",
            "INFO backend a: answers again",
        ]
        * 2
    )


def test_another_reason_is_another_state(caplog: pytest.LogCaptureFixture) -> None:
    asked = backend("a", FakeAdapter([]))

    asked.failed(TryAgainLater(ErrorCode.RESET, "once"))
    asked.failed(TryAgainLater(ErrorCode.RESET, "twice"))
    asked.failed(BadAnswer(ErrorCode.SCHEMA, "thrice"))

    assert logged(caplog) == ["WARNING backend a: reset: once", "WARNING backend a: schema: thrice"]


@pytest.mark.parametrize(
    "adapter",
    [
        Rejecting(rows(1), unusable=frozenset({"0"})),
        Illegible(rows(1)),
        Scripted(rows(1), script=broken),
    ],
    ids=["no session", "breaks at a record", "breaks at a request"],
)
async def test_a_backend_that_cannot_be_read_never_seems_to_answer(
    adapter: FakeAdapter, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    asked = backend("a", adapter)

    for _ in range(3):
        await first_page(asked)

    assert len(caplog.records) == 1
    assert asked.health.last_success is None
    assert asked.health.error is not None


async def test_a_bug_is_logged_by_its_place_and_not_by_its_words(
    caplog: pytest.LogCaptureFixture,
) -> None:
    await first_page(backend("a", Scripted(rows(1), script=broken)))

    (line,) = logged(caplog)
    assert "Mishap at" in line
    assert "liars.py" in line
    assert "secret" not in line


async def test_a_ticket_is_in_no_log(caplog: pytest.LogCaptureFixture) -> None:
    vendor = Vendor(rows(1), refusing=True)
    await first_page(backend("a", vendor))
    vendor.refusing = False
    vendor.forgotten |= {f"{SECRET} {number}" for number in range(9)}

    await first_page(backend("a", vendor))

    assert len(caplog.records) == 2
    assert SECRET not in caplog.text
    assert SECRET not in repr(vendor.tickets)


def ticking(start: datetime) -> Callable[[], datetime]:
    seconds = iter(range(1000))
    return lambda: start + timedelta(seconds=next(seconds))


async def test_health_knows_when_a_call_went_well_and_when_not() -> None:
    adapter = Scripted(rows(1), script=failing_at(2))
    asked = Backend("a", adapter, NoTransport(), lifetimes=Lifetimes(0), clock=ticking(NOON))

    page = await read(await first_page(asked))
    await first_page(asked)

    assert page.as_of == NOON, "as of the instant it was asked for"
    assert asked.health == Health(
        last_success=NOON + timedelta(seconds=1),
        last_failure=NOON + timedelta(seconds=3),
        error=Failure(ErrorCode.UNAVAILABLE, retryable=True),
    )


async def test_a_call_that_goes_well_ends_a_failure() -> None:
    asked = backend("a", Scripted(rows(1), script=failing_at(1)))

    for _ in range(2):
        await first_page(asked)

    assert asked.health == Health(last_success=NOON, last_failure=NOON, error=None)


async def test_others_take_their_turn_while_a_large_page_is_mapped() -> None:
    turns = 0
    asked = backend("a", FakeAdapter(rows(*range(5000)), Manners(page_cap=5000)))

    async def take_turns() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    other = asyncio.create_task(take_turns())
    await first_page(asked)
    other.cancel()

    assert turns >= 10, "one for each five hundred records"
