"""Roundware: what nobody knows of a server, and that it is read all the same."""

from datetime import UTC, datetime
from typing import Any

import pytest

from adapters.simulators.roundware import FACTS, Manners
from gateway.spi import BadAnswer, ErrorCode, TryAgainLater
from tests.quirks.raw import RawClient, calls_made
from tests.quirks.roundware.museum import ROWS, Museum, opened
from tests.support.replies import Replies, reply
from tests.vendors.roundware import ADAPTER

# In its small hours the clocks of New York skip one.
MORNING = datetime(2026, 3, 8, 7, tzinfo=UTC)

WAYS = {name: way for unknown in FACTS.unknowns for name, way in unknown.ways.items()}


@pytest.mark.parametrize("way", WAYS)
async def test_every_way_the_vendor_may_turn_out_is_read_right(
    raw_client: RawClient, way: str
) -> None:
    async with opened(raw_client, WAYS[way], clock=lambda: MORNING) as museum:
        sessions = await museum.driver.sessions()
        begun = await museum.begun()
        again = await museum.driver.sessions()
        held = museum.simulator.held()

    assert len(sessions) == ROWS
    assert begun in again
    assert begun.started_at == MORNING
    told = {(each.native_id, each.started_at, each.status.value) for each in again}
    assert told == {(each.native_id, each.started_at, each.status) for each in held}


@pytest.mark.parametrize("way", WAYS)
async def test_every_way_is_another_than_that_of_the_recordings(
    raw_client: RawClient, way: str
) -> None:
    async with (
        opened(raw_client, clock=lambda: MORNING) as usual,
        opened(raw_client, WAYS[way], clock=lambda: MORNING) as other,
    ):
        assert await _shown(usual) != await _shown(other)


async def _shown(museum: Museum) -> list[Any]:
    asked = ["/sessions/", "/sessions/?project_id=abc", "/sessions/999999/"]
    replies = [await museum.ask(path) for path in asked]
    crowd = [await museum.ask("/sessions/1/") for _ in range(60)]
    return [(each.status, each.text) for each in (*replies, crowd[-1])]


async def test_an_unknown_id_is_no_session_in_whatever_words(raw_client: RawClient) -> None:
    async with opened(raw_client, Manners(not_found="Session not found")) as museum:
        assert await museum.driver.adapter.get("999999", museum.driver.context) is None


async def test_a_server_that_breaks_at_an_unknown_id_is_in_trouble(raw_client: RawClient) -> None:
    """As until November 2017, when nothing told that the id was the reason."""
    async with opened(raw_client, Manners(fails_at_unknown_ids=True)) as museum:
        with pytest.raises(TryAgainLater) as caught:
            await museum.driver.adapter.get("999999", museum.driver.context)

    assert caught.value.code is ErrorCode.UPSTREAM_ERROR


async def test_the_first_page_of_several_is_not_taken_for_everything() -> None:
    """v2023_listenevents_paginated.json is such a page, of listen events."""
    page = {"count": 2, "next": "http://museum.example/?page=2", "previous": None, "results": []}
    driver = Replies(reply(200, page)).driver(ADAPTER)

    with pytest.raises(BadAnswer) as caught:
        await driver.pages()

    assert caught.value.code is ErrorCode.SCHEMA


async def test_the_calls_are_those_of_the_facts(museum: Museum) -> None:
    await museum.driver.sessions()
    await museum.driver.adapter.get("1", museum.driver.context)
    await museum.create(language="es")
    await museum.create(space__id="99")

    assert calls_made(FACTS, museum.simulator.requests) == {call.name for call in FACTS.calls}
