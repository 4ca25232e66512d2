"""Canopsis: what is odd about beginning a session, and about its end."""

import pytest

from adapters.simulators.canopsis import FINAL, V2020
from gateway.spi import Done, LogInAgain, Refusal, Refused, Unclear
from tests.quirks.canopsis.tape import tape
from tests.vendors.canopsis import CREATE, KEEPALIVE, begun, told, working


async def test_a_session_is_begun_by_a_get() -> None:
    """final-02-routing.json, step 1, and step 2, which is the document's POST."""
    async with tape("final-02-routing.json") as routing:
        assert (await routing.step(1)).statuses == {200}
        assert (await routing.step(2)).statuses == {405}

    async with working(FINAL) as office:
        line = office.meeting({})
        await office.write(CREATE)
    [start] = [request for request in line.requests if request.path.endswith("start")]
    assert start.method == "GET"
    assert not start.is_repeatable


async def test_beginning_twice_changes_nothing() -> None:
    """final-03-lifecycle.json, steps 1 to 3."""
    async with tape("final-03-lifecycle.json") as life:
        first, second = await life.steps(1, 2)
        assert [reply.body for reply in (*first, *second)] == [{"description": "Session Start"}] * 4
        assert (await life.step(3)).counts == {1}

    async with working(FINAL) as office:
        new, old = [await office.write(CREATE) for _ in range(2)]
        assert isinstance(new, Done)
        assert isinstance(old, Done)
        assert (new.is_new, old.is_new) == (True, False)
        assert told(office, new).native_id == told(office, old).native_id


async def test_the_earlier_version_lists_nothing_to_who_has_not_begun() -> None:
    """v2020-04-keepalive-without-start.json, step 4."""
    async with tape("v2020-04-keepalive-without-start.json") as early:
        for reply in await early.step(4):
            assert reply.status == 400
            assert reply.body == {"name": "", "description": "Session Not Valid"}

    async with working(V2020) as office:
        [own] = (await office.sessions()).values()
        assert own.user is not None
        assert own.user.name == "marie"


async def test_the_earlier_version_refuses_a_keepalive_before_a_start() -> None:
    """v2020-04-keepalive-without-start.json, steps 2 and 3."""
    async with tape("v2020-04-keepalive-without-start.json") as early:
        assert [both.statuses for both in await early.steps(2, 3)] == [{400}] * 2

    async with begun(V2020) as (office, own):
        office.meeting({1: lambda: office.wait(300)})
        outcome = await office.write(KEEPALIVE, own.native_id)
    assert outcome == Refused(Refusal.NOT_OWN_SESSION)


async def test_a_keepalive_without_a_session_begins_one() -> None:
    """final-04-keepalive-without-start.json, steps 2 and 4."""
    async with tape("final-04-keepalive-without-start.json") as early:
        assert (await early.step(2)).statuses == {200}
        assert (await early.step(4)).counts == {1}

    async with begun(FINAL) as (office, own):
        office.meeting({1: lambda: office.wait(300)})
        assert await office.write(KEEPALIVE, own.native_id) == Unclear()
        assert len(office.simulator.held()) == 2


async def test_after_silence_the_next_sign_of_life_begins_another() -> None:
    """final-03-lifecycle.json, steps 14 and 16."""
    async with tape("final-03-lifecycle.json") as life:
        assert (await life.step(14)).statuses == {200}
        for reply in await life.step(16):
            assert len({each["_id"] for each in reply.sessions}) == 2

    async with begun(FINAL) as (office, own):
        office.wait(240)
        writes = office.writes
        outcome = await office.write(KEEPALIVE, own.native_id)
        assert outcome == Refused(Refusal.NOT_OWN_SESSION)
        assert office.writes == writes


async def test_the_earlier_version_wants_a_start_after_silence() -> None:
    """v2020-03-lifecycle.json, steps 14 to 17."""
    async with tape("v2020-03-lifecycle.json") as life:
        assert [both.statuses for both in await life.steps(14, 15, 16)] == [{400}] * 3
        assert (await life.step(17)).statuses == {200}

    async with working(V2020) as office:
        office.wait(301)
        with pytest.raises(LogInAgain):
            await office.sessions()
        await office.log_in()
        assert len(await office.sessions()) == 2


async def test_a_sign_of_life_reaches_the_callers_own_session_alone() -> None:
    """final-09-same-user-twice.json, steps 5 to 8: two log-ins share one, the third has its own."""
    async with tape("final-09-same-user-twice.json") as twice:
        second, third, after = await twice.steps(6, 7, 8)
        for of_second, of_third, listed in zip(second, third, after, strict=True):
            times = [of_second.body["time"], of_third.body["time"]]
            assert [each["last_ping"] for each in listed.sessions] == times

    async with begun(FINAL) as (office, earlier_own):
        await office.log_in()
        await office.write(CREATE)
        outcome = await office.write(KEEPALIVE, earlier_own.native_id)
    assert outcome == Refused(Refusal.NOT_OWN_SESSION)
