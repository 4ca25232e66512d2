"""What is odd about opening and closing sessions of Cortex."""

import pytest

from adapters.cortex import CortexAdapter
from adapters.simulators.cortex import ACCOUNT, CLIENT, HEADSETS, Manners
from gateway.spi import Refusal, Refused, TryAgainLater
from tests.quirks.cortex.raw import V1, V2, service
from tests.support.adapters import driving
from tests.vendors.cortex import BOTH, creating, done, ending


@BOTH
async def test_verbs_are_not_states(manners: Manners) -> None:
    """As in "Cortex API v1, updateSession": active and close, of a session that is opened."""
    async with service(manners) as (_, talk, options), driving(CortexAdapter, options) as driver:
        opened = await talk.create(headset=HEADSETS[0])
        closed = await talk.close(opened["id"])
        for word in ("opened", "activated", "closed"):
            assert await talk.code("createSession", **talk.token, status=word) == -32013
            outcome = await driver.adapter.write(creating(native_status=word), driver.context)
            assert outcome == Refused(Refusal.INVALID_FIELD, "native_status")

        made = await done(driver, creating(native_status="open"))

    assert (opened["status"], closed["status"]) == ("opened", "closed")
    assert made.native_status == "opened"


@BOTH
async def test_without_a_headset_the_first_is_taken(manners: Manners) -> None:
    """As in "Cortex API v1, createSession"."""
    async with service(manners) as (_, talk, options), driving(CortexAdapter, options) as driver:
        first = await talk.create()
        await talk.close(first["id"])
        session = await done(driver, creating(device__id=None))
        refusal = await driver.adapter.write(creating(device__id=""), driver.context)

    assert first["headset"]["id"] == HEADSETS[0]
    assert session.device is not None
    assert session.device.id == HEADSETS[0]
    assert refusal == Refused(Refusal.INVALID_FIELD, "device.id")


@BOTH
async def test_a_headset_serves_one_session_of_an_application(manners: Manners) -> None:
    """As in "Cortex API, Sessions", and in version 1 alike."""
    async with service(manners) as (_, talk, options), driving(CortexAdapter, options) as driver:
        await talk.create(headset=HEADSETS[1])
        again = {**talk.token, "status": "open", "headset": HEADSETS[1]}
        assert await talk.code("createSession", **again) == -32005

        write = creating(device__id=HEADSETS[1])
        refusal = await driver.adapter.write(write, driver.context)

    assert refusal == Refused(Refusal.INVALID_FIELD, "device.id")


async def test_version_2_takes_no_labels() -> None:
    """As in "Cortex API, createSession", where version 1 has "With extra parameters"."""
    labels = {"title": "Eyes closed", "project": "Sleep study"}
    async with service(V1) as (_, talk, _options):
        kept = await talk.create(**labels)
    async with service(V2) as (simulator, talk, options), driving(CortexAdapter, options) as driver:
        ignored = await talk.create(**labels)
        written = simulator.served["write"]
        refusal = await driver.adapter.write(creating(title="Eyes closed"), driver.context)
        assert simulator.served["write"] == written

    assert kept.items() >= labels.items()
    assert not ignored.keys() & labels.keys()
    assert refusal == Refused(Refusal.INVALID_FIELD, "title")


@BOTH
async def test_an_activation_needs_quota(manners: Manners) -> None:
    """As in "Cortex API v1, Errors": -32019 is the limit of sessions of this machine."""
    async with (
        service(manners) as (simulator, talk, options),
        driving(CortexAdapter, options) as driver,
    ):
        assert await talk.code("createSession", **talk.token, status="active") == -32019

        session = await done(driver, creating(native_status="active"))

        assert simulator.requests[-3:] == ["createSession", "authorize", "createSession"]
        assert (simulator.machine.quota, simulator.machine.debits) == (0, 9)
    assert session.native_status == "activated"


async def test_without_an_id_the_first_open_session_is_closed() -> None:
    """As in "Cortex API v1, updateSession"; later versions want one."""
    async with service(V1) as (_, talk, options), driving(CortexAdapter, options) as driver:
        victim = await talk.result("updateSession", **talk.token, status="close")
        mine = await talk.create()
        closed = await done(driver, ending(mine["id"]))
    async with service(V2) as (_, talk, _options):
        assert await talk.code("updateSession", **talk.token, status="close") == -32602

    assert victim["status"] == "closed"
    assert closed.native_id == mine["id"] != victim["id"]


async def test_a_closed_session_shows_in_one_answer_alone() -> None:
    """As in "Cortex API, updateSession"."""
    async with service(V2) as (_, talk, options), driving(CortexAdapter, options) as driver:
        native_id = (await talk.create())["id"]
        assert (await talk.close(native_id))["status"] == "closed"
        assert native_id not in {row["id"] for row in await talk.sessions()}

        session = await done(driver, creating())
        assert (await done(driver, ending(session.native_id))).native_status == "closed"


async def test_a_closed_session_cannot_be_told_from_none() -> None:
    """As in "Cortex API, Error Codes"."""
    async with service(V2) as (_, talk, options), driving(CortexAdapter, options) as driver:
        native_id = (await talk.create())["id"]
        await talk.close(native_id)
        for each in (native_id, "9ea68a11"):
            wanted = {"session": each, "status": "close"}
            assert await talk.code("updateSession", **talk.token, **wanted) == -32007

            outcome = await driver.adapter.write(ending(each), driver.context)
            assert outcome == Refused(Refusal.NOT_FOUND)


async def test_an_error_has_another_meaning_from_version_2_on() -> None:
    """As in "emotiv-cortex-v2, constants"; the table of version 1 is in "Errors"."""
    async with service(V1) as (simulator, talk, _options):
        simulator.machine.user = None
        wrong = {**CLIENT, **ACCOUNT, "password": "wrong"}
        assert await talk.code("login", **wrong) == -32001
    async with service(V2) as (simulator, talk, options), driving(CortexAdapter, options) as driver:
        simulator.machine.headsets = []
        assert await talk.code("createSession", **talk.token, status="open") == -32001

        with pytest.raises(TryAgainLater, match="no headset"):
            await driver.adapter.write(creating(), driver.context)
