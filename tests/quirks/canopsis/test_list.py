"""Canopsis: what is odd about the list, and its filters."""

from collections.abc import AsyncIterator

import pytest

from adapters.simulators.canopsis import CanopsisSimulator
from gateway.spi import AnyOf, Field, Status, Support
from tests.quirks.canopsis.tape import Tape, tape
from tests.quirks.raw import RawClient
from tests.support.adapters import Driver, noon
from tests.support.gateway import backend, running, settings_for
from tests.vendors.canopsis import KEYS, LIST, NOON_SECOND, document, empty, serving


@pytest.fixture
async def filters() -> AsyncIterator[Tape]:
    """Put in the tape of the list's parameters; ten documents are held."""
    async with tape("final-06-list-filters.json") as filters:
        yield filters


@pytest.fixture
async def office() -> AsyncIterator[tuple[CanopsisSimulator, Driver]]:
    """Hold a server of three people, whom an adapter asks with a key."""
    simulator = empty()
    simulator.load([document("jacques"), document("marie"), document("root")])
    async with serving(simulator) as driver:
        yield simulator, driver


def users(*names: str) -> AnyOf:
    """Ask for these users."""
    return AnyOf(Field.USER, frozenset(names))


async def test_everybodys_sessions_come_in_one_answer(filters: Tape) -> None:
    """final-06-list-filters.json, step 3, asked by root."""
    for reply in await filters.step(3):
        assert reply.body.keys() == {"description", "sessions"}
        assert len(reply.sessions) == 10
        assert {"jacques", "marie", "root"} < set(reply.names)

    simulator = CanopsisSimulator(rows=300, seed=1, clock=noon)
    async with serving(simulator) as driver:
        assert [len(page.records) for page in await driver.pages(page_size=10)] == [300]


async def test_page_parameters_are_ignored(filters: Tape) -> None:
    """final-06-list-filters.json, steps 27 to 30."""
    for both in await filters.steps(27, 28, 29, 30):
        assert both.counts == {10}

    simulator = CanopsisSimulator(rows=30, seed=1, clock=noon)
    options = simulator.options(await simulator.start())
    async with running(settings_for(backend("canopsis", options))) as gateway:
        page = await gateway.get("/v1/sessions", limit=7)
    await simulator.stop()
    assert len(page.ids) == 7
    assert simulator.requests == [LIST]


async def test_time_filters_empty_the_list(filters: Tape) -> None:
    """final-06-list-filters.json, steps 18 to 25: also where all started after."""
    for both in await filters.steps(18, 19, 20, 21, 22, 23, 24, 25):
        assert both.counts == {0}

    simulator = CanopsisSimulator(rows=30, seed=1, clock=noon)
    options = simulator.options(await simulator.start())
    async with running(settings_for(backend("canopsis", options))) as gateway:
        page = await gateway.get("/v1/sessions", started_after="2026-11-22T11:00:00Z")
    await simulator.stop()
    assert page.ids
    assert simulator.requests == [LIST]


async def test_anything_but_true_asks_for_the_inactive(filters: Tape) -> None:
    """final-06-list-filters.json, steps 5 to 8, beside step 4."""
    active = await filters.step(4)
    inactive = await filters.steps(5, 6, 7, 8)

    assert active.counts == {4}
    assert [both.counts for both in inactive] == [{6}] * 4


async def test_of_two_values_of_active_the_last_counts(filters: Tape) -> None:
    """final-06-list-filters.json, step 33, which says true first."""
    both = await filters.step(33)

    assert both.counts == {6}


async def test_for_one_second_a_session_is_neither_active_nor_inactive(
    office: tuple[CanopsisSimulator, Driver],
) -> None:
    """final-07-activity-boundary.json, steps 8 and 9; a second before and after it is in one."""
    async with tape("final-07-activity-boundary.json") as boundary:
        for step, is_listed in ((4, True), (5, False), (8, False), (9, False), (12, False)):
            for reply in await boundary.step(step):
                assert ("jacques" in reply.names) is is_listed
        for reply in await boundary.step(13):
            assert reply.names == ["jacques"]

    simulator, driver = office
    simulator.load([document("jacques", last_ping=NOON_SECOND - 300)])
    assert [session.status for session in await driver.sessions()] == [Status.ENDED]


