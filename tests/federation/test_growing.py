"""A kept listing grows by what is new, asked for by its ids, and is read whole only rarely."""

import asyncio
from collections.abc import AsyncIterator, Collection, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import count

import pytest
from msgspec import Raw

from adapters.roundware import RoundwareAdapter, RoundwareOptions
from adapters.simulators.roundware import RoundwareSimulator
from gateway.federation.backend import Backend
from gateway.federation.deadline import Deadline
from gateway.federation.federation import Federation
from gateway.federation.filling import Listings
from gateway.federation.freshness import AS_KEPT, Freshness, Lifetimes
from gateway.federation.growing import MOST_MISSES, MOST_PROBES
from gateway.federation.listing import REMEMBERED_BYTES
from gateway.federation.listings import KeptListings
from gateway.federation.ranges import KeptRanges
from gateway.federation.run import PageRequest
from gateway.model.query import NEWEST_FIRST, Field, Order, Query, Sort
from gateway.model.report import BackendReport, BackendStatus, ErrorCode, ServedFrom
from gateway.paging.cursor import FROM_THE_START, Position
from gateway.spi import Abilities, Context, HttpTransport, TryAgainLater
from gateway.transport.http import HttpWire
from gateway.transport.limits import Limits, Trust
from tests.federation.liars import Mishap, Scripted, rows
from tests.support.adapters import NOON
from tests.support.fakes import FakeRow, backend, federation, record

TTL = 15.0
OLDEST_FIRST = (Sort(Field.STARTED_AT),)


@dataclass
class Time:
    """A clock and a timer that a test moves together."""

    passed: float = 0.0

    def clock(self) -> datetime:
        return NOON + timedelta(seconds=self.passed)

    def timer(self) -> float:
        return self.passed


@dataclass
class Answer:
    """What a page of one backend said."""

    ids: list[str]
    statuses: dict[str, str]
    report: BackendReport


async def ask(
    asked: Federation, order: Order = NEWEST_FIRST, *, freshness: Freshness = AS_KEPT
) -> Answer:
    (name,) = asked.backends
    wanted = PageRequest(Query((name,), order=order), 1000, freshness=freshness)
    page = await asked.page(wanted, Deadline.within(60))
    return Answer(
        [session.native_id for session in page.sessions],
        {session.native_id: session.status.value for session in page.sessions},
        page.reports[name],
    )


async def walked(asked: Federation, order: Order) -> list[str]:
    """Walk in pages of two: one page of all would be sorted by the merge."""
    (name,) = asked.backends
    ids: list[str] = []
    position: Position | None = FROM_THE_START
    while position is not None:
        request = PageRequest(Query((name,), order=order), 2, position)
        page = await asked.page(request, Deadline.within(60))
        ids += [session.native_id for session in page.sessions]
        position = page.next
    return ids


async def turn() -> None:
    """Let everything that can run go on as far as it can."""
    for _ in range(50):
        await asyncio.sleep(0)


@dataclass
class Growing(Scripted):
    """A vendor whose ids count upwards; it notes which of them it is asked for."""

    probed: list[str] = field(default_factory=list)
    failing: set[str] = field(default_factory=set)
    is_broken: bool = False
    answers: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self.answers.set()

    def abilities(self) -> Abilities:
        abilities = super().abilities()
        return replace(abilities, has_detail=True, full_list_every=timedelta(hours=1))

    def next_ids(self, known: Collection[str]) -> Iterable[str]:
        if self.is_broken:
            raise Mishap
        return map(str, count(max(map(int, known), default=0) + 1))

    async def get(self, native_id: str, context: Context[HttpTransport]) -> Raw | None:
        del context
        await self.answers.wait()
        self.probed.append(native_id)
        if native_id in self.failing:
            raise TryAgainLater(ErrorCode.UNAVAILABLE, "the fake: as told", attempts=1)
        return next((record(row) for row in self.rows if row.native_id == native_id), None)


def growing(vendor: Growing, time: Time, *, remembered_bytes: int = 10**6) -> Federation:
    return federation(
        backend("a", vendor, ttl=TTL), timer=time.timer, remembered_bytes=remembered_bytes
    )


