"""The bytes of an answer count from the first until something is made of it, and no longer."""

import asyncio
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

import msgspec
import pytest
from msgspec import Raw

from gateway.federation.account import Account
from gateway.federation.backend import Backend, Failed
from gateway.federation.filling import Listings
from gateway.federation.listings import KeptListings
from gateway.federation.mapping import BackendPage
from gateway.federation.tally import Tally
from gateway.federation.under_way import UnderWay
from gateway.model.query import NEWEST_FIRST, Query
from gateway.model.report import ErrorCode
from gateway.paging.planner import BackendPlan
from gateway.spi import (
    Address,
    BadAnswer,
    Context,
    First,
    HttpTransport,
    LogInAgain,
    Mapped,
    PagingStyle,
    Provenance,
    RawPage,
    Rejected,
    ScanPlan,
    Ticket,
    TryAgainLater,
)
from gateway.transport.in_flight import InFlight, charge
from tests.federation.liars import rows
from tests.federation.test_flights import turn
from tests.support.fakes import FakeAdapter, Leaving, Manners, backend, record

BODY_BYTES = 1000
EVERYTHING = Manners(style=PagingStyle.SINGLE)


@dataclass
class Sending(FakeAdapter):
    """Sends bodies of so many bytes, and notes how many are charged at each step."""

    under_way: UnderWay = field(default_factory=UnderWay)
    ends: list[Exception | None] = field(default_factory=list)
    """How the requests end, in turn; well, when there is none left."""
    held: asyncio.Event | None = None
    log_in_held: asyncio.Event | None = None
    has_come: asyncio.Event = field(default_factory=asyncio.Event)
    body_bytes: int = BODY_BYTES
    before: list[int] = field(default_factory=list)
    mapping: list[tuple[int, int]] = field(default_factory=list)

    async def log_in(self, transport: HttpTransport) -> Ticket:
        del transport
        if self.log_in_held is not None:
            await self.log_in_held.wait()
        await charge(BODY_BYTES, "the log-in")
        return Ticket({"token": "made up"})

    async def fetch_page(
        self, plan: ScanPlan, at: Address, context: Context[HttpTransport]
    ) -> RawPage:
        page = await super().fetch_page(plan, at, context)
        await self._sent()
        return page

    async def get(self, native_id: str, context: Context[HttpTransport]) -> Raw | None:
        del context
        await self._sent()
        return next(record(row) for row in self.rows if row.native_id == native_id)

    def normalise(self, record: Raw, provenance: Provenance) -> Mapped | Rejected:
        self.mapping.append((self.under_way.pages.taken, self.under_way.listings.taken))
        return super().normalise(record, provenance)

    async def _sent(self) -> None:
        self.before.append(self.under_way.pages.taken)
        await charge(self.body_bytes, "the fake")
        self.has_come.set()
        if self.held is not None:
            await self.held.wait()
        end = self.ends.pop(0) if self.ends else None
        if end is not None:
            raise end


def over(adapter: Sending) -> Backend:
    """Make a backend that asks again at once."""
    return backend("a", adapter, account=Account(draw=lambda: 0.0), under_way=adapter.under_way)


def plan_of(asked: Backend) -> BackendPlan:
    plan = asked.plan(Query((asked.name,)))
    assert isinstance(plan, BackendPlan)
    return plan


async def page(asked: Backend) -> object:
    return await asked.page(plan_of(asked).scan, First())


async def detail(asked: Backend) -> object:
    return await asked.session("0")


async def write(asked: Backend) -> object:
    async def send(context: Context[HttpTransport]) -> Raw | None:
        return await asked.adapter.get("0", context)

    return await asked.call(send)


async def whole(asked: Backend) -> object:
    return await asked.only_page(plan_of(asked).scan, Leaving(), lambda: None)


Call = Callable[[Backend], Awaitable[object]]
CALLS = [page, detail, write, whole]
ENDS = [
    None,
    TryAgainLater(ErrorCode.RESET, "half of it", attempts=1),
    LogInAgain("not any more"),
    BadAnswer(ErrorCode.SCHEMA, "something else"),
    ZeroDivisionError(),
]


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("end", ENDS, ids=str)
async def test_however_a_call_ends_what_was_charged_is_given_back(
    call: Call, end: Exception | None
) -> None:
    adapter = Sending(rows(1), ends=[end])

    outcome = await call(over(adapter))

    is_repeated = isinstance(end, LogInAgain)
    assert isinstance(outcome, Failed) is (end is not None and not is_repeated)
    assert (adapter.under_way.pages.taken, adapter.under_way.listings.taken) == (0, 0)


