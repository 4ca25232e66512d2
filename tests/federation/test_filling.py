"""Whole listings are read by one for all who want them, in turns that others have between."""

import asyncio
from dataclasses import dataclass, field
from datetime import timedelta

from msgspec import Raw

from gateway.federation.backend import Backend, Failed
from gateway.federation.filling import Listings
from gateway.federation.freshness import AS_IT_SERVES, Acceptance, Lifetimes
from gateway.federation.listing import REMEMBERED_BYTES, SortedListing
from gateway.federation.listing_reader import ListingReader
from gateway.federation.listings import MAX_KEPT_BYTES, KeptListings
from gateway.federation.tally import Tally
from gateway.model.query import NEWEST_FIRST, Condition, Field, Order, Query, Sort
from gateway.model.report import ErrorCode, Failure, ServedFrom
from gateway.paging.order import BEFORE_ALL
from gateway.paging.planner import BackendPlan
from gateway.spi import (
    Address,
    Context,
    HttpTransport,
    Mapped,
    Provenance,
    RawPage,
    Rejected,
    ScanPlan,
    Status,
    Support,
)
from tests.federation.liars import Rejecting, Scripted, Stammerer, failing_at, never, rows
from tests.federation.listed import ENDED, Clock, Source
from tests.support.adapters import NOON
from tests.support.fakes import FakeAdapter, FakeRow, Manners, NoTransport, backend
from tests.support.payloads import raw


class Asking:
    """Asks for the whole listing of one fake backend."""

    def __init__(
        self,
        adapter: FakeAdapter,
        *,
        ttl: float = 10,
        max_bytes: int = MAX_KEPT_BYTES,
        remembered_bytes: int = REMEMBERED_BYTES,
        clock: Clock | None = None,
    ) -> None:
        kept = KeptListings(timer=clock or Clock(), max_bytes=max_bytes)
        self.listings = Listings(kept, remembered_bytes=remembered_bytes)
        self.backend = backend("a", adapter, ttl=ttl)

    def plan(self, *conditions: Condition) -> BackendPlan:
        plan = self.backend.plan(Query(("a",), conditions))
        assert isinstance(plan, BackendPlan)
        return plan

    async def whole(
        self,
        tally: Tally,
        *conditions: Condition,
        order: Order = NEWEST_FIRST,
        accepted: Acceptance = AS_IT_SERVES,
    ) -> SortedListing | Failed:
        plan = self.plan(*conditions)
        return await self.listings.whole(self.backend, plan, order, tally, accepted=accepted)


@dataclass
class Counted(FakeAdapter):
    """Counts the records it maps."""

    mapped: int = 0

    def normalise(self, record: Raw, provenance: Provenance) -> Mapped | Rejected:
        self.mapped += 1
        return super().normalise(record, provenance)


class Fickle(Counted):
    """Rejects a record that it has mapped before."""

    def normalise(self, record: Raw, provenance: Provenance) -> Mapped | Rejected:
        mapped = super().normalise(record, provenance)
        return Rejected("again") if self.mapped > len(self.rows) else mapped


async def turn() -> None:
    """Let everything that can run go on as far as it can."""
    for _ in range(10):
        await asyncio.sleep(0)


def ids(found: SortedListing | Failed) -> list[str]:
    assert isinstance(found, SortedListing)
    return [row.session.native_id for row in found.rows]


async def test_a_listing_is_all_pages_sorted() -> None:
    asking = Asking(FakeAdapter(rows(3, None, 9, 1, 7), Manners(page_cap=2)))
    tally = Tally()

    found = await asking.whole(tally)

    assert ids(found) == ["2", "4", "0", "3", "1"]
    assert tally.requests == 3
    assert tally.served_from is ServedFrom.LIVE
    assert tally.as_of == NOON


@dataclass
class Slow(FakeAdapter):
    """Answers with the rows that there were when it was asked, once a test lets it."""

    gates: list[asyncio.Event] = field(default_factory=list)

    async def fetch_page(
        self, plan: ScanPlan, at: Address, context: Context[HttpTransport]
    ) -> RawPage:
        page, gate = await super().fetch_page(plan, at, context), asyncio.Event()
        self.gates.append(gate)
        await gate.wait()
        return page


async def test_a_slow_list_that_ends_late_is_given_and_not_kept() -> None:
    clock, adapter = Clock(), Slow(rows(1))
    asking = Asking(adapter, clock=clock)
    older = asyncio.create_task(asking.whole(Tally()))
    await turn()
    clock.now, adapter.rows = 2.0, rows(1, 2)
    newer = asyncio.create_task(asking.whole(Tally(), accepted=Acceptance(since=2.0)))
    await turn()

    for task, gate in ((newer, adapter.gates[1]), (older, adapter.gates[0])):
        gate.set()
        await task

    assert len(ids(older.result())) == 1
    assert len(ids(await asking.whole(Tally()))) == 2
    assert adapter.requests == 2