@pytest.mark.parametrize("remembered_bytes", [REMEMBERED_BYTES, 0])
async def test_what_is_new_is_asked_for_by_its_id(remembered_bytes: int) -> None:
    time, vendor = Time(), Growing(rows(5, 3, 9))
    asked = growing(vendor, time, remembered_bytes=remembered_bytes)
    assert (await ask(asked, OLDEST_FIRST)).ids == ["1", "0", "2"]
    assert (await ask(asked)).ids == ["2", "0", "1"]
    vendor.rows = [*vendor.rows, FakeRow("3", 4), FakeRow("4", 20), FakeRow("6", None)]
    time.passed = TTL

    newest, oldest = await ask(asked), await ask(asked, OLDEST_FIRST)

    assert newest.ids == await walked(asked, NEWEST_FIRST) == ["4", "2", "0", "3", "1", "6"]
    assert oldest.ids == await walked(asked, OLDEST_FIRST) == ["1", "3", "0", "2", "4", "6"]
    assert vendor.probed == [str(number) for number in range(3, 7 + MOST_MISSES)]
    assert vendor.requests == 1, "one whole list"
    assert newest.report.status is BackendStatus.OK
    assert newest.report.served_from is ServedFrom.CACHE
    assert newest.report.requests == len(vendor.probed)
    assert oldest.report.requests == 0


async def test_a_gap_larger_than_is_tolerated_ends_the_growth() -> None:
    time, vendor = Time(), Growing(rows(5))
    asked = growing(vendor, time)
    await ask(asked)
    vendor.rows = [*vendor.rows, FakeRow(str(MOST_MISSES + 1), 7)]
    time.passed = TTL

    assert (await ask(asked)).ids == ["0"]
    assert len(vendor.probed) == MOST_MISSES


async def test_growing_is_bounded_and_goes_on_with_the_next_to_ask() -> None:
    time, vendor = Time(), Growing(rows(0))
    asked = growing(vendor, time)
    await ask(asked)
    vendor.rows = rows(*range(MOST_PROBES + 3))

    found = []
    for _ in range(2):
        time.passed += TTL
        found.append(len((await ask(asked)).ids))

    assert found == [MOST_PROBES + 1, MOST_PROBES + 3]


async def test_those_who_ask_at_once_share_one_growth() -> None:
    time, vendor = Time(), Growing(rows(5))
    asked = growing(vendor, time)
    await ask(asked)
    time.passed = TTL

    answers = await asyncio.gather(*(ask(asked) for _ in range(3)))

    assert sorted(answer.report.requests for answer in answers) == [0, 0, MOST_MISSES]


async def test_a_growth_that_fails_is_a_failure_and_is_tried_again() -> None:
    time, vendor = Time(), Growing(rows(5, 6), failing={"3"})
    asked = growing(vendor, time)
    await ask(asked)
    vendor.rows = rows(5, 6, 7, 8)
    time.passed = TTL

    failed = await ask(asked)
    vendor.failing.clear()
    found = await ask(asked)

    assert failed.report.status is BackendStatus.FAILED
    assert found.ids == ["3", "2", "1", "0"]
    assert vendor.requests == 1


async def test_a_growth_that_cannot_work_is_replaced_by_a_whole_list() -> None:
    time, vendor = Time(), Growing(rows(5))
    asked = growing(vendor, time)
    await ask(asked)
    vendor.is_broken = True
    vendor.rows = rows(5, 6)
    time.passed = TTL

    found = await ask(asked)

    assert found.ids == ["1", "0"]
    assert found.report.served_from is ServedFrom.LIVE


async def test_the_whole_list_is_read_again_when_due_while_the_kept_one_serves() -> None:
    time, vendor = Time(), Growing(rows(5, 6))
    asked = growing(vendor, time)
    await ask(asked)
    vendor.rows = rows(5)
    time.passed = 3600.0

    early = await ask(asked)
    await turn()
    late = await ask(asked)

    assert early.ids == ["1", "0"]
    assert late.ids == ["0"], "the one that is gone is gone"
    assert vendor.requests == 2


