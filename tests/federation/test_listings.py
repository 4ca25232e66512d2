"""Whole listings: shared while they are read, kept within bounds, and given in stretches."""

import asyncio
from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from msgspec import Raw

from gateway.federation.backend import Backend, Failed
from gateway.federation.filling import Listings
from gateway.federation.freshness import AS_IT_SERVES, Acceptance, Lifetimes
from gateway.federation.harvest import Harvest
from gateway.federation.listing import REMEMBERED_BYTES, Listing, SortedListing
from gateway.federation.listing_reader import ListingReader
from gateway.federation.listings import MAX_KEPT_BYTES, Kept, KeptListings, ListingKey
from gateway.federation.readers import Delivery
from gateway.federation.tally import Tally
from gateway.model.query import NEWEST_FIRST, AnyOf, Condition, Field, Order, Query, Sort
from gateway.model.report import ErrorCode, Failure, ServedFrom
from gateway.paging.order import BEFORE_ALL, Key, key_of
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
from tests.support.adapters import NOON
from tests.support.fakes import FakeAdapter, FakeRow, Manners, NoTransport, backend, record
from tests.support.payloads import raw

ENDED: Condition = AnyOf(Field.STATUS, frozenset({"ended"}))
ACTIVE: Condition = AnyOf(Field.STATUS, frozenset({"active"}))


@dataclass
class Clock:
    """A timer that a test moves."""

    now: float = 0.0

    def __call__(self) -> float:
        return self.now


def listing(*found: FakeRow, is_remembered: bool = True) -> Listing:
    """Make a listing, which remembers its sessions or makes them again."""
    harvest = Harvest(NEWEST_FIRST, max_bytes=10**9, remembered_bytes=10**9 if is_remembered else 0)
    harvest.take([(row.session("a"), record(row)) for row in found])
    return harvest.listing(backend("a", FakeAdapter(found)).maker, NOON, Tally())


async def newest_first(*found: FakeRow, is_remembered: bool = True) -> SortedListing:
    kept = listing(*found, is_remembered=is_remembered)
    return SortedListing(kept, await kept.sorted_by(NEWEST_FIRST))


def key(backend: str = "a", *pushed: Condition) -> ListingKey:
    return ListingKey(backend, frozenset(pushed))


ONE = listing(FakeRow("1", 1))


def test_a_listing_is_kept_for_its_time_to_live() -> None:
    clock = Clock()
    kept = KeptListings(timer=clock)
    kept.keep(key(), ONE, Lifetimes(10))

    clock.now = 9.9
    assert kept.find(key()) is ONE
    clock.now = 10.0
    assert kept.find(key()) is None


def test_a_time_to_live_of_nothing_keeps_nothing() -> None:
    kept = KeptListings(timer=Clock())

    kept.keep(key(), ONE, Lifetimes(0))

    assert kept.find(key()) is None


def test_a_new_listing_takes_the_place_of_the_old_with_a_time_of_its_own() -> None:
    clock = Clock()
    kept = KeptListings(timer=clock)
    kept.keep(key(), ONE, Lifetimes(10))
    clock.now = 9.0
    newer = listing(FakeRow("2", 2))

    kept.keep(key(), newer, Lifetimes(10))

    clock.now = 18.9
    assert kept.find(key()) is newer


def test_a_list_that_was_asked_for_earlier_never_takes_the_place_of_a_later_one() -> None:
    clock = Clock()
    kept = KeptListings(timer=clock)
    clock.now = 5.0
    newer = listing(FakeRow("2", 2))
    kept.keep(key(), newer, Lifetimes(10), read_at=3.0)
    before = kept.changes["a"]

    kept.keep(key(), ONE, Lifetimes(10), read_at=2.0)

    assert kept.find(key()) is newer
    assert kept.changes["a"] == before
    kept.keep(key(), ONE, Lifetimes(10), read_at=3.0)
    assert kept.find(key()) is ONE