async def test_a_kept_listing_asks_nobody_and_says_so() -> None:
    adapter = FakeAdapter(rows(3, 9), Manners(support=Support.EXACT))
    asking = Asking(adapter)
    await asking.whole(Tally())
    tally = Tally()

    found = await asking.whole(tally, ENDED)

    assert ids(found) == ["1", "0"]
    assert adapter.requests == 1
    assert (tally.requests, tally.served_from, tally.as_of) == (0, ServedFrom.CACHE, NOON)


async def test_a_narrowed_listing_is_not_taken_for_the_whole() -> None:
    found = [FakeRow("1", 1, "ended"), FakeRow("2", 2, "active")]
    asking = Asking(FakeAdapter(found, Manners(support=Support.EXACT)))

    assert ids(await asking.whole(Tally(), ENDED)) == ["1"]
    assert ids(await asking.whole(Tally())) == ["2", "1"]


async def test_a_listing_is_as_old_as_its_first_page() -> None:
    seconds = iter(range(100))
    adapter = FakeAdapter(rows(1, 2, 3), Manners(page_cap=1))
    asking = Asking(adapter)
    asking.backend = Backend(
        "a",
        adapter,
        NoTransport(),
        lifetimes=Lifetimes(10),
        clock=lambda: NOON + timedelta(seconds=next(seconds)),
    )
    tally = Tally()

    await asking.whole(tally)

    assert tally.as_of == NOON


async def test_the_first_of_two_records_of_one_session_is_kept() -> None:
    async def drifting(_at: Address, _request: int) -> RawPage:
        return RawPage(
            [raw({"native_id": "1", "started": 1, "status": s}) for s in ("active", "ended")]
        )

    found = await Asking(Scripted([], script=drifting)).whole(Tally())

    assert isinstance(found, SortedListing)
    assert [row.session.status for row in found.rows] == [Status.ACTIVE]


async def test_those_who_ask_at_once_share_one_fetch_and_one_of_them_counts_it() -> None:
    adapter = FakeAdapter(rows(*range(9)), Manners(page_cap=2))
    asking = Asking(adapter, ttl=0)
    tallies = [Tally() for _ in range(4)]

    found = await asyncio.gather(*map(asking.whole, tallies))

    assert adapter.requests == 5
    assert [tally.requests for tally in tallies] == [5, 0, 0, 0]
    assert [ids(each) for each in found] == [ids(found[0])] * 4


async def test_what_was_wrong_with_a_listing_is_told_again_when_it_is_kept() -> None:
    adapter = Rejecting(rows(1, 2, 3), unusable=frozenset({"1"}))
    asking = Asking(adapter)
    await asking.whole(Tally())
    tally = Tally()

    found = await asking.whole(tally)

    assert ids(found) == ["2", "0"]
    assert tally.flaws.rejected == 1
    assert tally.served_from is ServedFrom.CACHE


async def test_one_unusable_record_on_a_page_of_its_own_does_not_cost_the_listing() -> None:
    adapter = Rejecting(rows(1, 2, 3), Manners(page_cap=1), unusable=frozenset({"0", "1"}))
    streamed = [row.native_id for row in adapter.stream(Asking(adapter).plan().scan)]
    assert streamed[0] == "2", "the first page is a good one"
    tally = Tally()

    found = await Asking(adapter).whole(tally)

    assert ids(found) == ["2"]
    assert tally.flaws.rejected == 2


async def test_rows_that_come_twice_are_kept_once_and_counted() -> None:
    tally = Tally()

    found = await Asking(Stammerer(rows(1, 2, 3), Manners(page_cap=2))).whole(tally)

    assert ids(found) == ["2", "1", "0"]
    assert tally.duplicates == 3


async def test_a_failure_on_any_page_keeps_nothing_and_is_not_remembered() -> None:
    adapter = Scripted(rows(1, 2, 3), Manners(page_cap=1), script=failing_at(2))
    asking = Asking(adapter)

    failed = await asking.whole(Tally())
    found = await asking.whole(Tally())

    assert isinstance(failed, Failed)
    assert failed.failure.code is ErrorCode.UNAVAILABLE
    assert ids(found) == ["2", "1", "0"]


