"""Roundware API documentation, "sessions/": both GETs, their filters and samples."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from adapters.simulators.roundware import TOKEN, RoundwareSimulator
from tests.pages.relay import Printed
from tests.pages.support import BACKEND, Reader, document, problem, reading
from tests.support.adapters import NOON, noon
from tests.support.payloads import sample

LIST = "GET /api/2/sessions/"
LETTER_OF_THE_PAGE = {"authorization": f"token {TOKEN}"}


@pytest.fixture
async def reader() -> AsyncIterator[Reader]:
    async with reading(RoundwareSimulator(rows=80, seed=1, clock=noon)) as reader:
        yield reader


async def rows(reader: Reader, query: str = "") -> list[dict[str, Any]]:
    """Call the vendor as the page does."""
    status, told = await reader.page_says(
        "GET", f"/api/2/sessions/{query}", headers=LETTER_OF_THE_PAGE
    )
    assert status == 200
    found: list[dict[str, Any]] = told
    return found


def language_ids(found: list[dict[str, Any]]) -> set[int | None]:
    return {row["language_id"] for row in found}


def asked_for_everything(reader: Reader) -> bool:
    """Say whether the gateway has made the page's call, once and without a parameter."""
    return [(call.name, call.parameters) for call in reader.relay.asked] == [(LIST, {})]


# GET sessions/


async def test_get_sessions(reader: Reader) -> None:
    listed = await reader.listed()

    assert [session["native_id"] for session in listed] == reader.held()
    assert {(s["native_id"], s["status"]) for s in listed} == {
        (row.native_id, row.status) for row in reader.vendor.held()
    }
    assert asked_for_everything(reader)
    assert reader.relay.asked[0].headers["Authorization"].lower() == f"token {TOKEN}"


async def test_get_sessions_sample_json_response(reader: Reader) -> None:
    """Starts are of 2017, and no stop is told: whether they go on nobody knows."""
    reader.relay.answers[LIST] = Printed.sample("roundware/list.json")

    listed = await reader.listed(sort="started_at")

    told = {
        "status": "unknown",
        "inferred": ["status"],
        "client": {"name": "iOS", "version": "8.1"},
        "space": {"kind": "project", "id": "1", "name": None},
        "attributes": {
            "client_system": "iOS 8.1",
            "demo_stream_enabled": True,
            "geo_listen_enabled": False,
            "timezone": "-8000",
            "language_id": 2,
        },
    }
    assert listed == [
        document("roundware", "109", started_at="2017-09-06T15:43:35.947761Z", **told),
        document("roundware", "111", started_at="2017-09-06T16:24:32.647751Z", **told),
    ]


@pytest.mark.parametrize("record", sample("roundware/list.json"))
async def test_get_sessions_sample_records_stay_as_they_are(
    reader: Reader, record: dict[str, Any]
) -> None:
    reader.relay.answers[LIST] = Printed.sample("roundware/list.json")

    (session,) = await reader.listed(native_id=str(record["id"]), include="raw")

    assert session["raw"] == record


@pytest.mark.parametrize(
    ("parameter", "value", "canonical"),
    [
        ("project_id", "1", {"space": "1"}),
        ("project_id", "99", {"space": "99"}),
        ("language_id", "2", {"attributes.language_id": "2"}),
        ("geo_listen_enabled", "true", {"attributes.geo_listen_enabled": "true"}),
        ("geo_listen_enabled", "false", {"attributes.geo_listen_enabled": "false"}),
        ("demo_stream_enabled", "true", {"attributes.demo_stream_enabled": "true"}),
        ("demo_stream_enabled", "false", {"attributes.demo_stream_enabled": "false"}),
    ],
)
async def test_optional_filters(
    reader: Reader, parameter: str, value: str, canonical: dict[str, str]
) -> None:
    """The page's filter and the gateway's choose the same, and the page's is not sent.

    A value that the server takes as invalid brings the whole table with 200, or in earlier
    versions nothing (list_project_id_not_a_number.json); so the whole list is read, which also
    serves the next question.
    """
    chosen = {str(row["id"]) for row in await rows(reader, f"?{parameter}={value}")}

    assert set(await reader.ids(**canonical)) == chosen
    assert len(chosen) < 80
    assert (len(chosen) > 0) == (value != "99")
    assert asked_for_everything(reader)


async def test_optional_filter_language(reader: Reader) -> None:
    """No record has a code: it has a number, by which the same sessions are found.

    So that a language cannot be asked for is said, and the vendor is not asked.
    """
    spanish = await rows(reader, "?language=es")
    problem(await reader.get(language="es"), 400, "filter_unanswerable")
    assert reader.relay.asked == []

    found = await reader.ids(**{"attributes.language_id": "2"})

    assert language_ids(spanish) == {2}
    assert set(found) == {str(row["id"]) for row in spanish}


