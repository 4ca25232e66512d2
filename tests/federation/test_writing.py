"""A write shows in what is read next, in whatever way its backend is read, and it is made once."""

import asyncio
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Raw

from gateway.federation.backend import Backend
from gateway.federation.changes import Changes
from gateway.federation.deadline import Deadline
from gateway.federation.federation import Federation
from gateway.federation.filling import Listings
from gateway.federation.listing import REMEMBERED_BYTES, SortedListing
from gateway.federation.listings import KeptListings
from gateway.federation.run import PageRequest
from gateway.federation.tally import Tally
from gateway.federation.writing import Carried, WriteResult
from gateway.model.query import NEWEST_FIRST, AnyOf, Field, Query
from gateway.model.report import BackendStatus, BackendWarning, ErrorCode, Failure
from gateway.model.session import Session
from gateway.paging.planner import BackendPlan
from gateway.spi import (
    Abilities,
    Address,
    Context,
    Done,
    HttpTransport,
    LogInAgain,
    Operation,
    RawPage,
    Refusal,
    Refused,
    ScanPlan,
    Support,
    Ticket,
    Write,
    WriteOutcome,
)
from tests.support.adapters import NOON
from tests.support.clipping import ClippingAdapter, microseconds
from tests.support.fakes import FakeAdapter, FakeRow, Manners, backend, federation, record

TTL = 60
NEW = Write(Operation.CREATE, None)


def change(row: FakeRow) -> tuple[Session, Raw]:
    return row.session("x"), record(row)


def test_changes_are_given_from_any_of_them_on() -> None:
    changes = Changes()
    made = [change(FakeRow(str(number), number)) for number in range(3)]
    with changes.watched() as begun:
        for each in made:
            changes.note(each)

        assert begun == 0
        assert [changes.since(count) for count in (0, 2, 3)] == [made, made[2:], []]


def test_changes_are_held_for_those_who_watch_and_for_nobody_else() -> None:
    changes, made = Changes(), [change(FakeRow(str(number), number)) for number in range(3)]
    changes.note(made[0])
    assert changes.since(0) is None, "nobody was watching"

    with changes.watched() as first:
        with changes.watched():
            changes.note(made[1])
        changes.note(made[2])
        assert changes.since(first) == made[1:]

    assert changes.since(first) is None
    assert changes.since(changes.count) == []


def test_a_change_that_nobody_knows_hides_all_since_before_it() -> None:
    changes = Changes()
    with changes.watched():
        changes.note(change(FakeRow("1", 1)))
        changes.note(None)
        changes.note(change(FakeRow("2", 2)))

        assert changes.since(1) is None
        assert changes.since(2) == [change(FakeRow("2", 2))]
    assert (changes.count, changes.unknown) == (3, 1)


def test_more_changes_than_are_remembered_are_not_known() -> None:
    changes = Changes()
    with changes.watched():
        for number in range(1_001):
            changes.note(change(FakeRow(str(number), number)))

        assert changes.since(0) is None
        assert len(changes.since(1) or ()) == 1_000


def lister(rows: Sequence[FakeRow]) -> Backend:
    return backend("x", FakeAdapter(rows), ttl=TTL)


async def whole(listings: Listings, asked: Backend) -> SortedListing:
    """List everything, newest first, from what is kept or from the vendor."""
    plan = asked.plan(Query(("x",)))
    assert isinstance(plan, BackendPlan)
    listing = await listings.whole(asked, plan, NEWEST_FIRST, Tally())
    assert isinstance(listing, SortedListing)
    return listing


@given(
    rows=st.dictionaries(st.sampled_from("abcdefgh"), st.none() | st.integers(0, 5), min_size=1),
    written=st.tuples(st.sampled_from("abcdefghij"), st.none() | st.integers(0, 5)),
    is_remembered=st.booleans(),
)
async def test_a_listing_with_a_written_session_is_the_listing_of_all_as_they_are_then(
    rows: dict[str, int | None], written: tuple[str, int | None], *, is_remembered: bool
) -> None:
    kept = KeptListings(timer=float)
    listings = Listings(kept, remembered_bytes=REMEMBERED_BYTES if is_remembered else 0)
    before = [FakeRow(*each) for each in rows.items()]
    asked = lister(before)
    await whole(listings, asked)

    kept.put(asked.identity, *change(FakeRow(*written)))

    before.clear()
    found = await whole(listings, asked)
    after = [FakeRow(*each) for each in {**rows, written[0]: written[1]}.items()]
    expected = await whole(Listings(KeptListings(timer=float)), lister(after))
    assert [row.session for row in found.rows] == [row.session for row in expected.rows]
    assert found.listing.record_bytes == expected.listing.record_bytes


