"""Ekran's pages and windows, beside those of a plain search through every session."""

from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import aiohttp
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.simulators.ekran import KEY, EkranSimulator
from tests.simulators.lives import EVENTS, Clock, Event
from tests.support.adapters import NOON
from tests.support.examples import examples

Query = dict[str, str | int]
Page = tuple[int, list[int]]

SEED = 4
PARIS = ZoneInfo("Europe/Paris")
HOUR, MOMENT = timedelta(hours=1), timedelta(microseconds=1)


def visits(simulator: EkranSimulator) -> Iterator[tuple[int, datetime, datetime]]:
    """Give the number and bounds of every session begun: at midnight one ends, another starts."""
    for stay in simulator.world.stays():
        start = stay.start
        end = stay.end + timedelta(hours=75) if stay.number % 29 == 0 else stay.end
        for day in range(8):
            tomorrow = start.astimezone(PARIS).date() + timedelta(days=1)
            midnight = datetime.combine(tomorrow, time(), PARIS).astimezone(UTC)
            yield stay.number * 8 + day, start, min(end, midnight)
            start = midnight
            if start >= end or start > simulator.world.now():
                break


def instant(local: str | int) -> datetime:
    return datetime.fromisoformat(str(local)).replace(tzinfo=PARIS, fold=1).astimezone(UTC)


def page_of(simulator: EkranSimulator, query: Query) -> Page:
    """Search through everything, as slowly as it can be done."""
    now = simulator.world.now()
    found = [
        number
        for number, start, end in visits(simulator)
        if ("start" not in query or min(end, now) > instant(query["start"]))
        and ("end" not in query or start < instant(query["end"]))
    ]
    found.sort(key=lambda number: (number * 2654435761 + SEED) % 2**32)
    size = int(query.get("sessionCount", 1000))
    return len(found), found[int(query.get("pageIndex", 0)) * size :][:size]


async def told(address: str, query: Query) -> Page:
    async with (
        aiohttp.ClientSession(headers={"ApiKey": KEY}) as client,
        client.post(f"{address}/ekranapi/sessions", json=query) as answer,
    ):
        assert answer.status == 200
        body = await answer.json()
        return body["totalCount"], [row["sessionId"] for row in body["sessions"]]


_HOURS = st.integers(-80, 80).map(
    lambda hours: (NOON + timedelta(hours=hours)).strftime("%Y-%m-%dT%H:%M")
)
_LOCALS = _HOURS | st.sampled_from(["1900-01-01", "2026-11-22", "2026-11-23", "9999-12-31"])
QUERIES = st.fixed_dictionaries(
    {},
    optional={
        "start": _LOCALS,
        "end": _LOCALS,
        "pageIndex": st.integers(0, 20),
        "sessionCount": st.sampled_from([1, 7, 100, 1000]),
    },
)


@settings(max_examples=examples(40))
@given(lives=st.lists(st.tuples(EVENTS, QUERIES), min_size=1, max_size=4))
async def test_a_page_is_what_a_search_through_everything_finds(
    lives: list[tuple[list[Event], Query]],
) -> None:
    clock = Clock()
    simulator = EkranSimulator(rows=120, seed=SEED, clock=clock)
    address = await simulator.start()
    try:
        for events, query in lives:
            for event in events:
                event.happen(simulator.world, clock)

            questions: list[Query] = [query, {"start": "2026-11-21"}, {}]
            for again in questions:
                assert await told(address, again) == page_of(simulator, again)
    finally:
        await simulator.stop()


async def test_midnights_divide_what_goes_on_until_it_is_deleted() -> None:
    clock = Clock()
    simulator = EkranSimulator(rows=20, seed=SEED, clock=clock)
    address = await simulator.start()
    to_midnight, over_it, day = 11 * HOUR - MOMENT, MOMENT, 24 * HOUR
    try:
        stay = simulator.world.insert(NOON, NOON + 3 * day)
        for passing in (0 * HOUR, to_midnight, over_it, day):
            clock.now += passing
            assert await told(address, {}) == page_of(simulator, {})
        simulator.world.delete(stay.number)
        for passing in (0 * HOUR, day, day):
            clock.now += passing
            assert await told(address, {}) == page_of(simulator, {})
    finally:
        await simulator.stop()


async def test_a_window_to_come_is_empty_until_it_has_come() -> None:
    clock = Clock()
    simulator = EkranSimulator(rows=20, seed=SEED, clock=clock)
    simulator.world.insert(NOON, NOON + 4 * HOUR)
    address = await simulator.start()
    window: Query = {"start": "2026-11-22T14:00"}  # 13:00 UTC
    try:
        assert await told(address, window) == (0, [])
        clock.now += 2 * HOUR

        assert await told(address, window) == page_of(simulator, window) != (0, [])
    finally:
        await simulator.stop()


async def test_more_windows_than_are_kept_are_all_answered() -> None:
    simulator = EkranSimulator(rows=300, seed=SEED, clock=Clock())
    address = await simulator.start()
    windows: list[Query] = [{"start": f"2026-11-{day:02d}"} for day in range(1, 23)]
    try:
        for window in windows * 2:
            assert await told(address, window) == page_of(simulator, window)
    finally:
        await simulator.stop()


async def test_pages_of_a_hundred_thousand_are_what_a_search_finds() -> None:
    clock = Clock()
    simulator = EkranSimulator(rows=100_000, seed=SEED, clock=clock)
    address = await simulator.start()
    asked: list[Query] = [
        {"pageIndex": 60},
        {"start": "2026-03-01", "end": "2026-08-01", "pageIndex": 3},
        {"start": "2026-10-24T03:00", "end": "2026-10-26", "sessionCount": 100},
    ]
    try:
        for query in asked:
            assert await told(address, query) == page_of(simulator, query)
        clock.now += timedelta(hours=13)
        simulator.world.insert(NOON - timedelta(days=90))
        simulator.world.delete(70_000)
        for query in asked:
            assert await told(address, query) == page_of(simulator, query)
    finally:
        await simulator.stop()
