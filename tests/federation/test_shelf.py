"""One replica reads for all: the others wait for it a while, take what it read, or read it."""

import asyncio
from dataclasses import dataclass, field

import pytest

from gateway.federation.deadline import Deadline
from gateway.federation.federation import Federation
from gateway.federation.freshness import Lifetimes
from gateway.federation.run import PageRequest, SessionPage
from gateway.federation.sharing import Grant, Parcel
from gateway.federation.shelf import Lease, Shelf
from gateway.model.query import NEWEST_FIRST, Query
from gateway.model.report import BackendStatus, ServedFrom
from gateway.spi import (
    Address,
    BadAnswer,
    Context,
    ErrorCode,
    HttpTransport,
    RawPage,
    ScanPlan,
    Support,
)
from tests.support.clock import Clock
from tests.support.fakes import FakeAdapter, FakeRow, Manners, backend, federation
from tests.support.memory_store import LEASE_SECONDS, MemoryStore

TTL = 60
ROWS = [FakeRow(f"{n:03d}", 1000 - n) for n in range(40)]
ORDERED = Manners(granule=1, page_cap=10, support=Support.EXACT)
UNORDERED = Manners()


@dataclass
class Replica:
    """A federation over one backend that shares, and what it asks the vendor."""

    store: MemoryStore
    clock: Clock
    adapter: FakeAdapter
    federation: Federation = field(init=False)

    def __post_init__(self) -> None:
        self.backend = backend("a", self.adapter, ttl=Lifetimes(TTL))
        self.backend.shelf = Shelf(self.store, "scope")
        self.federation = federation(self.backend, timer=self.clock)

    async def page(self, limit: int = 5) -> SessionPage:
        """Ask for the newest."""
        request = PageRequest(Query(("a",), order=NEWEST_FIRST), limit)
        page = await self.federation.page(request, Deadline.within(10))
        for _ in range(5):
            await asyncio.sleep(0)  # what is shared is, behind the scenes
        return page


@dataclass
class Slow(FakeAdapter):
    """A vendor that answers when a test says so."""

    may_answer: asyncio.Event = field(default_factory=asyncio.Event)
    is_broken: bool = False

    async def fetch_page(
        self, plan: ScanPlan, at: Address, context: Context[HttpTransport]
    ) -> RawPage:
        """Wait, and then answer or fail."""
        self.requests += self.is_broken
        await self.may_answer.wait()
        if self.is_broken:
            raise BadAnswer(ErrorCode.SCHEMA, "broken")
        return await super().fetch_page(plan, at, context)


def pair(manners: Manners, kind: type[FakeAdapter] = FakeAdapter) -> tuple[Replica, Replica]:
    """Give two replicas that share a store and a clock, and each count what they ask."""
    clock = Clock()
    store = MemoryStore(clock)
    one, other = (Replica(store, clock, kind(ROWS, manners)) for _ in range(2))
    return one, other


@pytest.mark.parametrize("manners", [ORDERED, UNORDERED])
async def test_a_page_that_was_read_is_taken_as_it_was(manners: Manners) -> None:
    one, other = pair(manners)

    first = await one.page()
    second = await other.page()

    assert [row.key for row in second.rows] == [row.key for row in first.rows]
    assert other.adapter.requests == 0
    assert second.reports["a"].served_from is ServedFrom.CACHE
    assert second.reports["a"].as_of == first.reports["a"].as_of


@pytest.mark.parametrize("manners", [ORDERED, UNORDERED])
async def test_what_is_taken_is_no_fresher_than_it_was_there(manners: Manners) -> None:
    one, other = pair(manners)

    await one.page()
    one.clock.now += TTL - 10
    await other.page()
    one.clock.now += 9
    await other.page()
    fresh = other.adapter.requests
    one.clock.now += 2
    await other.page()

    assert (fresh, other.adapter.requests > 0) == (0, True)


@pytest.mark.parametrize("manners", [ORDERED, UNORDERED])
async def test_who_asks_meanwhile_waits_and_asks_nobody(manners: Manners) -> None:
    one, other = pair(manners, Slow)
    asked = asyncio.create_task(one.page())
    await asyncio.sleep(0.01)
    waiting = asyncio.create_task(other.page())
    await asyncio.sleep(0.01)
    for each in (one, other):
        assert isinstance(each.adapter, Slow)
        each.adapter.may_answer.set()

    pages = await asyncio.gather(asked, waiting)

    assert (one.adapter.requests, other.adapter.requests) == (1, 0)
    assert [len(page.rows) for page in pages] == [5, 5]