@dataclass
class Writing:
    """What a fake vendor does with writes, and with the pages that are held up."""

    outcome: Callable[[FakeRow], WriteOutcome] = lambda row: Done(record(row), is_new=True)
    writes: int = 0
    held: asyncio.Event | None = None
    has_come: asyncio.Event = field(default_factory=asyncio.Event)

    async def let_through(self) -> None:
        """Hold up a page that was made."""
        if self.held is not None:
            self.has_come.set()
            await self.held.wait()


@dataclass
class Taking(FakeAdapter):
    """Takes new sessions, which are the newest, whatever else it does."""

    writing: Writing = field(default_factory=Writing)

    def abilities(self) -> Abilities:
        return replace(super().abilities(), operations={Operation.CREATE: {}})

    async def fetch_page(
        self, plan: ScanPlan, at: Address, context: Context[HttpTransport]
    ) -> RawPage:
        page = await super().fetch_page(plan, at, context)
        await self.writing.let_through()
        return page

    async def write(self, write: Write, context: Context[HttpTransport]) -> WriteOutcome:
        del write, context
        self.writing.writes += 1
        row = FakeRow("new", microseconds(NOON) - 1)
        self.rows = [*self.rows, row]
        return self.writing.outcome(row)


@dataclass
class SlicedAndTaking(Taking, ClippingAdapter):
    """Is read by windows of time."""


@dataclass
class GrowingAndTaking(Taking):
    """Has a list that grows by the ids that come next, of which there is never one."""

    def abilities(self) -> Abilities:
        return replace(super().abilities(), has_detail=True, full_list_every=timedelta(hours=1))

    def next_ids(self, known: Collection[str]) -> Iterable[str]:
        del known
        return ["next"]

    async def get(self, native_id: str, context: Context[HttpTransport]) -> Raw | None:
        del native_id, context
        await self.writing.let_through()
        return None


ROWS = [FakeRow(f"{n:04d}", microseconds(NOON - timedelta(hours=7 * (n + 1)))) for n in range(3000)]
FEW = ROWS[:8]

STYLES: dict[str, Callable[[], Taking]] = {
    "in order": lambda: Taking(FEW, Manners(granule=1, page_cap=3)),
    "in order, to be resumed by key": lambda: Taking(
        FEW, Manners(granule=1, page_cap=3, support=Support.EXACT)
    ),
    "by windows": lambda: SlicedAndTaking(ROWS, Manners(page_cap=100)),
    "by one window": lambda: SlicedAndTaking(FEW, Manners(page_cap=100)),
    "whole": lambda: Taking(FEW, Manners(page_cap=3)),
}
EVERY_STYLE = pytest.mark.parametrize("style", STYLES)


async def page(asked: Federation, limit: int = 2) -> list[str]:
    found = await asked.page(PageRequest(Query(("x",)), limit), Deadline.within(60))
    assert found.reports["x"].status is BackendStatus.OK
    return [session.native_id for session in found.sessions]


async def carry_out(asked: Federation, write: Write = NEW) -> WriteResult:
    return await asked.write("x", write, Deadline.within(60))


def of(adapter: FakeAdapter) -> Federation:
    return federation(backend("x", adapter, ttl=TTL))


@EVERY_STYLE
async def test_a_page_that_is_kept_shows_what_was_written(style: str) -> None:
    asked = of(STYLES[style]())
    before = await page(asked)
    await carry_out(asked)

    assert before == ["0000", "0001"]
    assert await page(asked) == ["new", "0000"]


@EVERY_STYLE
async def test_a_page_that_was_begun_before_a_write_is_not_what_the_next_is_made_of(
    style: str,
) -> None:
    adapter = STYLES[style]()
    asked = of(adapter)
    held = adapter.writing.held = asyncio.Event()
    early = asyncio.create_task(page(asked))
    await adapter.writing.has_come.wait()
    await carry_out(asked)
    late = asyncio.create_task(page(asked))
    await asyncio.sleep(0)
    held.set()

    assert await late == ["new", "0000"]
    await early
    assert await page(asked) == ["new", "0000"]


