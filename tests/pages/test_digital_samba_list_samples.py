"""Digital Samba REST API documentation, "List" of sessions: its requests and their responses."""

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest

from adapters.simulators.digital_samba import DigitalSambaSimulator
from tests.pages.digital_samba import LIST, PAIR, page
from tests.pages.relay import Printed
from tests.pages.support import BACKEND, Reader, document, problem, reading
from tests.support.adapters import noon
from tests.support.payloads import sample


@pytest.fixture
async def reader() -> AsyncIterator[Reader]:
    async with reading(DigitalSambaSimulator(rows=250, seed=2, clock=noon)) as reader:
        yield reader


# Request (listing all sessions): cURL, Java


@pytest.mark.parametrize(
    ("auth", "header"),
    [("basic", f"Basic {PAIR}"), ("bearer_pair", f"Bearer {PAIR}")],
    ids=["cURL", "Java"],
)
async def test_request_listing_all_sessions(auth: str, header: str) -> None:
    simulator = DigitalSambaSimulator(rows=20, seed=2, clock=noon)
    async with reading(simulator, auth=auth) as reader:
        assert await reader.ids() == reader.held()
        await reader.get(f"/v1/sessions/{BACKEND}:{reader.held()[0]}")

    assert {call.headers["Authorization"] for call in reader.relay.asked} == {header}


async def test_request_with_another_key() -> None:
    simulator = DigitalSambaSimulator(rows=20, seed=2, clock=noon)
    async with reading(simulator, developer_key="YOUR_DEVELOPER_KEY") as reader:
        answer = await reader.get()

    problem(answer, 502, "upstream_failed", "Unauthenticated", "YOUR_DEVELOPER_KEY")
    assert answer.body["backends"][BACKEND]["error"]["code"] == "auth"


# Response (200 OK): it prints two rows of 8,096

SHORTENED = replace(
    Printed.sample("digital_samba/list.json"), behind=Printed('{"total_count": 8096, "data": []}')
)

RUNNING = document(
    "digital_samba",
    "edb7a1cb-0627-44ed-9ae4-62a344d6e8a9",
    status="active",
    started_at="2024-03-27T08:15:36Z",
    space={"kind": "room", "id": "95d36f70-a35e-4547-a9da-4f8c013c2874", "name": "MyWebinar"},
    participants={"current": 150, "peak": 200, "total": 300},
    attributes={"room_external_id": None, "room_is_deleted": False},
)
OVER = document(
    "digital_samba",
    "f875d3dd-1cf8-421e-930a-927cce0bf9dd",
    status="ended",
    started_at="2024-03-27T08:15:36Z",
    ended_at="2024-03-27T08:27:38Z",
    last_activity_at="2024-03-27T08:27:38Z",
    duration_s=722.0,
    inferred=["last_activity_at"],
    space={
        "kind": "room",
        "id": "87a5d383-9e79-44ea-b382-686e430f4ecc",
        "name": "DailyEnglishLessons",
    },
    participants={"current": 0, "peak": 3, "total": 3},
    attributes={"room_external_id": None, "room_is_deleted": False},
)


async def test_response_of_the_list(reader: Reader) -> None:
    reader.relay.answers[LIST] = SHORTENED

    assert await reader.listed() == [RUNNING, OVER]
    raw = [session["raw"] for session in await reader.listed(include="raw")]
    assert raw == sample("digital_samba/list.json")["data"]


@pytest.mark.parametrize(
    ("canonical", "found"),
    [
        ({"status": "active"}, [RUNNING]),
        ({"status": "ended"}, [OVER]),
        ({"space": "95d36f70-a35e-4547-a9da-4f8c013c2874"}, [RUNNING]),
        ({"space": "DailyEnglishLessons"}, [OVER]),
        ({"started_after": "2024-04-03", "started_before": "2024-04-18"}, []),
        ({"min_duration": "PT12M2S"}, [OVER]),
        ({"min_duration": "PT12M3S"}, []),
    ],
)
async def test_response_of_a_list_that_was_not_filtered(
    reader: Reader, canonical: dict[str, str], found: list[dict[str, Any]]
) -> None:
    """Whatever the vendor makes of its parameters, only what was asked for is shown."""
    reader.relay.answers[LIST] = SHORTENED

    assert await reader.listed(**canonical) == found


async def test_total_count_is_the_total_amount_of_sessions(reader: Reader) -> None:
    answer = await reader.get(limit=10)

    assert (await page(reader))["total_count"] == 250
    assert answer.body["total"] == {"value": 250, "relation": "eq"}
    assert len(answer.body["data"]) == 10


