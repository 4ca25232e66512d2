"""All backends at once, within one deadline, whatever they do."""

import asyncio
import logging
from dataclasses import dataclass, field

import pytest

from gateway.config import ServerSettings
from gateway.federation.backend import Failed
from gateway.federation.deadline import Deadline
from gateway.federation.fan_out import TIMED_OUT, fill_page
from gateway.federation.federation import Federation
from gateway.federation.readers import Delivered, Delivery, Reader
from gateway.federation.run import PageRequest, SessionPage
from gateway.model.query import Query
from gateway.model.report import BackendStatus, ErrorCode, Failure
from gateway.paging.merge import Merge
from gateway.paging.order import Coarsening
from tests.federation.liars import ORDERED, UNORDERED, Scripted, never, rows, silent_from
from tests.paging.lanes import BY_START, ids
from tests.paging.lanes import rows as lane_rows
from tests.support.fakes import FakeAdapter, Manners, backend, federation
from tests.support.gateway import backend as configured
from tests.support.gateway import running, settings_for
from tests.support.wires import Peer, Visit

SECONDS = 0.3
GRACE = 0.25


class ScriptedReader(Reader):
    """Delivers what a test says, and then is silent."""

    def __init__(self, *deliveries: Delivered, coarsening: Coarsening = BY_START) -> None:
        super().__init__()
        self.coarsening = coarsening
        self.was_cancelled = False
        self._deliveries = iter(deliveries)

    async def read(self) -> Delivered:
        if (delivery := next(self._deliveries, None)) is not None:
            return delivery
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            self.was_cancelled = True
            raise
        raise AssertionError("nobody sets it")


async def filled(
    limit: int, seconds: float = SECONDS, **readers: Reader
) -> tuple[Merge, dict[str, Failure]]:
    merge = Merge({name: reader.coarsening for name, reader in readers.items()}, limit=limit)
    filled = await fill_page(merge, readers, Deadline.within(seconds))
    return merge, dict(filled.failures)


def page(backend: str, *starts: int | None, is_end: bool = False) -> Delivery:
    return Delivery(lane_rows(backend, *starts), is_end)


async def test_patience_ends_before_the_deadline() -> None:
    now = asyncio.get_running_loop().time()

    assert Deadline(now, now + 100).wait() == pytest.approx(30, abs=1)
    assert Deadline(now - 40, now + 60).wait() == pytest.approx(45, abs=1)
    assert Deadline(now - 90, now + 10).wait() == pytest.approx(5, abs=1)
    assert Deadline(now - 100, now - 1).wait() == 0


async def test_a_page_that_is_full_waits_for_nobody() -> None:
    """A lane that comes in a wrong order can fill a page on which another is still awaited."""
    silent = ScriptedReader(page("b", 5))
    liar = ScriptedReader(page("a", 10, 5), Delivery(lane_rows("a", 0, 0, 7)[2:], is_end=False))

    merge, failures = await filled(2, seconds=60, a=liar, b=silent)

    assert ids(merge.page) == ["a:0", "a:2"]
    assert failures == {}
    assert silent.was_cancelled


async def test_only_the_silent_are_given_up() -> None:
    good = ScriptedReader(page("a", 5, 4), page("a", is_end=True))
    silent = ScriptedReader(page("b", 9, 8))

    merge, failures = await filled(9, a=good, b=silent)

    assert failures == {"b": TIMED_OUT}
    assert ids(merge.page) == ["b:0", "a:0", "a:1"]
    assert silent.was_cancelled


@dataclass
class Jumping:
    """The loop's clock, with jumps ahead."""

    ahead: float = 0.0

    def __post_init__(self) -> None:
        loop = asyncio.get_running_loop()
        plain = loop.time
        loop.time = lambda: plain() + self.ahead  # type: ignore[method-assign]


class Late(ScriptedReader):
    """Answers at an instant."""

    def __init__(self, clock: Jumping, seconds: float, *deliveries: Delivered) -> None:
        super().__init__(*deliveries)
        self._clock = clock
        self._seconds = seconds

    async def read(self) -> Delivered:
        self._clock.ahead = self._seconds
        return await super().read()


class Helped(ScriptedReader):
    """Is silent, but has something that is kept, which takes a few turns of the loop to give."""

    def __init__(self, kept: Delivery) -> None:
        super().__init__()
        self._kept = kept
        self.fallen_back: list[Failure] = []

    def fall_back(self, failure: Failure) -> bool:
        self.fallen_back.append(failure)
        return len(self.fallen_back) == 1

    async def read(self) -> Delivered:
        if not self.fallen_back:
            return await super().read()
        for _ in range(5):
            await asyncio.sleep(0)
        return self._kept


