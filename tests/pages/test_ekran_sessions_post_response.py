"""Ekran System documentation, "4.1.3. Sessions (Post) Endpoint": its notes and its response."""

import json
import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest

from adapters.simulators.ekran import EkranSimulator
from adapters.toolkit.durations import dotnet_time_span
from tests.pages.ekran import SESSIONS, began_within, local, page, rows, sent
from tests.pages.relay import Printed
from tests.pages.support import BACKEND, Reader, document, problem, reading
from tests.support.adapters import NOON, noon
from tests.support.payloads import sample

ONE_DAY = timedelta(days=1)


@pytest.fixture
async def reader() -> AsyncIterator[Reader]:
    async with reading(EkranSimulator(rows=700, seed=3, clock=noon)) as reader:
        yield reader


# Notes 2 and 3


async def test_note_2_nobody_is_shown_to_start_where_a_window_does(reader: Reader) -> None:
    """What the vendor clips has its own start here, whatever was asked for."""
    start = datetime(2026, 11, 20, 6, tzinfo=UTC)
    plain, clipped = await rows(reader), await rows(reader, start=local(start))
    moved = {key for key in clipped if clipped[key]["loginDate"] != plain[key]["loginDate"]}
    assert moved

    found = await reader.ids(started_after=start.isoformat())
    day_before = await reader.listed(started_after=(start - ONE_DAY).isoformat())

    assert moved.isdisjoint(found)
    assert moved <= {session["native_id"] for session in day_before}
    starts = {row.native_id: row.started_at for row in reader.vendor.held()}
    assert all(
        datetime.fromisoformat(s["started_at"]) == starts[s["native_id"]] for s in day_before
    )


async def test_note_3_nobody_is_shown_to_end_where_a_window_does(reader: Reader) -> None:
    end = datetime(2026, 11, 20, 6, tzinfo=UTC)
    plain, clipped = await rows(reader), await rows(reader, end=local(end))
    moved = {key for key in clipped if clipped[key]["logoutDate"] != plain[key]["logoutDate"]}
    assert moved

    found = await reader.listed(started_before=end.isoformat())

    told = {session["native_id"]: session for session in found}
    assert moved <= told.keys()
    for key in moved:
        assert datetime.fromisoformat(told[key]["ended_at"]) == _instant(plain[key]["logoutDate"])
        length = dotnet_time_span(plain[key]["duration"])
        assert told[key]["duration_s"] == length.total_seconds()


async def test_note_3_who_is_still_there_is_not_shown_to_have_left(reader: Reader) -> None:
    """An ``end`` that is yet to come would do that, so none is sent."""
    found = await reader.ids(
        status="active", started_before=(NOON + timedelta(minutes=1)).isoformat()
    )

    assert found
    assert found == reader.held(lambda row: row.status == "active")
    clipped = await rows(reader, end=local(NOON + timedelta(minutes=1)))
    assert all(clipped[native_id]["logoutDate"] for native_id in found)


# Response parameters


async def test_response_sessions_example(reader: Reader) -> None:
    """All but the first field is lost: without a start or an end nothing is known of the rest."""
    fragment = sample("ekran/session_fragment.json")
    reader.relay.answers[SESSIONS] = Printed(json.dumps({"sessions": [fragment], "totalCount": 1}))

    listed = await reader.listed(include="raw", sort="user")

    native_id = str(fragment["sessionId"])
    assert listed == [
        {
            **document("ekran", native_id, attributes={"duration": "20:20:40.0020000"}),
            "raw": fragment,
        }
    ]


async def test_response_sessions_example_with_the_fields_of_the_get_endpoint(
    reader: Reader,
) -> None:
    """The names and dates of "4.1.2. Sessions (Get) Endpoint" around the one that is left."""
    session = {
        **sample("ekran/session_fragment.json"),
        "userId": 61,
        "clientGuid": "06dca1d8-g3ff-4114-a814-f3aeee14dgdg",
        "loginDate": "2000-01-23T04:56:07.000+00:00",
        "logoutDate": "2000-01-24T01:16:47.002+00:00",
    }
    reader.relay.answers[SESSIONS] = Printed(json.dumps({"sessions": [session], "totalCount": 1}))

    assert await reader.listed(sort="user") == [
        document(
            "ekran",
            str(session["sessionId"]),
            status="ended",
            started_at="2000-01-23T04:56:07Z",
            ended_at="2000-01-24T01:16:47.002000Z",
            duration_s=73240.002,
            user={"id": "61", "name": None},
            device={"id": "06dca1d8-g3ff-4114-a814-f3aeee14dgdg", "name": None},
            inferred=["status"],
        )
    ]


async def test_response_total_count(reader: Reader) -> None:
    answer = await reader.get(limit=5, sort="user")

    _, told = await page(reader, sessionCount=1)
    assert told["totalCount"] == len(reader.held())
    assert answer.body["total"] == {"value": told["totalCount"], "relation": "eq"}


async def test_response_total_count_is_of_the_window_and_not_of_what_was_asked(
    reader: Reader,
) -> None:
    since = datetime(2026, 11, 21, tzinfo=UTC)

    answer = await reader.get(started_after=since.isoformat(), count="exact")

    right = len(reader.held(began_within(since, None)))
    assert answer.body["total"] == {"value": right, "relation": "eq"}
    _, told = await page(reader, start=local(since - timedelta(hours=26)))
    assert told["totalCount"] > right


# The last note


async def test_note_more_than_1000_sessions(reader: Reader) -> None:
    status, _ = await page(reader, sessionCount=1001)
    assert status == 400

    answer = await reader.get(limit=1001)

    assert answer.status == 200
    assert answer.body["page"]["limit"] == 1000
    assert max(sent(reader, "sessionCount")) < 1000


async def test_note_status_code_400(reader: Reader) -> None:
    """A mistake of ours: it is not tried again, and the vendor's words stay there."""
    words = '{"title": "validation errors", "traceId": "00-0af7651916cd43dd", "status": 400}'
    reader.relay.answers[SESSIONS] = Printed(words, 400, "application/problem+json")

    answer = await reader.get()

    problem(answer, 502, "upstream_failed", "validation", "traceId", "ekranapi")
    error = answer.body["backends"][BACKEND]["error"]
    assert (error["code"], error["retryable"]) == ("protocol", False)
    assert len(reader.relay.asked) == 1


def _instant(written: str) -> datetime:
    return datetime.fromisoformat(re.sub(r"(\.\d{6})\d", r"\1", written))