async def test_total_count_is_not_that_of_what_is_filtered(reader: Reader) -> None:
    answer = await reader.get(status="active", count="exact")

    live = reader.held(lambda row: row.status == "active")
    assert answer.body["total"] == {"value": len(live), "relation": "eq"}


# Request (get a concrete session)


async def test_request_get_a_concrete_session(reader: Reader) -> None:
    """The row is asked for as well: the statistics lack what stands in it alone."""
    for listed in (await reader.listed())[:20]:
        reader.relay.asked.clear()

        answer = await reader.get(f"/v1/sessions/{listed['id']}")

        told = await page(reader, f"/{listed['native_id']}")
        session = answer.body["data"]
        alone = {name: session[name] for name in listed if name != "attributes"}
        assert alone == {name: listed[name] for name in listed if name != "attributes"}
        assert session["attributes"].items() >= listed["attributes"].items()
        assert session["attributes"]["participation_minutes"] == told["participation_minutes"]
        detail, row = reader.relay.asked
        assert detail.name == f"{LIST}/{listed['native_id']}"
        assert (row.name, row.parameters["room_id"]) == (LIST, listed["space"]["id"])


async def test_request_get_a_session_that_is_none(reader: Reader) -> None:
    answer = await reader.get(f"/v1/sessions/{BACKEND}:cf6706ee-5971-464d-8cb9-da3a0df74cf1")

    problem(answer, 404, "not_found", "not-found")
    (call,) = reader.relay.asked
    assert call.name == f"{LIST}/cf6706ee-5971-464d-8cb9-da3a0df74cf1"


async def test_response_of_a_concrete_session(reader: Reader) -> None:
    """Its ``id`` is the one asked for; ``session_duration`` is in minutes cut off."""
    told = sample("digital_samba/get.json")
    reader.relay.answers[f"{LIST}/{told['id']}"] = Printed.sample("digital_samba/get.json")

    answer = await reader.get(f"/v1/sessions/{BACKEND}:{told['id']}")

    named = {
        *("id", "room_id", "room_friendly_url", "session_live"),
        *("session_start_time", "session_end_time"),
        *("live_participants", "active_participants", "max_concurrent_participants"),
    }
    assert answer.body["data"] == document(
        "digital_samba",
        "cf6706ee-5971-464d-8cb9-da3a0df74cf1",
        status="ended",
        started_at="2024-03-22T09:18:49Z",
        ended_at="2024-03-22T09:34:34Z",
        last_activity_at="2024-03-22T09:34:34Z",
        duration_s=945.0,
        inferred=["last_activity_at"],
        space={"kind": "room", "id": "87a5d383-9e79-44ea-b382-686e430f4ecc", "name": "Scrum"},
        participants={"current": 0, "peak": 1, "total": 1},
        attributes={name: value for name, value in told.items() if name not in named},
    )
    assert answer.body["data"]["attributes"]["session_duration"] == 15


# What a running session of the list can be done to: "End"


async def test_a_live_session_is_ended(reader: Reader) -> None:
    live = reader.held(lambda row: row.status == "active")[0]
    before = await reader.ids(status="active")

    answer = await reader.post(f"/v1/sessions/{BACKEND}:{live}/end")

    assert answer.status == 200, answer.body
    assert answer.body["data"]["status"] == "ended"
    assert answer.body["data"]["ended_at"] == "2026-11-22T12:00:00Z"
    assert await reader.ids(status="active") == [each for each in before if each != live]
    assert live in await reader.ids(status="ended")
    assert len(reader.relay.calls(f"POST /api/v1/sessions/{live}/end")) == 1
    assert reader.vendor.served["write"] == 1


async def test_an_ended_session_stays_as_it_is(reader: Reader) -> None:
    (over, *_) = await reader.listed(status="ended")

    answer = await reader.post(f"/v1/sessions/{over['id']}/end")

    assert answer.status == 200, answer.body
    assert answer.body["data"]["ended_at"] == over["ended_at"]
    assert over in await reader.listed(status="ended")
    assert reader.vendor.served["write"] == 1


async def test_a_session_that_is_none_is_not_ended(reader: Reader) -> None:
    answer = await reader.post(f"/v1/sessions/{BACKEND}:cf6706ee/end")

    problem(answer, 404, "not_found", "not-found")
    assert reader.vendor.served["write"] == 1
    assert reader.held() == await reader.ids()