async def test_the_silent_are_given_up_in_time_though_others_answer_just_then() -> None:
    clock = Jumping()
    helped = Helped(page("a", 9, is_end=True))
    late = Late(clock, 8.6, page("b", 5, is_end=True))
    merge = Merge({"a": BY_START, "b": BY_START}, limit=9)
    deadline = Deadline.within(10)

    filled = await fill_page(merge, {"a": helped, "b": late}, deadline)

    assert helped.fallen_back == [TIMED_OUT]
    assert filled.failures == {}
    assert ids(merge.page) == ["a:0", "b:0"]
    assert not deadline.has_come_to(0.95)


async def test_whoever_turns_to_what_is_kept_at_the_last_moment_is_read() -> None:
    clock = Jumping()
    helped = Helped(page("a", 9, is_end=True))
    late = Late(clock, 9.6, page("b", 5, is_end=True))

    merge, failures = await filled(9, seconds=10, a=helped, b=late)

    assert failures == {}
    assert ids(merge.page) == ["a:0", "b:0"]


async def test_whoever_is_silent_with_what_is_kept_too_is_cut() -> None:
    class Stuck(Helped):
        async def read(self) -> Delivered:
            return await ScriptedReader.read(self)

    stuck, good = Stuck(page("a", 9)), ScriptedReader(page("b", 5, is_end=True))
    merge, failures = await filled(9, a=stuck, b=good)

    assert failures == {"a": TIMED_OUT}
    assert ids(merge.page) == ["b:0"]


async def test_a_failure_is_told_and_ends_its_lane() -> None:
    why = Failure(ErrorCode.RESET, retryable=True)
    broken = ScriptedReader(Failed(why))
    good = ScriptedReader(page("b", 1, is_end=True))

    merge, failures = await filled(9, a=broken, b=good)

    assert failures == {"a": why}
    assert ids(merge.page) == ["b:0"]


async def test_nobody_is_asked_without_readers() -> None:
    merge, failures = await filled(9)

    assert (merge.page, failures) == ([], {})


def names(*backends: str, limit: int = 50) -> PageRequest:
    return PageRequest(Query(backends), limit)


async def timed(
    asked: Federation, request: PageRequest, seconds: float = SECONDS
) -> tuple[SessionPage, float]:
    loop = asyncio.get_running_loop()
    begun = loop.time()
    page = await asked.page(request, Deadline.within(seconds))
    return page, loop.time() - begun


@pytest.mark.parametrize("manners", [ORDERED, UNORDERED], ids=["ordered", "unordered"])
@pytest.mark.parametrize("request_number", [1, 2, 3])
async def test_silence_at_any_request_costs_its_own_rows_only(
    manners: Manners, request_number: int
) -> None:
    good = FakeAdapter(rows(*range(1, 40, 2)), Manners(granule=1, page_cap=1))
    whole = FakeAdapter(rows(*range(0, 40, 2)), Manners(page_cap=1))
    silent = Scripted(rows(*range(9)), manners, script=silent_from(request_number))
    asked = federation(
        backend("good", good), backend("whole", whole), backend("silent", silent, ttl=60)
    )

    page, elapsed = await timed(asked, names("good", "whole", "silent"))

    found = [session.backend for session in page.sessions]
    assert (found.count("good"), found.count("whole")) == (20, 20)
    report = page.reports["silent"]
    assert report.status is BackendStatus.FAILED
    assert report.error == TIMED_OUT
    assert report.requests == request_number
    assert elapsed <= SECONDS + GRACE


async def test_silence_does_not_cost_the_many_pages_of_one_who_takes_his_time() -> None:
    async def slow(_at: object, _request: int) -> None:
        await asyncio.sleep(0.04)

    # Ten pages take 0.4 of a second: more than what is left once the silent are given up.
    steady = Scripted(rows(*range(20)), Manners(granule=1, page_cap=2), script=slow)
    silent = Scripted(rows(1), ORDERED, script=never)
    asked = federation(backend("steady", steady), backend("silent", silent))

    page, elapsed = await timed(asked, names("steady", "silent"), seconds=1.0)

    assert len(page.sessions) == 20
    assert page.reports["steady"].status is BackendStatus.OK
    assert elapsed <= 1.0 + GRACE


async def test_while_some_are_silent_the_others_are_read_no_further_than_the_page_needs() -> None:
    steady = FakeAdapter(rows(*range(20)), Manners(granule=1, page_cap=2))
    silent = Scripted(rows(1), ORDERED, script=never)
    asked = federation(backend("steady", steady), backend("silent", silent))

    page, _ = await timed(asked, names("steady", "silent", limit=4))

    assert len(page.sessions) == 4
    assert steady.requests == 3, "the fifth row tells that the fourth has no more ties"


async def test_nobody_is_read_ahead_of_one_who_answers_soon() -> None:
    soon = asyncio.Event()

    async def script(_at: object, _request: int) -> None:
        await soon.wait()

    waited_for = Scripted(rows(*range(90, 94)), ORDERED, script=script)
    quick = FakeAdapter(rows(*range(20)), ORDERED)
    asked = federation(backend("quick", quick), backend("waited-for", waited_for))
    page = asyncio.create_task(
        asked.page(names("quick", "waited-for", limit=3), Deadline.within(60))
    )
    for _ in range(20):
        await asyncio.sleep(0)
    soon.set()

    assert [session.backend for session in (await page).sessions] == ["waited-for"] * 3
    assert quick.requests == 1