async def test_whoever_leaves_leaves_the_fetch_to_the_others() -> None:
    ready = asyncio.Event()

    async def script(_at: object, _request: int) -> None:
        await ready.wait()

    asking = Asking(Scripted(rows(1, 2), script=script))
    first, second = [asyncio.create_task(asking.whole(Tally())) for _ in range(2)]
    await asyncio.sleep(0)

    first.cancel()
    await asyncio.wait([first])
    ready.set()

    assert ids(await second) == ["1", "0"]


async def test_a_fetch_that_all_have_left_goes_on_and_is_found_done() -> None:
    ready = asyncio.Event()

    async def script(_at: object, _request: int) -> None:
        await ready.wait()

    adapter = Scripted(rows(1, 2), script=script)
    asking = Asking(adapter)
    tallies = [Tally(), Tally()]
    waiters = [asyncio.create_task(asking.whole(tally)) for tally in tallies]
    await turn()

    for waiter in waiters:
        waiter.cancel()
    await asyncio.wait(waiters)
    ready.set()
    await turn()
    later = Tally()

    assert ids(await asking.whole(later)) == ["1", "0"]
    assert adapter.requests == 1
    assert [tally.requests for tally in (*tallies, later)] == [1, 0, 0]
    assert later.served_from is ServedFrom.CACHE


async def test_whoever_joins_a_fetch_whose_first_caller_left_counts_nothing() -> None:
    ready = asyncio.Event()

    async def script(_at: object, _request: int) -> None:
        await ready.wait()

    asking = Asking(Scripted(rows(1, 2), script=script), ttl=0)
    first = asyncio.create_task(asking.whole(Tally()))
    await turn()
    first.cancel()
    await asyncio.wait([first])
    tally = Tally()
    second = asyncio.create_task(asking.whole(tally))
    await turn()
    ready.set()

    assert ids(await second) == ["1", "0"]
    assert tally.requests == 0


async def test_a_failure_goes_to_all_who_wait() -> None:
    asking = Asking(Scripted(rows(1, 2), script=failing_at(1)))

    found = await asyncio.gather(*(asking.whole(Tally()) for _ in range(3)))

    assert [type(each) for each in found] == [Failed] * 3
    assert ids(await asking.whole(Tally())) == ["1", "0"]


async def test_closing_ends_what_is_being_fetched() -> None:
    asking = Asking(Scripted(rows(1, 2), script=never))
    waiter = asyncio.create_task(asking.whole(Tally()))
    await turn()

    await asking.listings.close()
    await asyncio.wait([waiter])

    assert asyncio.all_tasks() == {asyncio.current_task()}


async def test_a_listing_over_what_may_be_kept_at_all_fails_for_good() -> None:
    asking = Asking(FakeAdapter(rows(*range(100)), Manners(page_cap=10)), max_bytes=20_000)

    found = await asking.whole(Tally())

    assert found == Failed(Failure(ErrorCode.BUDGET_EXCEEDED, retryable=False))
    assert asking.backend.health.error == found.failure


async def test_a_listing_remembers_its_sessions_as_far_as_there_is_room() -> None:
    few = Asking(FakeAdapter(rows(*range(3))), remembered_bytes=20_000)
    many = Asking(FakeAdapter(rows(*range(30))), remembered_bytes=20_000)

    short, long = await few.whole(Tally()), await many.whole(Tally())

    assert isinstance(short, SortedListing)
    assert isinstance(long, SortedListing)
    assert short.listing.remembered is not None
    assert long.listing.remembered is None
    assert ids(long) == [str(number) for number in reversed(range(30))]


async def test_those_who_want_the_same_order_share_the_sorting() -> None:
    adapter = Counted(rows(*range(500)))
    asking = Asking(adapter, remembered_bytes=0)
    await asking.whole(Tally())
    adapter.mapped = 0
    by_user = (Sort(Field.USER),)

    await asyncio.gather(*(asking.whole(Tally(), order=by_user) for _ in range(3)))

    assert adapter.mapped == 500


async def test_an_adapter_that_maps_a_record_but_once_costs_its_backend() -> None:
    asking = Asking(Fickle(rows(*range(3))), remembered_bytes=0)
    found = await asking.whole(Tally())
    assert isinstance(found, SortedListing)

    reader = ListingReader(asking.backend, Source(found), boundary=BEFORE_ALL, stretch=2)

    assert await reader.read() == Failed(Failure(ErrorCode.SCHEMA, retryable=False))


async def test_others_take_their_turn_while_a_large_listing_is_read() -> None:
    turns = 0
    asking = Asking(FakeAdapter(rows(*range(5000)), Manners(page_cap=5000)))

    async def take_turns() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    other = asyncio.create_task(take_turns())
    await asking.whole(Tally())
    other.cancel()

    assert turns >= 10, "one for each five hundred records"
