"""Digital Samba's pages, beside those of a plain search through every session."""

from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Any
from uuid import NAMESPACE_URL, uuid5
from zoneinfo import ZoneInfo

import aiohttp
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.simulators.digital_samba import DEVELOPER_KEY, DigitalSambaSimulator, Manners
from adapters.simulators.world import Stay
from tests.simulators.lives import EVENTS, Clock, Event
from tests.support.adapters import NOON
from tests.support.examples import examples

Query = dict[str, str]
Page = tuple[int, list[tuple[str, bool]]]

SEED = 4
# Its clocks are set back at midnight: the 24th of October 2026 comes back after an hour.
ZONE = ZoneInfo("Asia/Beirut")
PLAIN = Manners()


@cache
def id_of(number: int) -> str:
    return str(uuid5(NAMESPACE_URL, f"{SEED} session {number}"))


@cache
def room_id_of(number: int) -> str:
    room = 100 + number if number % 17 == 0 else number % 40
    return str(uuid5(NAMESPACE_URL, f"{SEED} room {room}"))


def matches(stay: Stay, query: Query, manners: Manners, now: datetime) -> bool:
    day = stay.start.astimezone(manners.day_zone).date()
    last_day = stay.end.astimezone(manners.day_zone).date() if stay.end <= now else date.max
    last = date.fromisoformat(query.get("date_end", "9999-12-31"))
    if not manners.last_day_counts:
        last -= timedelta(days=1)
    return (
        query.get("live") in (None, str(now < stay.end).lower())
        and query.get("room_id") in (None, room_id_of(stay.number))
        and date.fromisoformat(query.get("date_start", "0001-01-01"))
        <= (last_day if manners.dates_of == "overlap" else day)
        and day <= last
    )


def page_of(simulator: DigitalSambaSimulator, query: Query, manners: Manners = PLAIN) -> Page:
    """Search through everything, as slowly as it can be done."""
    now = simulator.world.now()
    stays = enumerate(simulator.world.stays())
    found = [(place, stay) for place, stay in stays if matches(stay, query, manners, now)]
    if query.get("order") != "asc":
        found.reverse()
    begin = int(query.get("offset", "0"))
    size = min(int(query.get("limit", "100")), 100, manners.largest_page)
    page = [stay for _, stay in behind(found, simulator, query)][begin:][:size]
    return len(found), [(id_of(stay.number), now < stay.end) for stay in page]


def behind(
    found: list[tuple[int, Stay]], simulator: DigitalSambaSimulator, query: Query
) -> list[tuple[int, Stay]]:
    if "after" not in query:
        return found
    ids = [id_of(stay.number) for stay in simulator.world.stays()]
    last, step = ids.index(query["after"]), 1 if query.get("order") == "asc" else -1
    return [(place, stay) for place, stay in found if (place - last) * step > 0]


async def ask(address: str, query: Query) -> tuple[int, Any]:
    headers = {"Authorization": f"Bearer {DEVELOPER_KEY}"}
    async with (
        aiohttp.ClientSession(headers=headers) as client,
        client.get(f"{address}/api/v1/sessions", params=query) as answer,
    ):
        return answer.status, await answer.json()


async def told(address: str, query: Query) -> Page:
    status, body = await ask(address, query)
    assert status == 200, body
    return body["total_count"], [(row["id"], row["live"]) for row in body["data"]]


_DAYS = st.integers(-3, 3).map(lambda days: str(NOON.date() + timedelta(days=days)))
QUERIES = st.fixed_dictionaries(
    {},
    optional={
        "order": st.sampled_from(["asc", "desc"]),
        "live": st.sampled_from(["true", "false"]),
        "limit": st.sampled_from(["0", "1", "7", "100", "1000"]),
        "offset": (st.integers(0, 150) | st.just(99_999)).map(str),
        "room_id": st.integers(1, 40).map(room_id_of),
        "date_start": _DAYS | st.just("0001-01-01"),
        "date_end": _DAYS | st.just("9999-12-31"),
        "after": st.integers(1, 120),
    },
)


def with_cursor(query: dict[str, Any], simulator: DigitalSambaSimulator) -> Query:
    """Let a page be behind one of the sessions there are."""
    stays = simulator.world.stays()
    if "after" not in query or not stays:
        return {name: value for name, value in query.items() if name != "after"}
    return query | {"after": id_of(stays[query["after"] % len(stays)].number)}


@settings(max_examples=examples(40))
@given(
    lives=st.lists(st.tuples(EVENTS, QUERIES), min_size=1, max_size=4),
    manners=st.builds(
        Manners,
        day_zone=st.sampled_from([UTC, ZONE]),
        last_day_counts=st.booleans(),
        dates_of=st.sampled_from(["start", "overlap"]),
        largest_page=st.sampled_from([7, 100]),
    ),
)
async def test_a_page_is_what_a_search_through_everything_finds(
    lives: list[tuple[list[Event], dict[str, Any]]], manners: Manners
) -> None:
    clock = Clock()
    simulator = DigitalSambaSimulator(rows=120, seed=SEED, clock=clock, manners=manners)
    address = await simulator.start()
    try:
        for events, asked in lives:
            for event in events:
                event.happen(simulator.world, clock)
            query = with_cursor(asked, simulator)

            beyond = {"live": "false", "offset": "130"}
            for again in (query, {"live": "true"}, {"live": "false"}, beyond, {}):
                assert await told(address, again) == page_of(simulator, again, manners)
    finally:
        await simulator.stop()


async def test_a_day_that_comes_back_is_a_day_of_its_own() -> None:
    day = {"date_start": "2026-10-24", "date_end": "2026-10-24"}
    manners = Manners(day_zone=ZONE)
    clock = Clock(datetime(2026, 10, 24, 23, tzinfo=UTC))
    simulator = DigitalSambaSimulator(rows=400, seed=SEED, clock=clock, manners=manners)
    address = await simulator.start()
    try:
        assert await told(address, day) == page_of(simulator, day, manners)
    finally:
        await simulator.stop()


async def test_a_deleted_session_is_unknown_also_as_the_last_of_a_page() -> None:
    simulator = DigitalSambaSimulator(rows=50, seed=SEED, clock=Clock())
    address = await simulator.start()
    try:
        assert (await ask(address, {"after": id_of(20)}))[0] == 200
        simulator.world.delete(20)

        assert (await ask(address, {"after": id_of(20)}))[0] == 404
    finally:
        await simulator.stop()


async def test_pages_of_a_hundred_thousand_are_what_a_search_finds() -> None:
    clock = Clock()
    simulator = DigitalSambaSimulator(rows=100_000, seed=SEED, clock=clock)
    address = await simulator.start()
    asked: list[Query] = [
        {},
        {"after": id_of(50_000)},
        {"after": id_of(99_950), "order": "asc"},
        {"live": "false", "offset": "70000"},
        {"date_start": "2026-03-01", "date_end": "2026-08-01", "after": id_of(80_000)},
    ]
    try:
        for query in asked:
            assert await told(address, query) == page_of(simulator, query)
        clock.now += timedelta(minutes=20)
        simulator.world.insert(NOON - timedelta(days=90))
        simulator.world.delete(70_000)
        for query in asked:
            assert await told(address, query) == page_of(simulator, query)
    finally:
        await simulator.stop()