async def test_who_wants_only_what_is_kept_has_no_whole_list_read() -> None:
    time, vendor = Time(), Growing(rows(5, 6))
    asked = federation(backend("a", vendor, ttl=Lifetimes(7200)), timer=time.timer)
    await ask(asked)
    time.passed = 3600.0

    kept = await ask(asked, freshness=Freshness(is_kept_only=True))
    await turn()

    assert kept.report.served_from is ServedFrom.CACHE
    assert vendor.requests == 1


async def test_a_whole_list_that_fails_leaves_the_kept_one_and_is_tried_later() -> None:
    begun: list[float] = []

    async def script(_at: object, request: int) -> None:
        begun.append(time.passed)
        if 2 <= request <= 4:
            raise TryAgainLater(ErrorCode.UNAVAILABLE, "the fake: as told", attempts=1)

    time, vendor = Time(), Growing(rows(5, 6), script=script)
    asked = growing(vendor, time)
    await ask(asked)
    time.passed = 3600.0

    answers = []
    for second in range(20):
        time.passed = 3600.0 + second
        answers.append(await ask(asked))
        await turn()

    assert {answer.report.status for answer in answers} == {BackendStatus.OK}
    assert begun == [0, 3600, 3601, 3603, 3607], "less and less often, and none once it is read"


async def test_what_grew_of_an_old_list_does_not_take_the_place_of_a_new_one() -> None:
    time, vendor = Time(), Growing(rows(5, 6))
    asked = growing(vendor, time)
    await ask(asked)
    vendor.rows = rows(5)
    vendor.answers.clear()
    time.passed = 3600.0

    # It waits for the growth while the whole list is read.
    early = asyncio.create_task(ask(asked))
    await turn()
    vendor.answers.set()
    await early

    assert (await ask(asked)).ids == ["0"]


async def test_who_cannot_wait_for_a_growth_leaves_it_to_the_next() -> None:
    time, vendor = Time(), Growing(rows(5))
    asked = growing(vendor, time)
    await ask(asked)
    vendor.answers.clear()
    time.passed = TTL

    waiting = asyncio.create_task(ask(asked))
    await turn()
    waiting.cancel()
    await asyncio.wait([waiting])
    vendor.answers.set()
    await turn()

    assert (await ask(asked)).report.requests == 0
    assert len(vendor.probed) == MOST_MISSES


@dataclass
class Museum:
    """The Roundware simulator and a gateway's federation over it."""

    server: RoundwareSimulator
    time: Time
    asked: Federation

    def requests(self) -> tuple[int, int]:
        """Count the whole lists, and the sessions asked for by id."""
        lists = sum(each == "GET /api/2/sessions/" for each in self.server.requests)
        return lists, len(self.server.requests) - lists


@pytest.fixture(params=[REMEMBERED_BYTES, 0])
async def museum(request: pytest.FixtureRequest) -> AsyncIterator[Museum]:
    time = Time()
    server = RoundwareSimulator(rows=300, seed=3, clock=time.clock)
    options = server.options(await server.start())
    adapter = RoundwareAdapter(
        RoundwareOptions.model_validate({**options, "full_list_every_s": 86_400})
    )
    wire = HttpWire(adapter.endpoint(), Limits(), Trust())
    asked = Federation(
        [Backend("museum", adapter, wire, lifetimes=Lifetimes(TTL), clock=time.clock)],
        Listings(KeptListings(timer=time.timer), remembered_bytes=request.param),
        KeptRanges(timer=time.timer),
    )
    yield Museum(server, time, asked)
    await asked.close()
    await wire.close()
    await server.stop()


async def test_a_day_of_a_museum_takes_one_whole_list(museum: Museum) -> None:
    for passed in (0, 60, 3000, 3700, 7200, 7210):
        museum.time.passed = passed

        answer = await ask(museum.asked)

        held = museum.server.held()
        newest_first = sorted(held, key=lambda each: (_age(each.started_at), each.native_id))
        assert answer.ids == [each.native_id for each in newest_first]
        assert answer.statuses == {each.native_id: each.status for each in held}
        assert answer.report.as_of == NOON
    lists, by_id = museum.requests()
    assert lists == 1
    assert by_id >= len(museum.server.held()) - 300


def _age(started_at: datetime | None) -> float:
    assert started_at is not None, "the simulator tells of every start"
    return -started_at.timestamp()
