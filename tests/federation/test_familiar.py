"""Records that come again as they were are known again, and what has changed is read anew."""

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import Raw

from gateway.federation.backend import Backend
from gateway.federation.deadline import Deadline
from gateway.federation.familiar import BESIDE_BYTES, Familiar
from gateway.federation.mapping import Mapper
from gateway.federation.misfits import Misfits
from gateway.federation.run import PageRequest, SessionPage
from gateway.model.query import Query
from gateway.spi import Mapped, Outline, Provenance, RawPage, Rejected, Session, Status
from tests.support.adapters import NOON
from tests.support.examples import examples
from tests.support.fakes import (
    EPOCH,
    FakeAdapter,
    FakeRow,
    Manners,
    backend,
    federation,
    outlined,
    record,
)

LASTS = timedelta(hours=1)


@dataclass
class Counting(FakeAdapter):
    """Counts what it is shown; its sessions are active for an hour, and end by time alone."""

    outlined: list[str] = field(default_factory=list)
    mapped: list[str] = field(default_factory=list)

    def normalise(self, record: Raw, provenance: Provenance) -> Mapped | Rejected:
        session = self._session(record, provenance)
        self.mapped.append(session.native_id)
        return Mapped(session)

    def outline(self, record: Raw, provenance: Provenance) -> Outline | None:
        session = self._session(record, provenance)
        self.outlined.append(session.native_id)
        is_active = session.status is Status.ACTIVE and session.started_at is not None
        until = session.started_at + LASTS if is_active and session.started_at else None
        return msgspec.structs.replace(outlined(session, provenance.as_of), holds_until=until)

    def _session(self, record: Raw, provenance: Provenance) -> Session:
        mapped = super().normalise(record, provenance)
        assert isinstance(mapped, Mapped)
        started_at = mapped.session.started_at
        is_active = started_at is not None and provenance.as_of - started_at < LASTS
        status = Status.ACTIVE if is_active else Status.ENDED
        return msgspec.structs.replace(mapped.session, status=status)


@dataclass
class Clock:
    now: datetime = NOON

    def __call__(self) -> datetime:
        return self.now


def started(at: datetime) -> int:
    return (at - EPOCH) // timedelta(microseconds=1)


def rows(count: int = 6) -> list[FakeRow]:
    """Make rows that started one hour after the other, the last one just now."""
    return [FakeRow(str(n), started(NOON) - (count - 1 - n) * 3_600_000_000) for n in range(count)]


async def page_of(asked: Backend, limit: int = 3) -> SessionPage:
    request = PageRequest(Query((asked.name,)), limit)
    return await federation(asked).page(request, Deadline.within(10.0))


STYLES = pytest.mark.parametrize("manners", [Manners(), Manners(granule=1)], ids=["list", "pages"])


@STYLES
async def test_a_record_that_comes_again_is_read_once(manners: Manners) -> None:
    adapter = Counting(rows(), manners)
    asked = backend("a", adapter)

    pages = [await page_of(asked) for _ in range(3)]

    assert adapter.requests == 3, "each answer is the vendor's own"
    assert len(set(adapter.outlined)) == len(adapter.outlined)
    assert sorted(adapter.mapped) == ["3", "4", "5"]
    assert pages[0].sessions == pages[1].sessions == pages[2].sessions


async def test_a_refresh_reads_all_records_anew() -> None:
    adapter = Counting(rows())
    asked = backend("a", adapter)
    await page_of(asked)
    adapter.outlined.clear()

    await federation(asked).refresh("a", Deadline.within(10.0))

    assert len(adapter.outlined) == len(rows())


@STYLES
async def test_a_record_that_has_changed_is_read_anew(manners: Manners) -> None:
    adapter = Counting(rows(), manners)
    asked = backend("a", adapter)
    await page_of(asked)
    adapter.rows = [*adapter.rows[:-1], FakeRow("5", started(NOON), user="somebody else")]
    adapter.outlined.clear()

    page = await page_of(asked)

    assert adapter.outlined == ["5"]
    assert page.sessions[0].user is not None