async def test_optional_filters_together(reader: Reader) -> None:
    """All hold, as with the vendor (list_combined.json)."""
    query = "?project_id=2&language_id=1&geo_listen_enabled=true&demo_stream_enabled=false"
    chosen = {str(row["id"]) for row in await rows(reader, query)}

    found = await reader.ids(
        space="2",
        **{
            "attributes.language_id": "1",
            "attributes.geo_listen_enabled": "true",
            "attributes.demo_stream_enabled": "false",
        },
    )

    assert chosen
    assert set(found) == chosen


async def test_the_querystring_of_the_page_contradicts_itself(reader: Reader) -> None:
    """Its language and its language_id differ: nothing is both (list_document_example.json)."""
    query = "?project_id=1&language_id=2&language=en"
    query += "&geo_listen_enabled=false&demo_stream_enabled=true"

    assert await rows(reader, query) == []
    assert await reader.ids(space="1", **{"attributes.language_id": ["2"]}) != []
    problem(await reader.get(space="1", language="en"), 400, "filter_unanswerable")


@pytest.mark.parametrize("value", ["abc", "1.5", "True"])
async def test_what_a_filter_does_not_understand_chooses_nothing(
    reader: Reader, value: str
) -> None:
    """The vendor gives the whole table, or that of another project."""
    assert await rows(reader, f"?project_id={value}&geo_listen_enabled={value}") != []

    assert await reader.ids(space=value) == []
    assert await reader.ids(**{"attributes.geo_listen_enabled": value}) == []


# GET sessions/:id/


async def test_get_sessions_id(reader: Reader) -> None:
    for native_id in reader.held():
        answer = await reader.get(f"/v1/sessions/{BACKEND}:{native_id}")

        assert answer.body["data"]["native_id"] == native_id
    assert [call.name for call in reader.relay.asked] == [
        f"GET /api/2/sessions/{native_id}/" for native_id in reader.held()
    ]
    assert {call.headers["Authorization"].lower() for call in reader.relay.asked} == {
        f"token {TOKEN}"
    }


async def test_get_sessions_id_tells_what_the_list_tells(reader: Reader) -> None:
    for listed in await reader.listed():
        answer = await reader.get(f"/v1/sessions/{listed['id']}")

        assert answer.body["data"] == listed


async def test_get_sessions_id_sample_json_response(reader: Reader) -> None:
    reader.relay.answers["GET /api/2/sessions/1/"] = Printed.sample("roundware/get.json")

    answer = await reader.get(f"/v1/sessions/{BACKEND}:1")

    assert answer.body["data"] == document(
        "roundware",
        "1",
        started_at="2017-09-06T16:24:32.647751Z",
        inferred=["status"],
        client={"name": "iOS", "version": "8.1"},
        space={"kind": "project", "id": "1", "name": None},
        attributes={
            "client_system": "iOS 8.1",
            "demo_stream_enabled": True,
            "geo_listen_enabled": False,
            "timezone": "-8000",
            "language_id": 2,
        },
    )


async def test_get_sessions_id_of_none(reader: Reader) -> None:
    """get_404.json: its words are the vendor's, and stay there."""
    status, told = await reader.page_says(
        "GET", "/api/2/sessions/99999/", headers=LETTER_OF_THE_PAGE
    )

    answer = await reader.get(f"/v1/sessions/{BACKEND}:99999")

    assert (status, told) == (404, {"detail": "Not found."})
    problem(answer, 404, "not_found", told["detail"])
    assert [call.name for call in reader.relay.asked] == ["GET /api/2/sessions/99999/"]


async def test_get_sessions_id_that_is_no_number(reader: Reader) -> None:
    """get_id_not_a_number_500.json: the server fails on it, so it is not asked."""
    answer = await reader.get(f"/v1/sessions/{BACKEND}:count")

    problem(answer, 404, "not_found")
    assert reader.relay.asked == []


# Definition, and the token of every sample


async def test_definition_a_session_is_established_when_the_client_is_started(
    reader: Reader,
) -> None:
    """The server never writes its end, so for an hour it is taken to go on."""
    listed = await reader.listed()

    hour_ago = NOON - timedelta(hours=1)
    begun = {
        row.native_id
        for row in reader.vendor.held()
        if row.started_at and row.started_at > hour_ago
    }
    active = {s["native_id"] for s in listed if s["status"] == "active"}
    assert active
    assert active <= begun
    assert all("status" in s["inferred"] for s in listed if s["status"] != "ended")


async def test_authorization_with_another_token() -> None:
    """list_bad_token_401.json: a mistake of the configuration, told without the vendor's words."""
    simulator = RoundwareSimulator(rows=3, seed=1, clock=noon)
    async with reading(simulator, token="aed40ccd8bbc291bf04ccea20627cd8f83eee9ca") as reader:
        listed = await reader.get()
        found = await reader.get(f"/v1/sessions/{BACKEND}:1")
        written = await reader.post("/v1/sessions", {"backend": BACKEND, "space": {"id": "1"}})

    for answer in (listed, found, written):
        problem(answer, 502, "upstream_failed", "Invalid token", "aed40ccd")
    assert listed.body["backends"][BACKEND]["error"]["code"] == "auth"
    assert len(simulator.held()) == 3