def test_a_whole_list_takes_the_place_of_one_that_has_grown_since_it_was_asked_for() -> None:
    clock, whole, lifetimes = Clock(), listing(FakeRow("2", 2)), Lifetimes(10)
    kept = KeptListings(timer=clock)
    kept.keep_read(key(), Kept(ONE, lifetimes.begin(0.0), 0.0, full_list_due=300.0))
    growing = kept.held(key()).growing
    assert growing is not None
    clock.now = 5.0
    kept.keep_grown(key(), growing, listing(*rows(1, 2)), Lifetimes(10))

    kept.keep_read(key(), Kept(whole, lifetimes.begin(4.0), 4.0, full_list_due=304.0))

    assert kept.find(key()) is whole


def test_a_timer_that_moves_on_meanwhile_loses_no_call() -> None:
    ticks = iter(range(1000))
    kept = KeptListings(timer=lambda: float(next(ticks)))
    kept.keep(key(), ONE, Lifetimes(3))

    found = [kept.find(key()) for _ in range(10)]

    assert found[-1] is None


def test_a_whole_listing_answers_what_is_narrower() -> None:
    kept = KeptListings(timer=Clock())
    kept.keep(key(), ONE, Lifetimes(10))

    assert kept.find(key("a", ENDED)) is ONE


def test_a_whole_listing_that_serves_no_more_hides_none_that_does() -> None:
    clock, lifetimes = Clock(), Lifetimes(15, 60, 900)
    kept, narrow = KeptListings(timer=clock), key("a", ENDED)
    narrowed = listing(FakeRow("2", 2))
    kept.keep(key(), ONE, lifetimes)
    clock.now = 80.0
    kept.keep(narrow, narrowed, lifetimes)
    life = kept.held(narrow).life_of(narrowed)

    assert kept.find(narrow) is narrowed
    assert life is not None
    assert life.read_at == 80.0
    assert kept.find(key()) is None


def test_of_two_listings_that_hold_enough_the_fresher_serves() -> None:
    clock, lifetimes = Clock(), Lifetimes(15, 60, 900)
    kept, narrow = KeptListings(timer=clock), key("a", ENDED)
    narrowed = listing(FakeRow("2", 2))
    kept.keep(narrow, narrowed, lifetimes)
    clock.now = 1.0
    kept.keep(key(), ONE, lifetimes)
    assert kept.find(narrow) is ONE
    clock.now = 2.0
    kept.keep(narrow, narrowed, lifetimes)
    in_need = Acceptance(stale_s=900)

    assert kept.find(narrow) is narrowed
    clock.now = 800.0
    assert kept.find(narrow, in_need) is narrowed


def test_a_narrowed_listing_answers_nothing_but_itself() -> None:
    kept = KeptListings(timer=Clock())
    kept.keep(key("a", ENDED), ONE, Lifetimes(10))

    assert kept.find(key("a", ENDED)) is ONE
    assert kept.find(key()) is None
    assert kept.find(key("a", ACTIVE)) is None
    assert kept.find(key("a", ENDED, ACTIVE)) is None


def test_a_listing_answers_for_its_own_backend_only() -> None:
    kept = KeptListings(timer=Clock())
    kept.keep(key("a"), ONE, Lifetimes(10))

    assert kept.find(key("b")) is None


def test_the_bytes_of_all_that_is_kept_are_bounded() -> None:
    kept = KeptListings(timer=Clock(), max_bytes=2 * ONE.size)
    for name in ("a", "b"):
        kept.keep(key(name), ONE, Lifetimes(10))
    kept.find(key("a"))

    kept.keep(key("c"), ONE, Lifetimes(10))

    assert kept.find(key("a")) is ONE
    assert kept.find(key("b")) is None, "the one not used for longest makes room"
    assert kept.find(key("c")) is ONE


def test_a_listing_larger_than_all_the_room_is_not_kept_and_displaces_nothing() -> None:
    kept = KeptListings(timer=Clock(), max_bytes=ONE.size)
    kept.keep(key("a"), ONE, Lifetimes(10))

    kept.keep(key("b"), listing(*rows(1, 2)), Lifetimes(10))

    assert kept.find(key("b")) is None
    assert kept.find(key("a")) is ONE


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


@dataclass
class Source:
    """A listing that is there."""

    kept: SortedListing

    async def whole(self, tally: Tally) -> SortedListing | Failed:
        del tally
        return self.kept

    def fall_back(self) -> bool:
        return False


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
