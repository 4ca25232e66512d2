"""Ekran over a real server: pages, windows and what they do to times, and what it refuses."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Literal

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.ekran import EkranAdapter, EkranOptions
from adapters.simulators.ekran import KEY, EkranSimulator, Manners
from gateway.model.matching import matches
from gateway.spi import (
    AtOrAfter,
    Before,
    Condition,
    Field,
    First,
    HttpReply,
    HttpRequest,
    Named,
    Session,
)
from tests.support.adapters import NOON, Driver, driving, mapped, noon
from tests.support.examples import examples

URL = "https://ekran.example/ekranapi"
ADAPTER = EkranAdapter(
    EkranOptions.model_validate({"url": URL, "api_key": KEY, "timezone": "Europe/Paris"})
)
MANNERS = Manners()
HOUR = timedelta(hours=1)
# In Paris the clocks were set back on Sunday the 25th of October: this instant began 25 hours.
LONG_DAY = datetime(2026, 10, 24, 22, tzinfo=UTC)
AFTERWARDS = LONG_DAY + timedelta(days=3)


def since(instant: datetime) -> AtOrAfter:
    return AtOrAfter(Field.STARTED_AT, instant)


def until(instant: datetime) -> Condition:
    return Before(Field.STARTED_AT, instant)


@asynccontextmanager
async def office(
    *,
    rows: int = 300,
    clock: Callable[[], datetime] = noon,
    manners: Manners = MANNERS,
    **options: object,
) -> AsyncIterator[tuple[EkranSimulator, Driver]]:
    """Run a simulator, and an adapter on it."""
    simulator = EkranSimulator(rows=rows, seed=1, clock=clock, manners=manners)
    address = await simulator.start()
    try:
        given_options = simulator.options(address) | options
        async with driving(EkranAdapter, given_options, now=clock()) as driver:
            yield simulator, driver
    finally:
        await simulator.stop()


async def ask(driver: Driver, body: object) -> HttpReply:
    """Ask the simulator without the adapter."""
    headers = {"ApiKey": KEY, "Content-Type": "application/json"}
    request = HttpRequest("POST", "/sessions", headers=headers, body=msgspec.json.encode(body))
    reply: HttpReply = await driver.wire.send(request)
    return reply


async def matching(driver: Driver, *conditions: Condition) -> dict[str, Session]:
    """Read what the vendor finds, and keep what matches as the gateway does."""
    found = await driver.sessions(*conditions)
    return {session.id: session for session in found if matches(session, conditions)}


@pytest.mark.parametrize("page_size", [7, 100, 999])
@pytest.mark.parametrize("parameters_in", ["body", "query"])
async def test_the_pages_joined_hold_every_session_of_the_simulator(
    page_size: int, parameters_in: Literal["body", "query"]
) -> None:
    async with office(manners=Manners(parameters_in=parameters_in)) as (simulator, driver):
        sessions = await driver.sessions(page_size=page_size)

    held = simulator.held()
    assert len(sessions) == len(held)
    assert {(s.native_id, s.started_at, s.status.value, s.user) for s in sessions} == {
        (h.native_id, h.started_at, h.status, Named(*h.user)) for h in held
    }
    assert {h.status for h in held} == {"active", "ended"}


@pytest.mark.parametrize(("size", "requests"), [(307, 2), (308, 2), (309, 1), (154, 2)])
async def test_the_total_tells_the_last_page(size: int, requests: int) -> None:
    """A single page that is full may be all that was counted, so one more is asked for."""
    async with office() as (simulator, driver):
        total = len(simulator.held())

        pages = await driver.pages(page_size=size)

    assert total == 308
    assert [page.total for page in pages] == (
        [None, total] if size == total else [total] * requests
    )
    assert len(simulator.requests) == requests


async def test_sessions_that_start_meanwhile_hide_none_that_were_there() -> None:
    now = NOON
    async with office(clock=lambda: now) as (simulator, driver):
        there = {held.native_id for held in simulator.held()}
        page = await driver.adapter.fetch_page(driver.plan(page_size=50), First(), driver.context)
        records = list(page.records)
        while page.next is not None:
            now += timedelta(seconds=40)
            page = await driver.adapter.fetch_page(driver.plan(), page.next, driver.context)
            records += page.records

    assert len(simulator.held()) > len(there)
    assert there <= {mapped(ADAPTER, record).session.native_id for record in records}


@pytest.mark.parametrize(
    ("conditions", "window"),
    [
        ((), ""),
        ((since(NOON),), "&start=2026-11-21T11:00:00"),
        ((since(NOON), since(NOON - HOUR)), "&start=2026-11-21T11:00:00"),
        ((until(NOON - 26 * HOUR),), "&end=2026-11-22T13:00:01"),
        ((until(NOON - 25 * HOUR),), ""),
        (
            (since(NOON - 60 * HOUR), until(NOON - 50 * HOUR)),
            "&start=2026-11-18T23:00:00&end=2026-11-21T13:00:01",
        ),
        ((until(NOON - 50 * HOUR), since(NOON - 50 * HOUR)), "&start=2026-11-19T09:00:00"),
        ((since(datetime(1, 1, 1, tzinfo=UTC)),), ""),
        ((until(datetime(1, 1, 1, tzinfo=UTC)),), "&end=2000-01-02T03:00:01"),
        ((until(datetime(9999, 12, 31, tzinfo=UTC)),), ""),
    ],
)
async def test_bounds_are_sent_26_hours_wider_in_local_time_and_never_one_to_come(
    conditions: tuple[Condition, ...], window: str
) -> None:
    async with office(manners=Manners(parameters_in="query")) as (simulator, driver):
        await driver.pages(*conditions)

    assert simulator.requests == [
        f"POST /ekranapi/sessions?sessionCount=999&pageIndex=0{window}",
    ]


_INSTANTS = st.timedeltas(-timedelta(days=2), timedelta(days=3)).map(LONG_DAY.__add__)
_WINDOWS = st.tuples(st.none() | _INSTANTS.map(since), st.none() | _INSTANTS.map(until)).map(
    lambda bounds: tuple(bound for bound in bounds if bound is not None)
)


@settings(max_examples=examples(50), deadline=None)
@given(conditions=_WINDOWS)
async def test_a_window_brings_every_match_as_it_is_without_a_window(
    conditions: tuple[Condition, ...],
) -> None:
    async with office(rows=700, clock=lambda: AFTERWARDS) as (_, driver):
        found = await matching(driver, *conditions)
        everything = await matching(driver)

    assert found == {name: s for name, s in everything.items() if matches(s, conditions)}


@pytest.mark.parametrize("bound", [since, until])
async def test_no_hour_around_the_longest_day_shows_a_clipped_time(
    bound: Callable[[datetime], Condition],
) -> None:
    async with office(rows=700, clock=lambda: AFTERWARDS) as (_, driver):
        everything = await matching(driver)
        for hours in range(-30, 60):
            condition = bound(LONG_DAY + hours * HOUR + timedelta(seconds=1))

            found = await matching(driver, condition)

            assert found == {n: s for n, s in everything.items() if matches(s, (condition,))}

    lengths = {s.duration_s for s in everything.values() if s.started_at == LONG_DAY}
    assert lengths == {25 * 3600}


async def test_a_window_leaves_out_most_of_what_lies_outside() -> None:
    async with office(rows=2000) as (simulator, driver):
        pages = await driver.pages(since(NOON - 150 * HOUR), until(NOON - 149 * HOUR))

    assert pages[0].total is not None
    assert 0 < pages[0].total < len(simulator.held()) / 3


async def test_a_server_that_asks_for_no_key_is_read_without() -> None:
    async with office(manners=Manners(needs_key=False), api_key=None) as (simulator, driver):
        assert len(await driver.sessions()) == len(simulator.held())


@pytest.mark.parametrize("address", ["/EkranAPI", "/ekranapi/"])
async def test_the_address_may_be_written_as_people_write_it(address: str) -> None:
    async with office() as (simulator, _):
        options = simulator.options(await simulator.start())
        url = str(options["url"]).replace("/ekranapi", address)
        async with driving(EkranAdapter, options | {"url": url}) as driver:
            assert await driver.sessions()


@pytest.mark.parametrize(
    "body",
    [
        {"sessionCount": 1001},
        {"pageIndex": -1},
        {"PAGEINDEX": "first"},
        {"start": "2026-11-22T12:00:00Z"},
        {"end": "22.11.2026"},
        [],
    ],
)
async def test_the_simulator_refuses_what_is_not_documented(body: object) -> None:
    async with office() as (_, driver):
        reply = await ask(driver, body)

    assert reply.status == 400
    assert reply.headers["content-type"].startswith("application/problem+json")