@pytest.mark.parametrize("manners", [ORDERED, UNORDERED])
async def test_a_reader_that_fails_keeps_nobody_waiting(manners: Manners) -> None:
    one, other = pair(manners, Slow)
    assert isinstance(one.adapter, Slow)
    assert isinstance(other.adapter, Slow)
    one.adapter.is_broken = True
    one.adapter.may_answer.set()
    other.adapter.may_answer.set()

    failed = await one.page()
    page = await other.page()

    assert failed.reports["a"].status is BackendStatus.FAILED
    assert page.reports["a"].status is BackendStatus.OK
    assert other.adapter.requests > 0
    assert one.store.leases == {}


async def test_a_caller_who_leaves_keeps_nobody_waiting() -> None:
    one, other = pair(ORDERED, Slow)
    assert isinstance(other.adapter, Slow)
    other.adapter.may_answer.set()
    asked = asyncio.create_task(one.page())
    await asyncio.sleep(0.01)
    asked.cancel()
    await asyncio.gather(asked, return_exceptions=True)

    page = await other.page()

    assert len(page.rows) == 5
    assert other.adapter.requests > 0


@dataclass
class Looks:
    """Counts what was taken."""

    taken: list[bytes] = field(default_factory=list)

    async def take(self, parcel: Parcel) -> None:
        """Take nothing for what it is."""
        self.taken.append(parcel.body)


async def test_a_replica_that_died_is_waited_for_as_long_as_its_lease_holds() -> None:
    clock = Clock()
    store = MemoryStore(clock)
    assert isinstance(await store.look("s", "n"), Grant)

    waiting = asyncio.create_task(Shelf(store, "s").fetch("n", Looks().take, wait_s=60))
    await asyncio.sleep(0.05)
    has_waited = not waiting.done()
    clock.now += LEASE_SECONDS
    lease = await waiting

    assert has_waited
    assert isinstance(lease, Lease)


async def test_whoever_waits_too_long_reads_it_and_shares_that() -> None:
    store = MemoryStore(Clock())
    held = await store.look("s", "n")

    lease = await Shelf(store, "s").fetch("n", Looks().take, wait_s=0.0)
    assert isinstance(lease, Lease)
    lease.put(b"body", 60)
    await asyncio.sleep(0)
    await asyncio.sleep(0)

    assert isinstance(held, Grant)
    assert isinstance(await store.look("s", "n"), Parcel)


async def test_what_cannot_be_read_is_read_anew_for_all() -> None:
    store = MemoryStore(Clock())
    shelf, looks = Shelf(store, "s"), Looks()
    grant = await store.look("s", "n")
    assert isinstance(grant, Grant)
    await store.put("s", "n", b"of another version", 60, grant)

    lease = await shelf.fetch("n", looks.take)

    assert looks.taken == [b"of another version"]
    assert isinstance(lease, Lease)


async def test_those_who_ask_one_replica_at_once_look_once() -> None:
    store = MemoryStore(Clock())
    shelf = Shelf(store, "s")

    leases = await asyncio.gather(*(shelf.fetch("n", Looks().take) for _ in range(20)))
    later = await shelf.fetch("n", Looks().take)

    assert store.looks == 1
    assert {id(lease) for lease in leases} == {id(later)}


async def test_until_a_change_is_told_nothing_is_taken() -> None:
    store = MemoryStore(Clock())
    shelf, looks = Shelf(store, "s"), Looks()
    grant = await store.look("s", "n")
    assert isinstance(grant, Grant)
    await store.put("s", "n", b"before", 60, grant)

    store.is_up = False
    shelf.outdate()
    store.is_up = True
    lease = await shelf.fetch("n", looks.take)

    assert looks.taken == []
    assert isinstance(lease, Lease)


async def test_without_a_store_there_is_nothing_to_wait_for() -> None:
    store = MemoryStore(Clock(), is_up=False)

    assert await Shelf(store, "s").fetch("n", Looks().take) is None
    assert await Shelf().fetch("n", Looks().take) is None
    assert store.looks == 0