async def test_what_time_alone_ends_is_read_anew_from_then_on() -> None:
    adapter, clock = Counting(rows()), Clock()
    asked = backend("a", adapter, clock=clock)
    before = await page_of(asked)

    clock.now += LASTS
    after = await page_of(asked)

    assert before.sessions[0].status is Status.ACTIVE
    assert {session.status for session in after.sessions} == {Status.ENDED}


async def test_a_clock_that_was_set_back_is_believed() -> None:
    adapter, clock = Counting(rows()), Clock(NOON + LASTS)
    asked = backend("a", adapter, clock=clock)
    await page_of(asked)

    clock.now = NOON
    page = await page_of(asked)

    assert page.sessions[0].status is Status.ACTIVE


def mapper(room: Familiar | None = None) -> tuple[Counting, Mapper]:
    adapter = Counting(rows(0))
    familiar = None if room is None else room.of_backend()
    return adapter, Mapper("a", adapter, Misfits(), familiar)


async def placed(reader: Mapper, sent: Sequence[FakeRow], as_of: datetime = NOON) -> list[Session]:
    """Read a page, and make all its sessions."""
    page = await reader.placed_page(RawPage([record(row) for row in sent]), as_of, is_outlined=True)
    return list(sessions_of(reader, page.sessions, page.records))


def sessions_of(
    reader: Mapper, found: Sequence[Session | Outline], records: Sequence[Raw]
) -> Iterator[Session]:
    for each, raw in zip(found, records, strict=True):
        yield reader.made(raw, each) if isinstance(each, Outline) else each


WEIGHT = len(record(FakeRow("0", started(NOON)))) + BESIDE_BYTES


AGAIN = FakeRow("again", 0)


async def test_of_many_records_the_last_are_familiar() -> None:
    adapter, reader = mapper(Familiar(max_bytes=6 * WEIGHT))
    pages = [[AGAIN, FakeRow(str(2 * n), 0), FakeRow(str(2 * n + 1), 0)] for n in range(6)]
    for page in pages:
        await placed(reader, page)
    adapter.outlined.clear()

    await placed(reader, pages[5])
    assert adapter.outlined == []
    await placed(reader, pages[0])
    assert adapter.outlined == ["0", "1"]


async def test_what_is_sent_again_and_again_stays_familiar_among_others() -> None:
    adapter, reader = mapper(Familiar(max_bytes=8 * WEIGHT))
    for n in range(20):
        await placed(reader, [AGAIN, FakeRow(str(n), 0)])

    assert adapter.outlined.count("again") == 1


async def test_what_has_not_come_for_two_minutes_is_forgotten() -> None:
    adapter, reader = mapper(Familiar())
    minutes = [NOON + n * timedelta(minutes=1) for n in range(5)]
    always = FakeRow("always", 0)
    for now in minutes[:3]:
        await placed(reader, [always, AGAIN], now)
    for now in minutes[3:]:
        await placed(reader, [always, FakeRow("other", 0)], now)

    assert adapter.outlined == ["always", "again", "other"]
    await placed(reader, [always, AGAIN], minutes[4])
    assert adapter.outlined == ["always", "again", "other", "again"]


async def test_where_nothing_comes_again_it_is_looked_for_ever_more_rarely() -> None:
    times = [await times_until_known(after=pages) for pages in range(100, 140)]

    assert max(times) > 20, "most pages are passed by"
    assert max(times) <= 33, "what comes again is noticed, however long it takes to come"


async def times_until_known(*, after: int) -> int:
    """Count how often a record is read that comes every half minute, after others that do not."""
    adapter, reader = mapper(Familiar())
    for n in range(after):
        await placed(reader, [FakeRow(str(n), 0)])
    for n in range(100):
        await placed(reader, [AGAIN], NOON + n * timedelta(seconds=30))
    return adapter.outlined.count("again")


async def test_a_page_that_would_take_the_room_of_all_others_is_not_remembered() -> None:
    adapter, reader = mapper(Familiar(max_bytes=8 * WEIGHT))
    long = [FakeRow(str(n), 0) for n in range(20)]
    await placed(reader, [FakeRow("short", 0)])
    for _ in range(2):
        await placed(reader, long)
    await placed(reader, [FakeRow("short", 0)])

    assert len(adapter.outlined) == 41


