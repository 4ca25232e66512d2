"""One session of Digital Samba: all that its statistics tell, and all that the list tells."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from adapters.digital_samba import DigitalSambaAdapter, DigitalSambaOptions
from adapters.simulators.digital_samba import Form
from gateway.spi import BadAnswer, ErrorCode, HttpReply, SlowDown, UpstreamError
from tests.support.adapters import mapped
from tests.support.payloads import raw
from tests.support.replies import Replies, reply
from tests.vendors.digital_samba import (
    KEY,
    LIVE_ROW,
    OPENAPI_ROW,
    OPENAPI_STATISTICS,
    STATISTICS,
    ids,
    team,
)

ADAPTER = DigitalSambaAdapter(DigitalSambaOptions.model_validate(KEY))
NATIVE_ID = STATISTICS["id"]
ROW = LIVE_ROW | {
    "id": NATIVE_ID,
    "live": False,
    "room_external_id": "EXT-ID-9",
    "description": "All about it",
}


async def got(*replies: HttpReply) -> tuple[dict[str, Any] | None, list[str]]:
    """Read one session over prepared replies; give the record and what was asked."""
    wire = Replies(*replies)
    record = await ADAPTER.get(NATIVE_ID, wire.driver(ADAPTER).context)
    return (None if record is None else json.loads(bytes(record))), wire.asked


async def test_statistics_that_lack_what_the_list_tells_are_joined_with_the_row() -> None:
    """The sample of "List", GET sessions/:id, has neither the room's external id nor its words."""
    page = {"total_count": 2, "data": [LIVE_ROW, ROW]}

    record, asked = await got(reply(200, STATISTICS), reply(200, page))

    assert record == STATISTICS | {"room_external_id": "EXT-ID-9", "description": "All about it"}
    assert asked == [f"GET /sessions/{NATIVE_ID}", "GET /sessions"]


async def test_the_row_is_sought_in_its_room_around_its_start() -> None:
    """The parameters of "List": no id, but a room, and days."""
    async with team(rows=60) as (simulator, driver):
        listed = ids((await driver.pages())[0])
        simulator.requests.clear()
        await driver.adapter.get(listed[30], driver.context)

    detail, row = simulator.requests
    assert detail == f"GET /api/v1/sessions/{listed[30]}"
    assert row.startswith("GET /api/v1/sessions?limit=100&room_id=")
    assert "&date_start=2026-11-21&date_end=2026-11-24" in row


async def test_statistics_that_tell_all_cost_one_request() -> None:
    """GetSessionStatistics of the OpenAPI document has the fields of the room too."""
    record, asked = await got(reply(200, OPENAPI_STATISTICS))

    assert record == OPENAPI_STATISTICS
    assert asked == [f"GET /sessions/{NATIVE_ID}"]


@pytest.mark.parametrize("form", ["page", "openapi"])
async def test_a_session_alone_tells_no_less_than_its_row(form: Form) -> None:
    async with team(rows=40, form=form) as (_, driver):
        for listed in await driver.sessions():
            record = await driver.adapter.get(listed.native_id, driver.context)
            assert record is not None
            alone = mapped(driver.adapter, record).session

            assert alone.title == listed.title
            assert alone.participants is not None
            assert alone.attributes.items() >= {
                (name, value)
                for name, value in listed.attributes.items()
                # A live row of the OpenAPI document has an end, which its statistics have not.
                if name != "end_time"
            }
            assert "participation_minutes" in alone.attributes


async def test_what_both_tell_is_told_by_the_statistics() -> None:
    page = {"data": [ROW | {"live": True, "participants_total": 99, "friendly_url": "Before"}]}

    record, _ = await got(reply(200, STATISTICS), reply(200, page))

    session = mapped(ADAPTER, raw(record)).session
    assert session.ended_at == datetime(2024, 3, 22, 9, 34, 34, tzinfo=UTC)
    assert session.participants is not None
    assert session.participants.total == 1
    assert session.space is not None
    assert session.space.name == "Scrum"
    assert session.title == "All about it"


async def test_statistics_that_are_narrowed_are_filled_in_whole() -> None:
    """OpenAPI: ``metrics`` narrows the fields, "so any may be missing"."""
    few = {"session_id": NATIVE_ID, "room_id": "r", "session_start_time": "2024-03-22T09:18:49Z"}
    row = OPENAPI_ROW | {"id": NATIVE_ID}

    record, _ = await got(reply(200, few), reply(200, {"data": [row]}))

    session = mapped(ADAPTER, raw(record)).session
    assert session.native_id == NATIVE_ID
    assert session.title == "My room description"
    assert session.participants is not None
    assert session.participants.total == 8
    assert session.started_at == datetime(2024, 3, 22, 9, 18, 49, tzinfo=UTC)
    assert "session_id" not in session.attributes
    assert "start_time" not in session.attributes


@pytest.mark.parametrize("rows", [[], [LIVE_ROW], [{"id": None}, 7]])
async def test_a_row_that_is_not_found_leaves_the_statistics_as_they_are(rows: list[Any]) -> None:
    page = {"total_count": len(rows), "data": rows}

    record, _ = await got(reply(200, STATISTICS), reply(200, page))

    assert record == STATISTICS


async def test_a_row_that_is_not_on_the_first_page_of_its_room_is_on_another() -> None:
    first = reply(200, {"total_count": 2, "data": [LIVE_ROW]})

    record, asked = await got(reply(200, STATISTICS), first, reply(200, {"data": [ROW]}))

    assert record is not None
    assert record["description"] == "All about it"
    assert asked == [f"GET /sessions/{NATIVE_ID}", "GET /sessions", "GET /sessions"]


async def test_a_room_without_an_end_is_not_read_for_ever() -> None:
    pages = [reply(200, {"data": [LIVE_ROW | {"id": f"id {page}"}]}) for page in range(11)]

    record, asked = await got(reply(200, STATISTICS), *pages)

    assert record == STATISTICS
    assert len(asked) == 1 + 10


@pytest.mark.parametrize("name", ["room_id", "session_start_time"])
async def test_without_a_room_or_a_start_no_row_is_sought(name: str) -> None:
    few = {field: value for field, value in STATISTICS.items() if field != name}

    record, asked = await got(reply(200, few))

    assert record == few
    assert len(asked) == 1


async def test_less_than_all_is_never_given_for_all() -> None:
    """A row that could not be asked for is a failure: the next call may find it."""
    with pytest.raises(SlowDown) as caught:
        await got(reply(200, STATISTICS), reply(429, retry_after="38"))

    assert caught.value.retry_after_seconds == 38


@pytest.mark.parametrize(
    ("body", "code"), [([], ErrorCode.SCHEMA), ("text", ErrorCode.SCHEMA), (b"", "bad_payload")]
)
async def test_what_is_no_object_is_no_session(body: object, code: str) -> None:
    with pytest.raises(BadAnswer) as caught:
        await got(reply(200, body))

    assert caught.value.code == code


async def test_a_session_that_is_gone_is_none() -> None:
    assert await got(reply(404, {"message": "Not Found"})) == (None, [f"GET /sessions/{NATIVE_ID}"])


async def test_any_other_refusal_is_an_error() -> None:
    with pytest.raises(UpstreamError):
        await got(reply(422, {"message": "?"}))
