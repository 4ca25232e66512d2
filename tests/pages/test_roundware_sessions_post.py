"""Roundware API documentation, "sessions/": POST, its parameters and its sample."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from adapters.simulators.roundware import TOKEN, RoundwareSimulator
from tests.pages.relay import Call, Printed
from tests.pages.support import BACKEND, Reader, document, problem, reading
from tests.support.adapters import noon

POST = "POST /api/2/sessions/"
LETTER_OF_THE_PAGE = {"authorization": f"token {TOKEN}"}

PAYLOAD = {
    "project_id": 1,
    "client_system": "iOS 8.1",
    "geo_listen_enabled": True,
    "demo_stream_enabled": False,
    "language": "fr",
    "timezone": "-8000",
}
IN_CANONICAL_WORDS: dict[str, Any] = {
    "backend": BACKEND,
    "space": {"id": "1"},
    "language": "fr",
    "attributes": {
        "client_system": "iOS 8.1",
        "geo_listen_enabled": True,
        "demo_stream_enabled": False,
        "timezone": "-8000",
    },
}


@pytest.fixture
async def reader() -> AsyncIterator[Reader]:
    async with reading(RoundwareSimulator(rows=40, seed=1, clock=noon)) as reader:
        yield reader


async def created(reader: Reader, **fields: object) -> dict[str, Any]:
    """Create a session of project 1, and find it in the next list."""
    answer = await reader.post("/v1/sessions", {"backend": BACKEND, "space": {"id": "1"}, **fields})
    assert answer.status == 201, answer.body
    session: dict[str, Any] = answer.body["data"]
    assert session in await reader.listed()
    assert reader.vendor.served["write"] == 1
    return session


def sent(reader: Reader) -> Call:
    (call,) = reader.relay.calls(POST)
    return call


async def test_post_sessions(reader: Reader) -> None:
    """The language goes by its number: of a code it lacks the server makes another language."""
    before = await reader.ids()

    answer = await reader.post("/v1/sessions", IN_CANONICAL_WORDS)

    listed = await reader.listed()
    new = answer.body["data"]
    assert answer.status == 201, answer.body
    assert answer.headers["Location"] == f"/v1/sessions/{new['id']}"
    assert sent(reader).body == {
        **{name: value for name, value in PAYLOAD.items() if name != "language"},
        "language_id": 3,
    }
    assert sent(reader).headers["Content-Type"] == "application/json"
    assert sent(reader).headers["Authorization"].lower() == f"token {TOKEN}"
    assert reader.vendor.served["write"] == 1
    assert [session for session in listed if session["native_id"] not in before] == [new]
    assert new["started_at"] == "2026-11-22T12:00:00Z"
    assert new["status"] == "active"
    assert new["space"] == {"kind": "project", "id": "1", "name": None}
    assert new["attributes"] == {**IN_CANONICAL_WORDS["attributes"], "language_id": 3}


async def test_post_sessions_makes_what_the_payload_of_the_page_makes(reader: Reader) -> None:
    _, row = await reader.page_says(
        "POST", "/api/2/sessions/", headers=LETTER_OF_THE_PAGE, body=PAYLOAD
    )

    answer = await reader.post("/v1/sessions", IN_CANONICAL_WORDS)

    ours = answer.body["data"]["native_id"]
    _, rows = await reader.page_says("GET", "/api/2/sessions/", headers=LETTER_OF_THE_PAGE)
    both = [one for one in rows if str(one["id"]) in (ours, str(row["id"]))]
    assert len(both) == 2
    assert {**both[0], "id": 0} == {**both[1], "id": 0}


async def test_post_sessions_sample_json_response(reader: Reader) -> None:
    reader.relay.answers[POST] = Printed.sample("roundware/create.json")

    answer = await reader.post("/v1/sessions", IN_CANONICAL_WORDS)

    assert answer.status == 201
    assert answer.headers["Location"] == f"/v1/sessions/{BACKEND}:104"
    assert answer.body["data"] == document(
        "roundware",
        "104",
        started_at="2017-06-09T02:42:03.939255Z",
        inferred=["status"],
        device={"id": "12891038109281", "name": None},
        client={"name": "iPhone", "version": "8.1"},
        space={"kind": "project", "id": "1", "name": None},
        attributes={
            "client_system": "iOS 8.1",
            "demo_stream_enabled": False,
            "geo_listen_enabled": True,
            "language_id": 1,
            "timezone": "0000",
        },
    )


async def test_post_required_parameter_project_id(reader: Reader) -> None:
    session = await created(reader, space={"id": "2"})

    assert sent(reader).body == {"project_id": 2}
    assert session["space"]["id"] == "2"


async def test_post_required_parameter_project_id_left_out(reader: Reader) -> None:
    answer = await reader.post("/v1/sessions", {"backend": BACKEND})

    problem(answer, 422, "missing_field")
    assert [error["parameter"] for error in answer.body["errors"]] == ["space.id"]
    assert reader.relay.asked == []


async def test_post_required_parameter_project_id_unknown(reader: Reader) -> None:
    """post_unknown_project_500.json: the server fails on it, and creates nothing."""
    before = reader.held()

    answer = await reader.post("/v1/sessions", {"backend": BACKEND, "space": {"id": "99"}})

    problem(answer, 422, "invalid_field", "Server Error")
    assert [error["parameter"] for error in answer.body["errors"]] == ["space.id"]
    assert reader.vendor.served["write"] == 1
    assert reader.held() == before


async def test_post_required_parameter_client_system(reader: Reader) -> None:
    """In fact it may be left out (post_minimal_ok.json)."""
    session = await created(reader, attributes={"client_system": "iOS 10.2"})

    assert sent(reader).body["client_system"] == "iOS 10.2"
    assert session["client"] == {"name": "iPhone", "version": "10.2"}


async def test_post_required_parameter_client_system_in_canonical_words(reader: Reader) -> None:
    session = await created(reader, client={"name": "iPad", "version": "10.2"})

    assert sent(reader).body == {
        "project_id": 1,
        "client_type": "iPad",
        "client_system": "iOS 10.2",
    }
    assert session["client"] == {"name": "iPad", "version": "10.2"}


async def test_post_optional_parameter_client_type(reader: Reader) -> None:
    session = await created(reader, client={"name": "web"})

    assert sent(reader).body["client_type"] == "web"
    assert session["client"]["name"] == "web"


@pytest.mark.parametrize("is_enabled", [True, False])
@pytest.mark.parametrize("name", ["demo_stream_enabled", "geo_listen_enabled"])
async def test_post_optional_parameters_that_are_booleans(
    reader: Reader, name: str, *, is_enabled: bool
) -> None:
    session = await created(reader, attributes={name: is_enabled})

    assert sent(reader).body == {"project_id": 1, name: is_enabled}
    assert session["attributes"][name] is is_enabled


async def test_post_optional_parameters_left_out_have_their_defaults(reader: Reader) -> None:
    """Those of the page: of geo_listen_enabled the project's."""
    session = await created(reader)

    assert sent(reader).body == {"project_id": 1}
    assert session["attributes"]["demo_stream_enabled"] is False
    assert session["attributes"]["geo_listen_enabled"] is True
    assert session["attributes"]["language_id"] == 1  # en


