"""EMOTIV Cortex: sessions that are closed, and what may go wrong with any write."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

import pytest
from msgspec import Raw

from adapters.cortex import CortexAdapter, CortexOptions
from adapters.simulators.cortex import CLIENT, HEADSETS, Manners
from gateway.spi import (
    BadAnswer,
    Context,
    ErrorCode,
    GiveUp,
    LogInAgain,
    Refusal,
    Refused,
    RpcError,
    Status,
    Ticket,
    TryAgainLater,
    UpstreamError,
    Write,
    WriteOutcome,
)
from tests.support.adapters import NOON
from tests.support.payloads import raw
from tests.vendors.cortex import BOTH, V1, creating, done, ending, held, lab, statuses


@BOTH
async def test_a_session_is_closed_by_its_id_and_no_other_is(manners: Manners) -> None:
    """After "updateSession": without an id version 1 would close the first that is open."""
    async with lab(manners) as (simulator, driver):
        other = await done(driver, creating(device__id=HEADSETS[0]))
        session = await done(driver, creating(device__id=HEADSETS[1]))
        before = held(simulator)

        over = await done(driver, ending(session.native_id))
        after = held(simulator)

        assert await statuses(driver) == after

    assert over.native_id == session.native_id
    assert (over.status, over.native_status) == (Status.ENDED, "closed")
    assert over.ended_at == NOON
    assert after[other.native_id] == "active"
    # Version 1 stores what is closed, later ones destroy it ("Sessions").
    closed = {session.native_id: "ended"} if manners is V1 else {}
    assert after == {id_: before[id_] for id_ in before if id_ != session.native_id} | closed


@pytest.mark.parametrize("closes_again", [True, False])
async def test_a_session_of_version_1_that_is_closed_already_is_given_as_it_is(
    closes_again: bool,
) -> None:
    """After "Errors": -32008 is "The session was closed"; for which calls is not told."""
    async with lab(Manners(closes_again=closes_again)) as (simulator, driver):
        over = next(s for s in await driver.sessions() if s.native_status == "closed")
        again = await done(driver, ending(over.native_id))

    assert again == over
    assert simulator.served["write"] == 1
    assert simulator.served["listing"] == 1 + (not closes_again)


@BOTH
async def test_a_session_that_is_not_there_is_not_found(manners: Manners) -> None:
    async with lab(manners) as (_, driver):
        outcome = await driver.adapter.write(ending("9ea68a11"), driver.context)

    assert outcome == Refused(Refusal.NOT_FOUND)


@BOTH
async def test_a_write_with_an_old_token_asks_for_a_log_in_and_has_done_nothing(
    manners: Manners,
) -> None:
    async with lab(manners) as (simulator, driver):
        before = held(simulator)
        simulator.machine.expire_tokens()
        with pytest.raises(LogInAgain) as caught:
            await driver.adapter.write(creating(), driver.context)

        assert held(simulator) == before
        assert not caught.value.has_been_sent
        driver.ticket = await driver.adapter.log_in(driver.wire)
        await done(driver, creating())


@BOTH
@pytest.mark.parametrize("method", ["createSession", "updateSession"])
async def test_a_write_whose_answer_is_lost_is_sent_once_and_may_have_been_done(
    manners: Manners, method: str
) -> None:
    async with lab(manners) as (simulator, driver):
        session = await done(driver, creating(device__id=HEADSETS[0]))
        written = simulator.served["write"]
        simulator.hangs_up_on = {method}
        write = (
            creating(device__id=HEADSETS[1])
            if method == "createSession"
            else ending(session.native_id)
        )
        with pytest.raises(TryAgainLater) as caught:
            await driver.adapter.write(write, driver.context)

    assert caught.value.code is ErrorCode.RESET
    assert caught.value.has_been_sent
    assert simulator.served["write"] == written + 1


Answers: TypeAlias = Mapping[str, list[Raw | Exception]]


@dataclass
class Scripted:
    """A vendor that answers each method with the next of these."""

    answers: Answers
    calls: list[tuple[str, Mapping[str, object]]] = field(default_factory=list)

    async def call(
        self,
        method: str,
        params: Mapping[str, object] | None = None,
    ) -> Raw:
        self.calls.append((method, params or {}))
        answer = self.answers[method].pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


ADAPTER = CortexAdapter(CortexOptions.model_validate({"url": "wss://cortex.example", **CLIENT}))


async def written(write: Write, vendor: Scripted, dialect: str) -> WriteOutcome:
    ticket = Ticket({"dialect": dialect, "token": "abcd"})
    return await ADAPTER.write(write, Context(vendor, ticket, NOON))


CLOSED = RpcError("updateSession", -32008)
WRITES = {
    "createSession": creating(native_status="active"),
    "updateSession": ending("9ea68a11"),
}
BY_EACH_WRITE = pytest.mark.parametrize("method", WRITES)
IN_EACH_DIALECT = pytest.mark.parametrize("dialect", ["v1", "v2"])


async def failed(method: str, dialect: str, code: int) -> UpstreamError:
    """Answer a write with an error, and give what is made of it."""
    vendor = Scripted({method: [RpcError(method, code)]})
    with pytest.raises(UpstreamError, match=f"{method}: JSON-RPC error {code}") as caught:
        await written(WRITES[method], vendor, dialect)
    assert len(vendor.calls) == 1
    return caught.value


@BY_EACH_WRITE
@IN_EACH_DIALECT
@pytest.mark.parametrize(
    ("code", "kind", "means"),
    [
        (-32603, TryAgainLater, ErrorCode.UPSTREAM_ERROR),
        (-32039, TryAgainLater, ErrorCode.TIMEOUT),
        (-32999, BadAnswer, ErrorCode.UPSTREAM_ERROR),
    ],
)
async def test_after_a_fault_or_an_unknown_error_a_write_may_have_been_carried_out(
    method: str, dialect: str, code: int, kind: type[UpstreamError], means: ErrorCode
) -> None:
    error = await failed(method, dialect, code)

    assert (type(error), error.code, error.has_been_sent) == (kind, means, True)


@BY_EACH_WRITE
async def test_after_a_fault_of_the_cloud_a_write_may_have_been_carried_out(method: str) -> None:
    """After "Error Codes": -32000 is an internal error of the cloud, and may pass."""
    error = await failed(method, "v2", -32000)

    assert (type(error), error.has_been_sent) == (TryAgainLater, True)


@BY_EACH_WRITE
@IN_EACH_DIALECT
@pytest.mark.parametrize(
    ("code", "kind", "means"),
    [
        (-32003, TryAgainLater, ErrorCode.UNAVAILABLE),
        (-32014, LogInAgain, ErrorCode.AUTH),
        (-32006, GiveUp, ErrorCode.FORBIDDEN),
        (-32602, GiveUp, ErrorCode.PROTOCOL),
        (-32012, BadAnswer, ErrorCode.UPSTREAM_ERROR),
    ],
)
async def test_what_the_vendor_refuses_by_name_has_not_been_carried_out(
    method: str, dialect: str, code: int, kind: type[UpstreamError], means: ErrorCode
) -> None:
    error = await failed(method, dialect, code)

    assert (type(error), error.code, error.has_been_sent) == (kind, means, False)


async def test_a_session_that_was_updated_but_is_open_is_no_success() -> None:
    """After "Errors": -32009 is "Current session has been updated", whatever that means."""
    rows = [{"id": 5}, "x", {"id": "9ea68a11", "status": "opened"}]
    answers: Answers = {
        "updateSession": [RpcError("updateSession", -32009)],
        "querySessions": [raw(rows)],
    }

    with pytest.raises(BadAnswer) as caught:
        await written(ending("9ea68a11"), Scripted(answers), "v1")

    assert not caught.value.has_been_sent


async def test_a_look_for_a_closed_session_that_fails_has_written_nothing() -> None:
    lost = TryAgainLater(ErrorCode.RESET, "querySessions: the connection broke")
    lost.has_been_sent = True
    answers: Answers = {
        "updateSession": [RpcError("updateSession", -32008)],
        "querySessions": [lost],
    }

    with pytest.raises(TryAgainLater) as caught:
        await written(ending("9ea68a11"), Scripted(answers), "v1")

    assert not caught.value.has_been_sent


async def test_a_closed_session_that_is_not_listed_is_not_found() -> None:
    answers: Answers = {
        "updateSession": [RpcError("updateSession", -32008)],
        "querySessions": [raw([])],
    }

    outcome = await written(ending("9ea68a11"), Scripted(answers), "v1")

    assert outcome == Refused(Refusal.NOT_FOUND)


@pytest.mark.parametrize(("dialect", "token"), [("v1", "_auth"), ("v2", "cortexToken")])
async def test_a_close_names_its_session_and_nothing_else(dialect: str, token: str) -> None:
    vendor = Scripted({"updateSession": [raw({"id": "9ea68a11", "status": "closed"})]})

    await written(ending("9ea68a11"), vendor, dialect)

    expected = {token: "abcd", "session": "9ea68a11", "status": "close"}
    assert vendor.calls == [("updateSession", expected)]
