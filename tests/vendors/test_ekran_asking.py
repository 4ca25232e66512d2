"""How Ekran is asked where its document leaves it open: the place of parameters, ends, the key."""

import msgspec
import pytest

from adapters.ekran import EkranAdapter, EkranOptions
from adapters.simulators.ekran import KEY, Manners
from gateway.spi import ErrorCode, GiveUp
from tests.support.adapters import NOON
from tests.support.replies import Replies, reply
from tests.vendors.test_ekran_server import HOUR, URL, ask, matching, office, since

ADAPTER = EkranAdapter(EkranOptions.model_validate({"url": URL, "api_key": KEY}))


@pytest.mark.parametrize(("rows", "page_size"), [(1100, None), (300, 100)])
async def test_a_server_that_does_not_hear_the_parameters_is_not_read_as_if_it_had(
    rows: int, page_size: int | None
) -> None:
    """4.1.3 does not say where they go: one that looks elsewhere sends its first page for all."""
    deaf = Manners(parameters_in="query")
    async with office(rows=rows, manners=deaf, parameters_in="body") as (_, driver):
        with pytest.raises(GiveUp, match="try parameters_in: query") as caught:
            await driver.pages(page_size=page_size)

    assert caught.value.code is ErrorCode.CONFIG


async def test_a_server_that_wants_a_body_refuses_a_query() -> None:
    async with office(parameters_in="query") as (_, driver):
        with pytest.raises(GiveUp):
            await driver.pages()


async def test_a_server_that_hears_nothing_but_holds_little_is_read_right() -> None:
    recent = since(NOON - 20 * HOUR)
    deaf = Manners(parameters_in="query")
    async with office(manners=deaf, parameters_in="body") as (simulator, driver):
        found = await matching(driver, recent)

    held = {
        h.native_id for h in simulator.held() if h.started_at and h.started_at >= recent.instant
    }
    assert {session.native_id for session in found.values()} == held


async def test_behind_the_last_page_there_is_an_empty_one() -> None:
    async with office() as (simulator, driver):
        answer = await ask(driver, {"pageIndex": 99})

    assert answer.status == 200
    assert msgspec.json.decode(answer.body) == {
        "sessions": [],
        "totalCount": len(simulator.held()),
    }


async def test_a_walk_without_a_total_ends_behind_an_empty_page() -> None:
    """4.1.3 names totalCount, and does not say that it is always there."""
    row = {"sessionId": 1, "loginDate": "2026-11-22T10:00:00Z"}
    wire = Replies(reply(200, {"sessions": [row]}), reply(200, {"sessions": []}))

    assert len(await wire.driver(ADAPTER).sessions()) == 1
    assert len(wire.sent) == 2
