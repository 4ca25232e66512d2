"""Ekran read by windows of time: in order, with each session's own times, for a few requests."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import pytest

from adapters.ekran import EkranAdapter
from adapters.simulators.ekran import EkranSimulator, Manners
from adapters.simulators.world import Held
from gateway.federation.backend import Backend
from gateway.federation.deadline import Deadline
from gateway.federation.federation import Federation
from gateway.federation.freshness import Lifetimes
from gateway.federation.run import PageRequest, SessionPage
from gateway.model.query import NEWEST_FIRST, AtOrAfter, Before, Condition, Field, Query, Sort
from gateway.model.report import BackendStatus, Relation
from tests.federation.test_walks import walk
from tests.support.adapters import NOON, driving, noon
from tests.support.fakes import federation
from tests.support.gateway import backend as configured_backend
from tests.support.gateway import running, settings_for

OLDEST_FIRST = (Sort(Field.STARTED_AT),)
ROWS = 6000  # Of 37 days, with the one in between on which clocks are set back.
HOUR = timedelta(hours=1)


@asynccontextmanager
async def office(
    rows: int = ROWS, *, ttl: float = 0, clock: Callable[[], datetime] = noon, zone: str = "UTC"
) -> AsyncIterator[tuple[EkranSimulator, Federation]]:
    """Run a simulator, and a federation of it alone."""
    simulator = EkranSimulator(rows=rows, seed=3, clock=clock, manners=Manners(timezone=zone))
    address = await simulator.start()
    try:
        async with driving(EkranAdapter, simulator.options(address), now=clock()) as driver:
            backend = Backend(
                "here", driver.adapter, driver.wire, lifetimes=Lifetimes(ttl), clock=clock
            )
            yield simulator, federation(backend)
    finally:
        await simulator.stop()


async def first_page(joined: Federation, *conditions: Condition, limit: int = 50) -> SessionPage:
    request = PageRequest(Query(("here",), conditions), limit)
    return await joined.page(request, Deadline.within(30))


def newest(held: list[Held]) -> list[tuple[str, datetime | None]]:
    """Sort what a simulator holds, newest first, by brute force."""
    rows = sorted((h.native_id, h.started_at) for h in held)
    rows.sort(key=lambda row: row[1] or NOON, reverse=True)
    return rows


@pytest.mark.parametrize("zone", ["Europe/Paris", "America/St_Johns"])
@pytest.mark.parametrize("order", [NEWEST_FIRST, OLDEST_FIRST])
async def test_a_walk_gives_every_session_in_order_with_its_own_start(
    zone: str, order: tuple[Sort, ...]
) -> None:
    async with office(zone=zone) as (simulator, joined):
        pages = await walk(joined, Query(("here",), (), order), [1000, 313])

    told = [(s.native_id, s.started_at) for page in pages for s in page.sessions]
    expected = newest(simulator.held())
    if order is OLDEST_FIRST:
        expected.sort(key=lambda row: (row[1], row[0]))
    assert told == expected
    statuses = {s.native_id: s.status.value for page in pages for s in page.sessions}
    assert statuses == {h.native_id: h.status for h in simulator.held()}
    assert all(page.reports["here"].status is BackendStatus.OK for page in pages)


async def test_a_first_page_costs_a_handful_of_requests_and_the_next_one_two() -> None:
    async with office() as (simulator, joined):
        learning = await first_page(joined)
        asked = len(simulator.requests)
        learned = await first_page(joined)

    assert [(s.native_id, s.started_at) for s in learning.sessions] == newest(simulator.held())[:50]
    assert asked <= 5
    assert len(simulator.requests) - asked <= 2
    assert learned.sessions == learning.sessions
    # The first request was for everything, so the vendor has told how many there are.
    assert (learning.total.value, learning.total.relation) == (
        len(simulator.held()),
        Relation.EQUAL,
    )


@pytest.mark.parametrize(
    ("rows", "ttl", "asked"), [(600, 0, 1 + 1), (600, 60, 1), (1600, 0, 2 + 2), (1600, 60, 2)]
)
async def test_a_small_server_is_read_in_one_go(rows: int, ttl: float, asked: int) -> None:
    async with office(rows, ttl=ttl) as (simulator, joined):
        for _ in range(2):
            page = await first_page(joined)

    assert len(simulator.requests) == asked
    assert (page.total.value, page.total.relation) == (len(simulator.held()), Relation.EQUAL)


async def test_a_query_of_a_stretch_of_time_is_asked_for_within_it() -> None:
    since, before = NOON - 20 * 24 * HOUR, NOON - 18 * 24 * HOUR
    bounds = (AtOrAfter(Field.STARTED_AT, since), Before(Field.STARTED_AT, before))
    async with office() as (simulator, joined):
        pages = await walk(joined, Query(("here",), bounds), [100])

    told = [(s.native_id, s.started_at) for page in pages for s in page.sessions]
    assert told == [row for row in newest(simulator.held()) if row[1] and since <= row[1] < before]


async def test_a_configured_horizon_holds_and_is_told() -> None:
    simulator = EkranSimulator(rows=1000, seed=3, clock=noon)
    options = simulator.options(await simulator.start())
    configured = configured_backend("ekran", options, horizon=2 * 24 * HOUR)
    try:
        async with running(settings_for(configured)) as gateway:
            pages = await gateway.walk([200])
    finally:
        await simulator.stop()

    recent = [h for h in simulator.held() if h.started_at and h.started_at >= NOON - 48 * HOUR]
    assert [name for page in pages for name in page.ids] == [
        f"ekran:{native_id}" for native_id, _ in newest(recent)
    ]
    last = pages[-1].body
    assert last["complete"] is False
    assert last["backends"]["ekran"]["status"] == "partial"
    assert last["backends"]["ekran"]["warnings"] == ["horizon_reached"]
    assert last["total"] == {"value": len(recent), "relation": "gte"}


async def test_what_goes_on_while_pages_are_read_costs_none_that_was_there() -> None:
    now = datetime(2026, 11, 22, 12, tzinfo=UTC)
    async with office(clock=lambda: now) as (simulator, joined):
        there = {h.native_id for h in simulator.held()}
        run = joined.run(PageRequest(Query(("here",)), 1000))
        told: set[str] = set()
        while True:
            page = await run.next_page(Deadline.within(30))
            told |= {s.native_id for s in page.sessions}
            now += timedelta(minutes=20)
            if page.next is None:
                break

    assert there <= told
