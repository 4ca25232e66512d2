"""Roundware: what is odd about the list, and its filters."""

from datetime import datetime

import pytest

from tests.quirks.roundware.museum import ROWS, Museum, is_whole
from tests.support.payloads import recording


async def test_the_whole_table_comes_in_one_bare_array(museum: Museum) -> None:
    """list_unfiltered.json: 302 rows in one answer, and nothing around them."""
    recorded, reply = await museum.replay("list_unfiltered.json")

    assert is_whole("list_unfiltered.json", reply)
    assert [type(recorded.json), type(reply.json)] == [list, list]
    assert [len(page.records) for page in await museum.driver.pages(page_size=5)] == [ROWS]


@pytest.mark.parametrize(
    "name",
    [
        "list_limit_offset_ignored.json",
        "list_paginate_ignored.json",
        "list_page_beyond_end_ignored.json",
    ],
)
async def test_page_parameters_are_ignored(museum: Museum, name: str) -> None:
    """list_limit_offset_ignored.json, and the other names that pages have elsewhere."""
    _, reply = await museum.replay(name)
    assert is_whole(name, reply)

    async with museum.gateway() as gateway:
        page = await gateway.get("/v1/sessions", limit=5)
    assert len(page.ids) == 5


async def test_order_parameters_are_ignored(museum: Museum) -> None:
    """list_ordering_ignored.json: the rows come as they come without."""
    recorded, reply = await museum.replay("list_ordering_ignored.json")
    plain, _ = await museum.replay("list_unfiltered.json")

    assert recorded.json == plain.json
    assert reply.json == await museum.rows()


async def test_rows_are_not_in_the_order_of_their_starts(museum: Museum) -> None:
    """list_unfiltered.json: session 2 started in 2012, and session 1, before it, in 2014."""
    recorded, reply = await museum.replay("list_unfiltered.json")
    for rows in (recorded.json, reply.json):
        starts = [row["starttime"] for row in rows]
        assert starts not in (sorted(starts), sorted(starts, reverse=True))

    async with museum.gateway() as gateway:
        page = await gateway.get("/v1/sessions", limit=100)
    told = [datetime.fromisoformat(each["started_at"]) for each in page.body["data"]]
    assert told == sorted(told, reverse=True)
    assert len(told) == ROWS


async def test_time_filters_are_ignored(museum: Museum) -> None:
    """list_starttime_gte_ignored.json: every session comes, also those of years before."""
    recorded, reply = await museum.replay("list_starttime_gte_ignored.json")

    assert is_whole("list_starttime_gte_ignored.json", reply)
    assert min(row["starttime"] for row in recorded.json) < "2026-01-01"
    async with museum.gateway() as gateway:
        page = await gateway.get("/v1/sessions", started_after="2026-11-22T11:00:00Z")
    assert 0 < len(page.ids) < ROWS
    assert museum.simulator.requests[-1] == "GET /api/2/sessions/"


async def test_an_id_is_no_filter(museum: Museum) -> None:
    """list_id_ignored.json: id=5 brings everything."""
    _, reply = await museum.replay("list_id_ignored.json")

    assert is_whole("list_id_ignored.json", reply)


@pytest.mark.parametrize(
    "query",
    ["project_id=", "project=99", "starttime=today", "geo_listen_enabled=yes", "stoptime="],
)
async def test_an_invalid_filter_value_brings_the_whole_table(museum: Museum, query: str) -> None:
    """list_project_id_not_a_number.json and list_project_id_comma_list.json."""
    for name in ("list_project_id_not_a_number.json", "list_project_id_comma_list.json"):
        _, reply = await museum.replay(name)
        assert is_whole(name, reply)

    assert len(await museum.rows(query)) == ROWS


async def test_true_with_a_capital_brings_the_whole_table(museum: Museum) -> None:
    """list_geo_capital_True.json, beside list_geo_true.json and list_geo_1.json."""
    _, capital = await museum.replay("list_geo_capital_True.json")
    _, small = await museum.replay("list_geo_true.json")
    _, digit = await museum.replay("list_geo_1.json")

    assert is_whole("list_geo_capital_True.json", capital)
    assert 0 < len(small.json) < ROWS
    assert len(small.json) == len(digit.json)


async def test_the_last_of_repeated_filters_counts(museum: Museum) -> None:
    """list_project_id_repeated.json asks for project 1 and then for 2."""
    recorded, reply = await museum.replay("list_project_id_repeated.json")

    for rows in (recorded.json, reply.json):
        assert {row["project_id"] for row in rows} == {2}


async def test_a_filter_with_two_names_fails_in_two_ways(museum: Museum) -> None:
    """list_project_id_unknown.json; project is the other name of project_id."""
    recorded, reply = await museum.replay("list_project_id_unknown.json")

    assert recorded.json == reply.json == []
    assert len(await museum.rows("project=99")) == ROWS
    assert await museum.rows("project=1") == await museum.rows("project_id=1")


async def test_a_fraction_of_a_project_is_cut(museum: Museum) -> None:
    """As roundware-server, develop 685a4d9, does."""
    assert await museum.rows("project_id=1.5") == await museum.rows("project_id=1")


async def test_filters_work_that_no_document_names(museum: Museum) -> None:
    """list_client_type_undocumented.json, and others like it."""
    recorded, reply = await museum.replay("list_client_type_undocumented.json")

    for rows in (recorded.json, reply.json):
        assert {row["client_type"] for row in rows} == {"web"}
    assert 0 < len(reply.json) < ROWS


async def test_a_language_is_filtered_by_its_exact_letters(museum: Museum) -> None:
    """list_language_upper_case.json and list_language_long_form.json."""
    for name in ("list_language_upper_case.json", "list_language_long_form.json"):
        recorded, reply = await museum.replay(name)
        assert recorded.json == reply.json == []

    _, known = await museum.replay("list_language_es.json")
    assert known.json


async def test_the_filters_of_the_document_contradict_each_other(museum: Museum) -> None:
    """list_document_example.json is empty."""
    recorded, reply = await museum.replay("list_document_example.json")

    assert recorded.json == reply.json == []


async def test_a_token_reads_the_sessions_of_every_project(museum: Museum) -> None:
    """list_geo_true.json has rows of several projects."""
    recorded, reply = await museum.replay("list_geo_true.json")

    for rows in (recorded.json, reply.json):
        assert len({row["project_id"] for row in rows}) > 1


async def test_nothing_tells_whether_the_list_has_changed(museum: Museum) -> None:
    """list_unfiltered.json has no header to ask by."""
    recorded, reply = await museum.replay("list_unfiltered.json")

    for answer in (recorded, reply):
        assert not {"etag", "last-modified"} & answer.headers.keys()


async def test_two_rows_belong_to_no_listener(museum: Museum) -> None:
    """list_unfiltered.json begins with them."""
    stock = recording("roundware/list_unfiltered.json")["response"]["body"][:2]

    devices = {row["id"]: row["device_id"] for row in await museum.rows()}
    sessions = {session.native_id: session for session in await museum.driver.sessions()}

    for row in stock:
        assert devices[row["id"]] == row["device_id"]
        device = sessions[str(row["id"])].device
        assert device is not None
        assert device.id == row["device_id"]
