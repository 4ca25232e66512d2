"""Ending a session of Digital Samba: once, whatever the vendor makes of it."""

from typing import Literal

import pytest

from adapters.digital_samba import DigitalSambaAdapter, DigitalSambaOptions
from gateway.spi import (
    Done,
    ErrorCode,
    GiveUp,
    HttpReply,
    LogInAgain,
    Operation,
    Refusal,
    Refused,
    SlowDown,
    Status,
    TryAgainLater,
    Unclear,
    UpstreamError,
    Write,
    WriteOutcome,
)
from tests.support.adapters import mapped
from tests.support.replies import Replies, reply
from tests.vendors.digital_samba import (
    KEY,
    OPENAPI_STATISTICS,
    team,
)

ADAPTER = DigitalSambaAdapter(DigitalSambaOptions.model_validate(KEY))
NATIVE_ID = OPENAPI_STATISTICS["session_id"]
LIVE = OPENAPI_STATISTICS | {"session_live": True, "session_end_time": None}


def ending(native_id: str) -> Write:
    return Write(Operation.END, native_id)


async def ended(*replies: HttpReply) -> tuple[WriteOutcome, list[str]]:
    """End a session over prepared replies; give what became of it, and what was asked."""
    wire = Replies(*replies)
    outcome = await ADAPTER.write(ending(NATIVE_ID), wire.driver(ADAPTER).context)
    return outcome, wire.asked


async def test_a_live_session_is_ended_by_one_call_and_told_as_it_is_then() -> None:
    """OpenAPI, endSession: POST, and 200 without a body."""
    async with team(rows=40) as (simulator, driver):
        live = next(held.native_id for held in simulator.held() if held.status == "active")

        outcome = await driver.adapter.write(ending(live), driver.context)

        listed = {session.native_id: session for session in await driver.sessions()}
    assert isinstance(outcome, Done)
    assert outcome.record is not None
    assert not outcome.is_new
    told = mapped(driver.adapter, outcome.record).session
    assert (told.native_id, told.status) == (live, Status.ENDED)
    assert listed[live].status is Status.ENDED
    assert listed[live].ended_at == told.ended_at
    assert {held.native_id: held.status for held in simulator.held()}[live] == "ended"
    assert simulator.served["write"] == 1


@pytest.mark.parametrize("ended_already", [None, 404, 409, 422])
async def test_a_session_that_has_ended_is_done(
    ended_already: Literal[404, 409, 422] | None,
) -> None:
    """What is said to such a call only the "API Error Reference" tells: 409."""
    async with team(rows=40, ended_already=ended_already) as (simulator, driver):
        over = next(held for held in simulator.held() if held.status == "ended")

        outcome = await driver.adapter.write(ending(over.native_id), driver.context)

    assert isinstance(outcome, Done)
    assert outcome.record is not None
    assert mapped(driver.adapter, outcome.record).session.native_id == over.native_id
    assert simulator.served["write"] == 1


@pytest.mark.parametrize("native_id", ["9c725f12-705c-40e5-be1f-10dea6fa0a1f", "a/b", "end?"])
async def test_an_unknown_session_is_not_found(native_id: str) -> None:
    async with team(rows=5) as (simulator, driver):
        outcome = await driver.adapter.write(ending(native_id), driver.context)

    assert outcome == Refused(Refusal.NOT_FOUND)
    assert simulator.served["write"] == 1


@pytest.mark.parametrize("native_id", ["", ".", ".."])
async def test_what_would_be_another_call_is_not_sent(native_id: str) -> None:
    async with team(rows=5) as (simulator, driver):
        outcome = await driver.adapter.write(ending(native_id), driver.context)

    assert outcome == Refused(Refusal.NOT_FOUND)
    assert simulator.requests == []


@pytest.mark.parametrize(
    ("few", "is_over"),
    [
        ({"session_live": False}, True),
        ({"session_end_time": "2024-03-22T09:34:34Z"}, True),
        ({"session_end_time": None}, False),
    ],
)
async def test_without_a_word_on_live_an_end_tells_that_it_is_over(
    few: dict[str, object], is_over: bool
) -> None:
    record = {"session_id": NATIVE_ID, "room_external_id": None, "description": None} | few
    replies = reply(409, {"message": "?"}), reply(200, record)

    if is_over:
        outcome, _ = await ended(*replies)
        assert isinstance(outcome, Done)
    else:
        with pytest.raises(GiveUp):
            await ended(*replies)


async def test_a_refusal_of_what_goes_on_is_an_error() -> None:
    with pytest.raises(GiveUp) as caught:
        await ended(reply(422, {"message": "?"}), reply(200, LIVE))

    assert caught.value.code is ErrorCode.PROTOCOL


@pytest.mark.parametrize("unreadable", [reply(500), reply(429), reply(404), reply(200)])
async def test_what_was_ended_is_done_though_it_cannot_be_read(unreadable: HttpReply) -> None:
    outcome, asked = await ended(reply(200), unreadable)

    assert outcome == Done(None)
    assert asked == [f"POST /sessions/{NATIVE_ID}/end", f"GET /sessions/{NATIVE_ID}"]


async def test_another_good_status_without_a_body_is_as_good() -> None:
    outcome, _ = await ended(reply(204), reply(200, OPENAPI_STATISTICS))

    assert isinstance(outcome, Done)
    assert outcome.record is not None


@pytest.mark.parametrize("status", [500, 502, 503, 504])
async def test_a_failure_of_the_server_leaves_it_open_what_was_done(status: int) -> None:
    outcome, asked = await ended(reply(status))

    assert outcome == Unclear()
    assert asked == [f"POST /sessions/{NATIVE_ID}/end"]


@pytest.mark.parametrize(
    ("refused", "error", "code"),
    [
        (reply(301), GiveUp, ErrorCode.CONFIG),
        (reply(400), GiveUp, ErrorCode.PROTOCOL),
        (reply(401), LogInAgain, ErrorCode.AUTH),
        (reply(403), GiveUp, ErrorCode.FORBIDDEN),
        (reply(405), GiveUp, ErrorCode.PROTOCOL),
        (reply(429, retry_after="38"), SlowDown, ErrorCode.RATE_LIMITED),
    ],
)
async def test_a_refusal_is_an_error_and_nothing_was_done(
    refused: HttpReply,
    error: type[UpstreamError],
    code: ErrorCode,
) -> None:
    with pytest.raises(error) as caught:
        await ended(refused)

    assert caught.value.code is code
    assert not caught.value.has_been_sent


async def test_an_end_is_sent_once_even_where_the_connection_breaks() -> None:
    async with team(rows=40, drops_writes=True) as (simulator, driver):
        live = next(held.native_id for held in simulator.held() if held.status == "active")

        with pytest.raises(TryAgainLater) as caught:
            await driver.adapter.write(ending(live), driver.context)

    assert caught.value.code is ErrorCode.RESET
    assert simulator.served["write"] == 1
    assert {held.native_id: held.status for held in simulator.held()}[live] == "ended"


def test_a_session_can_be_ended_and_nothing_else() -> None:
    """The vendor begins sessions itself, and has no call for a sign of life."""
    assert ADAPTER.abilities().operations == {Operation.END: {}}