async def test_names_need_brackets(filters: Tape, office: tuple[CanopsisSimulator, Driver]) -> None:
    """final-06-list-filters.json, step 15, beside steps 9 to 11."""
    for reply in await filters.step(15):
        assert len(reply.sessions) == 10
    for both in await filters.steps(9, 11):
        assert [set(reply.names) for reply in both] == [{"marie"}] * 2
    for reply in await filters.step(10):
        assert set(reply.names) == {"jacques", "marie"}

    simulator, driver = office
    assert len(await driver.sessions(users("jacques", "marie"))) == 2
    assert simulator.requests[-1].count("usernames%5B%5D=") == 2


async def test_names_with_a_comma_are_one_name(
    filters: Tape, office: tuple[CanopsisSimulator, Driver]
) -> None:
    """final-06-list-filters.json, step 17."""
    both = await filters.step(17)
    assert both.counts == {0}

    simulator, driver = office
    simulator.load([document("marie,jacques"), document("marie")])
    assert len(await driver.sessions(users("marie,jacques"))) == 1


async def test_names_are_matched_letter_by_letter(
    filters: Tape, office: tuple[CanopsisSimulator, Driver]
) -> None:
    """final-06-list-filters.json, steps 12 and 13; in step 16 they may be of any script."""
    for both in await filters.steps(12, 13):
        assert both.counts == {0}
    assert (await filters.step(16)).counts == {1}

    _, driver = office
    assert driver.plan(users("MARIE")).pushed == {users("MARIE"): Support.EXACT}
    assert await driver.sessions(users("MARIE")) == []


async def test_an_empty_name_is_nobodys(
    filters: Tape, office: tuple[CanopsisSimulator, Driver]
) -> None:
    """final-06-list-filters.json, step 14."""
    both = await filters.step(14)
    assert both.counts == {0}

    simulator, driver = office
    assert await driver.sessions(users("jacques"), users("root")) == []
    assert simulator.requests == [f"{LIST}?usernames%5B%5D="]


async def test_an_id_is_no_filter(filters: Tape) -> None:
    """final-06-list-filters.json, step 32; step 31 has another name that nobody knows."""
    for both in await filters.steps(31, 32):
        assert both.counts == {10}


async def test_a_session_has_no_address_of_its_own(
    office: tuple[CanopsisSimulator, Driver],
) -> None:
    """final-02-routing.json, step 11."""
    async with tape("final-02-routing.json") as routing:
        assert (await routing.step(11)).statuses == {404}

    simulator, driver = office
    options = simulator.options(driver.adapter.endpoint().url)
    async with running(settings_for(backend("canopsis", options))) as gateway:
        found = await gateway.get("/v1/sessions/canopsis:of%20marie")
    assert found.status == 200
    assert simulator.requests == [LIST]


async def test_a_slash_at_the_end_is_not_found() -> None:
    """final-02-routing.json, step 10."""
    async with tape("final-02-routing.json") as routing:
        assert (await routing.step(10)).statuses == {404}


async def test_the_documented_address_of_the_list_is_not_found() -> None:
    """final-02-routing.json, step 9."""
    async with tape("final-02-routing.json") as routing:
        assert (await routing.step(9)).statuses == {404}


async def test_a_long_request_line_is_refused(
    raw_client: RawClient, office: tuple[CanopsisSimulator, Driver]
) -> None:
    """gunicorn, "Settings", limit_request_line: 4094 bytes unless it is set."""
    simulator, driver = office
    start, key = f"{LIST}?usernames[]=", {"x-canopsis-authkey": KEYS["root"]}
    longest = 4094 - len(f"{start} HTTP/1.1")
    path = start.removeprefix("GET ")
    statuses = [
        (await raw_client.ask("GET", f"{driver.adapter.endpoint().url}{path}{name}", headers=key))
        for name in ("x" * longest, "x" * (longest + 1))
    ]
    assert [reply.status for reply in statuses] == [200, 400]
    simulator.requests.clear()

    names = (f"somebody-{number:04d}" for number in range(200))
    assert await driver.sessions(users("marie", *names))

    assert simulator.requests == [LIST]


async def test_answers_say_that_anybody_may_keep_them(filters: Tape) -> None:
    """final-06-list-filters.json, step 3."""
    for reply in await filters.step(3):
        assert reply.headers["cache-control"] == "public, no-cache"