@pytest.mark.parametrize(("code", "number"), [("en", 1), ("es", 2), ("fr", 3)])
async def test_post_optional_parameter_language(reader: Reader, code: str, number: int) -> None:
    session = await created(reader, language=code)

    assert sent(reader).body["language_id"] == number
    assert session["attributes"]["language_id"] == number


async def test_post_optional_parameter_language_unknown(reader: Reader) -> None:
    answer = await reader.post(
        "/v1/sessions", {"backend": BACKEND, "space": {"id": "1"}, "language": "xx"}
    )

    problem(answer, 422, "invalid_field")
    assert reader.vendor.served["write"] == 0


async def test_post_optional_parameter_language_id(reader: Reader) -> None:
    session = await created(reader, attributes={"language_id": 2})

    assert sent(reader).body["language_id"] == 2
    assert session["attributes"]["language_id"] == 2


async def test_post_optional_parameter_language_id_beside_a_language(reader: Reader) -> None:
    """The server would take the language and drop the number; so both are refused."""
    answer = await reader.post(
        "/v1/sessions",
        {
            "backend": BACKEND,
            "space": {"id": "1"},
            "language": "es",
            "attributes": {"language_id": 1},
        },
    )

    problem(answer, 422, "invalid_field")
    assert [error["parameter"] for error in answer.body["errors"]] == ["attributes.language_id"]
    assert reader.vendor.served["write"] == 0


async def test_post_optional_parameter_timezone(reader: Reader) -> None:
    session = await created(reader, attributes={"timezone": "-5000"})

    assert sent(reader).body["timezone"] == "-5000"
    assert session["attributes"]["timezone"] == "-5000"
    # It is the client's, and says nothing about the start.
    assert session["started_at"] == "2026-11-22T12:00:00Z"


async def test_post_optional_parameter_timezone_of_another_shape(reader: Reader) -> None:
    """post_bad_timezone_400.json, whose words stay here."""
    answer = await reader.post(
        "/v1/sessions",
        {"backend": BACKEND, "space": {"id": "1"}, "attributes": {"timezone": "CET"}},
    )

    problem(answer, 422, "invalid_field", "RFC822")
    assert [error["parameter"] for error in answer.body["errors"]] == ["attributes.timezone"]
    assert reader.vendor.served["write"] == 1
    assert reader.held() == await reader.ids()


@pytest.mark.parametrize("field", ["started_at", "device", "status", "user"])
async def test_post_of_what_the_page_has_no_parameter_for(reader: Reader, field: str) -> None:
    """The server would drop it (post_read_only_fields.json)."""
    value = {"id": "x"} if field in ("device", "user") else "2026-11-22T11:00:00Z"

    answer = await reader.post(
        "/v1/sessions", {"backend": BACKEND, "space": {"id": "1"}, field: value}
    )

    problem(answer, 422, "unsupported_field")
    assert reader.relay.asked == []