async def test_pages_that_are_read_at_once_take_no_more_room_than_there_is() -> None:
    room = Familiar(max_bytes=700 * WEIGHT)
    readers = [mapper(room) for _ in range(20)]
    page = [FakeRow(str(n), 0) for n in range(340)]
    await asyncio.gather(*(placed(reader, page) for _, reader in readers))
    for adapter, _ in readers:
        adapter.outlined.clear()

    for _, reader in readers:
        await placed(reader, page)

    read_again = sum(len(adapter.outlined) for adapter, _ in readers)
    assert read_again >= 20 * 340 - 2 * 700


async def test_backends_share_the_room_and_nothing_else() -> None:
    room = Familiar(max_bytes=4 * WEIGHT)
    (one, first), (other, second) = mapper(room), mapper(room)
    sent = [FakeRow("0", 0)]

    for _ in range(2):
        await placed(first, sent)
        await placed(second, sent)
    assert (one.outlined, other.outlined) == (["0"], ["0"])

    for n in range(40):
        await placed(second, [FakeRow(str(n % 8), 0)])
    await placed(first, sent)
    assert one.outlined == ["0", "0"], "the other has taken the room"


class Whole(Counting):
    """Gives no outlines, and says until when its sessions hold."""

    def outline(self, record: Raw, provenance: Provenance) -> Outline | None:
        del record, provenance
        return None

    def normalise(self, record: Raw, provenance: Provenance) -> Mapped | Rejected:
        mapped = super().normalise(record, provenance)
        assert isinstance(mapped, Mapped)
        started_at = mapped.session.started_at
        is_active = mapped.session.status is Status.ACTIVE and started_at is not None
        until = started_at + LASTS if is_active and started_at else None
        return msgspec.structs.replace(mapped, holds_until=until)


@STYLES
async def test_a_session_that_was_not_outlined_is_made_once_too(manners: Manners) -> None:
    adapter, clock = Whole(rows(), manners), Clock()
    asked = backend("a", adapter, clock=clock)

    for _ in range(3):
        await page_of(asked)
    assert len(set(adapter.mapped)) == len(adapter.mapped)

    clock.now += LASTS
    page = await page_of(asked)
    assert page.sessions[0].status is Status.ENDED


async def test_who_wants_sessions_at_once_is_given_those_that_were_made() -> None:
    adapter = Whole(rows())
    reader = Mapper("a", adapter, Misfits())
    sent = RawPage([record(row) for row in rows()])

    pages = [await reader.placed_page(sent, NOON, is_outlined=False) for _ in range(3)]

    assert sorted(adapter.mapped) == sorted(row.native_id for row in rows())
    assert pages[0].sessions == pages[2].sessions


@dataclass
class Odd(Whole):
    """Cannot read a field of any record."""

    def normalise(self, record: Raw, provenance: Provenance) -> Mapped | Rejected:
        mapped = super().normalise(record, provenance)
        assert isinstance(mapped, Mapped)
        return msgspec.structs.replace(mapped, unreadable=("user",))


async def test_misfits_are_counted_whenever_they_come() -> None:
    asked = backend("a", Odd(rows()))

    for _ in range(3):
        await page_of(asked)

    assert asked.misfits.unreadable_fields == {"user": 3 * len(rows())}


SENT = st.lists(
    st.builds(
        FakeRow,
        native_id=st.sampled_from("0123"),
        started=st.sampled_from([started(NOON + hours * LASTS / 2) for hours in range(-3, 3)]),
        user=st.sampled_from([None, "somebody"]),
    ),
    max_size=5,
)
STEPS = st.lists(st.tuples(SENT, st.integers(-2, 3)), max_size=12)


@given(STEPS, st.integers(1, 12))
@settings(max_examples=examples(200))
async def test_familiar_or_not_the_same_is_read(
    steps: Sequence[tuple[Sequence[FakeRow], int]], room: int
) -> None:
    _, reader = mapper(Familiar(max_bytes=room * WEIGHT))
    now = NOON
    for sent, half_hours in steps:
        now += half_hours * LASTS / 2
        _, unfamiliar = mapper()
        assert await placed(reader, sent, now) == await placed(unfamiliar, sent, now)