async def test_whoever_answers_after_half_of_the_time_is_waited_for() -> None:
    async def late(_at: object, _request: int) -> None:
        await asyncio.sleep(SECONDS / 2)

    asked = federation(
        backend("late", Scripted(rows(1), ORDERED, script=late)),
        backend("quick", FakeAdapter(rows(2), ORDERED)),
    )

    page, _ = await timed(asked, names("late", "quick"))

    assert [session.id for session in page.sessions] == ["quick:0", "late:0"]
    assert page.reports["late"].status is BackendStatus.OK


async def test_when_all_are_silent_the_answer_comes_in_time() -> None:
    asked = federation(
        *(
            backend(name, Scripted(rows(1), manners, script=never))
            for name, manners in (("a", ORDERED), ("b", UNORDERED))
        )
    )

    page, elapsed = await timed(asked, names("a", "b"))

    assert {report.error for report in page.reports.values()} == {TIMED_OUT}
    assert page.next is None
    assert elapsed <= SECONDS + GRACE


async def test_silence_of_those_who_were_asked_last_keeps_the_deadline_too() -> None:
    first = Scripted(rows(1, 2, 3), ORDERED, script=never)
    second = Scripted(rows(4, 5, 6, 7), ORDERED, script=silent_from(2))
    asked = federation(backend("first", first), backend("second", second))

    page, elapsed = await timed(asked, names("first", "second"))

    assert [session.id for session in page.sessions] == ["second:3"]
    assert elapsed <= SECONDS + GRACE


async def test_whoever_hangs_up_leaves_nothing_running() -> None:
    asked = federation(
        backend("ordered", Scripted(rows(1), ORDERED, script=never)),
        backend("whole", Scripted(rows(1), UNORDERED, script=never)),
    )
    client = asyncio.create_task(asked.page(names("ordered", "whole"), Deadline.within(60)))
    for _ in range(5):
        await asyncio.sleep(0)

    client.cancel()
    await asyncio.wait([client])

    assert client.cancelled()
    await asked.close()
    assert asyncio.all_tasks() == {asyncio.current_task()}


@dataclass
class Silent:
    """A vendor that hears what it is asked, and says nothing."""

    asked: asyncio.Event = field(default_factory=asyncio.Event)
    left: asyncio.Event = field(default_factory=asyncio.Event)

    async def __call__(self, visit: Visit) -> None:
        await visit.request()
        self.asked.set()
        await visit.until_left()
        self.left.set()


async def test_a_client_that_hangs_up_ends_the_call_to_the_vendor() -> None:
    silent = Silent()
    async with Peer(silent) as vendor:
        options = {"url": vendor.url, "team_id": "made up", "developer_key": "made up"}
        async with running(settings_for(configured("digital_samba", options))) as gateway:
            client = asyncio.create_task(gateway.get("/v1/sessions"))
            await silent.asked.wait()

            client.cancel()

            async with asyncio.timeout(5):
                await silent.left.wait()


async def test_a_whole_list_is_read_on_until_the_gateway_closes() -> None:
    silent = Silent()
    async with Peer(silent) as vendor:
        options = {"url": f"{vendor.url}/api/2", "token": "made up"}
        settings = settings_for(
            configured("roundware", options), server=ServerSettings(port=0, deadline_s=0.5)
        )
        async with running(settings) as gateway:
            answer = await gateway.get("/v1/sessions")
            assert answer.status == 504
            assert not silent.left.is_set()

        async with asyncio.timeout(5):
            await silent.left.wait()


async def test_whoever_hangs_up_leaves_the_shared_fetch_to_the_others() -> None:
    ready = asyncio.Event()

    async def script(_at: object, _request: int) -> None:
        await ready.wait()

    adapter = Scripted(rows(1, 2), script=script)
    asked = federation(backend("whole", adapter))
    first, second = [
        asyncio.create_task(asked.page(names("whole"), Deadline.within(60))) for _ in range(2)
    ]
    for _ in range(5):
        await asyncio.sleep(0)

    first.cancel()
    await asyncio.wait([first])
    ready.set()

    assert len((await second).sessions) == 2
    assert adapter.requests == 1


async def test_a_silent_backend_is_known_to_be_and_logged_once(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO)
    silent = backend("silent", Scripted(rows(1), ORDERED, script=never))
    asked = federation(silent)

    for _ in range(2):
        await asked.page(names("silent"), Deadline.within(0.05))

    assert silent.health.error == TIMED_OUT
    assert silent.health.last_failure is not None
    assert silent.health.last_success is None
    assert [record.getMessage() for record in caplog.records] == [
        "backend silent: timeout: no answer within a deadline"
    ]