@EVERY_STYLE
async def test_a_page_that_was_begun_before_a_write_is_not_kept_after_it(style: str) -> None:
    adapter = STYLES[style]()
    asked = of(adapter)
    held = adapter.writing.held = asyncio.Event()
    early = asyncio.create_task(page(asked))
    await adapter.writing.has_come.wait()
    await carry_out(asked)
    held.set()
    await early

    assert await page(asked) == ["new", "0000"]


async def test_a_listing_of_some_sessions_gains_what_was_written() -> None:
    adapter = Taking(FEW, Manners(page_cap=3, support=Support.EXACT))
    asked = of(adapter)
    ended = PageRequest(Query(("x",), (AnyOf(Field.STATUS, frozenset({"ended"})),)), 2)
    before = await asked.page(ended, Deadline.within(60))
    requests = adapter.requests
    await carry_out(asked)
    after = await asked.page(ended, Deadline.within(60))

    assert [session.native_id for session in before.sessions] == ["0000", "0001"]
    assert [session.native_id for session in after.sessions] == ["new", "0000"]
    assert after.total.value == before.total.value + 1
    assert adapter.requests == requests


async def test_a_growth_that_was_begun_before_a_write_does_not_hide_it() -> None:
    adapter, passed = GrowingAndTaking(FEW), 0.0
    asked = federation(backend("x", adapter, ttl=TTL), timer=lambda: passed)
    await page(asked)
    passed = TTL
    held = adapter.writing.held = asyncio.Event()
    early = asyncio.create_task(page(asked))
    await adapter.writing.has_come.wait()
    await carry_out(asked)
    late = asyncio.create_task(page(asked))
    await asyncio.sleep(0)
    held.set()

    assert await late == ["new", "0000"]
    await early
    assert await page(asked) == ["new", "0000"]
    assert adapter.requests == 1


async def test_a_backend_that_was_not_written_to_keeps_what_was_read() -> None:
    taking, other = STYLES["in order"](), FakeAdapter(FEW, Manners(granule=1))
    asked = federation(backend("x", taking, ttl=TTL), backend("y", other, ttl=TTL))
    both = PageRequest(Query(("x", "y")), 2)
    await asked.page(both, Deadline.within(60))
    await carry_out(asked)
    await asked.page(both, Deadline.within(60))

    assert (taking.requests, other.requests) == (2, 1)


async def test_a_write_is_sent_again_only_after_the_vendor_wanted_a_log_in() -> None:
    adapter = STYLES["whole"]()

    def refuse(_row: FakeRow) -> WriteOutcome:
        raise LogInAgain("POST /new: 401")

    adapter.writing.outcome = refuse
    result = await carry_out(of(adapter))

    assert result == Failure(ErrorCode.AUTH, retryable=False)
    assert adapter.writing.writes == 1


@dataclass
class NeverLetIn(Taking):
    """Hangs in the log-in."""

    async def log_in(self, transport: HttpTransport) -> Ticket:
        del transport
        await asyncio.Event().wait()
        raise AssertionError


async def test_a_write_that_came_no_further_than_the_log_in_was_not_sent() -> None:
    adapter = NeverLetIn(FEW)

    result = await of(adapter).write("x", NEW, Deadline.within(0.05))

    assert result == Failure(ErrorCode.TIMEOUT, retryable=True)
    assert adapter.writing.writes == 0


async def test_a_refusal_is_given_as_it_is() -> None:
    adapter = STYLES["whole"]()
    adapter.writing.outcome = lambda _: Refused(Refusal.INVALID_FIELD, "title")

    assert await carry_out(of(adapter)) == Refused(Refusal.INVALID_FIELD, "title")


async def test_what_is_no_session_was_written_all_the_same() -> None:
    adapter = STYLES["whole"]()
    adapter.writing.outcome = lambda _: Done(Raw(b'{"native_id": null}'), is_new=True)

    result = await carry_out(of(adapter))

    assert isinstance(result, Carried)
    assert (result.session, result.is_new, result.report.rejected) == (None, True, 1)
    assert result.report.warnings == (BackendWarning.REJECTED_ROWS,)


async def test_another_session_than_the_one_written_to_is_not_passed_off_as_it() -> None:
    result = await carry_out(of(STYLES["whole"]()), Write(Operation.END, "0001"))

    assert isinstance(result, Carried)
    assert result.session is None


def test_a_backend_allows_no_writes_unless_it_is_told_to() -> None:
    assert backend("x", FakeAdapter(FEW)).operations == frozenset()