@pytest.mark.parametrize("call", CALLS)
async def test_what_a_call_that_is_given_up_was_charged_is_given_back(call: Call) -> None:
    adapter = Sending(rows(1), held=asyncio.Event())
    calling = asyncio.ensure_future(call(over(adapter)))
    await adapter.has_come.wait()
    assert adapter.under_way.pages.taken + adapter.under_way.listings.taken == BODY_BYTES

    calling.cancel()
    await asyncio.wait([calling])

    assert (adapter.under_way.pages.taken, adapter.under_way.listings.taken) == (0, 0)


@pytest.mark.parametrize("call", [page, detail])
async def test_bytes_are_charged_until_the_page_has_been_mapped(call: Call) -> None:
    adapter = Sending(rows(1))

    await call(over(adapter))

    assert adapter.mapping == [(BODY_BYTES, 0)]


async def test_a_body_that_holds_everything_is_charged_to_listings() -> None:
    adapter = Sending(rows(1), EVERYTHING)

    await whole(over(adapter))

    assert adapter.mapping == [(0, BODY_BYTES)]


@pytest.mark.parametrize("call", [page, detail])
async def test_what_an_attempt_was_charged_is_given_back_before_the_next(call: Call) -> None:
    broken = TryAgainLater(ErrorCode.RESET, "half of it")
    adapter = Sending(rows(1), ends=[broken, broken])

    assert isinstance(await call(over(adapter)), BackendPage)
    assert adapter.before == [0, 0, 0], "the log-in was given back too"


async def test_a_log_in_that_outlives_the_call_that_began_it_gives_back_what_it_took() -> None:
    adapter = Sending(rows(1), log_in_held=asyncio.Event())
    asked = over(adapter)
    first = asyncio.ensure_future(detail(asked))
    second = asyncio.ensure_future(detail(asked))
    await turn()
    first.cancel()
    await asyncio.wait([first])
    assert adapter.log_in_held is not None

    adapter.log_in_held.set()

    assert isinstance(await second, BackendPage)
    assert adapter.under_way.pages.taken == 0


async def filled(asked: Backend, listings: Listings) -> ErrorCode | int:
    """Ask for the whole listing: say how many sessions it has, or why there is none."""
    found = await listings.whole(asked, plan_of(asked), NEWEST_FIRST, Tally())
    return found.failure.code if isinstance(found, Failed) else len(found.rows)


async def test_a_listing_for_which_there_is_no_room_fails_and_the_next_is_read() -> None:
    adapter = Sending(rows(1), EVERYTHING, under_way=UnderWay(listings=InFlight(BODY_BYTES)))
    asked, listings = over(adapter), Listings(KeptListings(timer=float))
    adapter.body_bytes += 1
    assert await filled(asked, listings) is ErrorCode.OVERLOADED

    adapter.body_bytes -= 1

    assert await filled(asked, listings) == 1
    assert adapter.under_way.listings.taken == 0


async def test_what_is_gathered_page_by_page_is_charged_until_the_listing_is_whole() -> None:
    adapter = Sending(rows(*range(4)), Manners(page_cap=2))
    record_bytes = sum(len(bytes(record(row))) for row in adapter.rows)
    few, enough = (UnderWay(listings=InFlight(record_bytes - less)) for less in (1, 0))

    for under_way, expected in ((few, ErrorCode.OVERLOADED), (enough, 4)):
        adapter.under_way = under_way
        listings = Listings(KeptListings(timer=float))
        assert await filled(over(adapter), listings) == expected
        assert under_way.listings.taken == 0


async def test_pages_are_read_while_listings_take_all_that_they_may() -> None:
    adapter = Sending(rows(1), under_way=UnderWay(listings=InFlight(BODY_BYTES)))
    with adapter.under_way.listings.charged():
        await charge(BODY_BYTES, "a listing")

        assert isinstance(await page(over(adapter)), BackendPage)


@pytest.mark.parametrize("call", [page, detail])
async def test_nothing_of_a_page_keeps_the_body_that_it_came_in(call: Call) -> None:
    body = msgspec.json.encode([Raw(bytes(record(row))) for row in rows(1)])

    @dataclass
    class Slicing(Sending):
        async def fetch_page(
            self, plan: ScanPlan, at: Address, context: Context[HttpTransport]
        ) -> RawPage:
            del plan, at, context
            return RawPage(msgspec.json.decode(body, type=list[Raw]))

        async def get(self, native_id: str, context: Context[HttpTransport]) -> Raw | None:
            del native_id, context
            return msgspec.json.decode(body, type=list[Raw])[0]

    held = sys.getrefcount(body)

    found = await call(over(Slicing(rows(1))))

    assert isinstance(found, BackendPage)
    assert len(found.records) == 1
    assert sys.getrefcount(body) == held
