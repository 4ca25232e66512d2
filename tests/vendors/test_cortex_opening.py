"""EMOTIV Cortex: sessions that are opened, in both dialects."""

from collections.abc import Mapping

import pytest

from adapters.cortex import CortexAdapter, CortexOptions
from adapters.simulators.cortex import ACCOUNT, CLIENT, GATEWAY, HEADSETS, Manners
from gateway.spi import (
    ErrorCode,
    GiveUp,
    Named,
    Operation,
    Refusal,
    Refused,
    Space,
    Status,
    TryAgainLater,
    WriteField,
)
from tests.support.adapters import NOON
from tests.vendors.cortex import BOTH, V1, V2, creating, done, held, lab, statuses


@pytest.mark.parametrize(
    ("dialect", "names"),
    [
        ("v1", {"device.id", "title", "space.name", "native_status"}),
        ("v2", {"device.id", "native_status"}),
        ("auto", {"device.id", "title", "space.name", "native_status"}),
    ],
)
def test_what_a_write_takes_is_said_of_the_configured_dialect_and_of_both_together(
    dialect: str, names: set[str]
) -> None:
    options = {"url": "wss://cortex.example", "dialect": dialect, **CLIENT}
    operations = CortexAdapter(CortexOptions.model_validate(options)).abilities().operations

    assert operations == {
        Operation.CREATE: dict.fromkeys(names, WriteField()),
        Operation.END: {},
    }


@BOTH
async def test_a_session_is_opened_without_spending_quota_and_shows_in_the_next_list(
    manners: Manners,
) -> None:
    async with lab(manners) as (simulator, driver):
        before = held(simulator)
        session = await done(driver, creating(device__id=HEADSETS[1]))

        assert await statuses(driver) == before | {session.native_id: Status.ACTIVE}
        assert held(simulator) == before | {session.native_id: "active"}

    assert session.native_status == "opened"
    assert session.started_at == NOON
    assert session.user == Named(id=ACCOUNT["username"])
    assert session.device == Named(id=HEADSETS[1])
    assert session.client is not None
    assert session.client.name == GATEWAY.id
    assert session.attributes["license"] == ""
    assert simulator.served["write"] == 1
    assert simulator.machine.debits == 10


async def test_version_1_keeps_title_and_project() -> None:
    """After "createSession" of version 1, "With extra parameters": a project is a name."""
    async with lab(V1) as (_, driver):
        session = await done(driver, creating(title="Eyes closed", space__name="Sleep study"))
        (listed,) = [s for s in await driver.sessions() if s.native_id == session.native_id]

    assert session.title == "Eyes closed"
    assert session.space == Space("project", name="Sleep study")
    assert listed == session


@pytest.mark.parametrize("name", ["title", "space__name"])
async def test_what_version_2_would_ignore_is_refused_before_anything_is_sent(name: str) -> None:
    """After "createSession": it has neither; with ``auto`` that is known only once it is found."""
    options = {"dialect": "auto"}
    async with lab(V2, options) as (simulator, driver):
        refusal = await driver.adapter.write(creating(**{name: "x"}), driver.context)
        session = await done(driver, creating(**{name: None}))

    assert refusal == Refused(Refusal.INVALID_FIELD, name.replace("__", "."))
    assert simulator.served["write"] == 1
    assert session.title is None


@BOTH
@pytest.mark.parametrize(
    ("fields", "flaw"),
    [
        ({"native_status": "opened"}, "native_status"),
        ({"native_status": "close"}, "native_status"),
        ({"native_status": ""}, "native_status"),
        ({"device__id": ""}, "device.id"),
    ],
)
async def test_what_the_vendor_cannot_take_is_refused_before_anything_is_sent(
    manners: Manners, fields: Mapping[str, str], flaw: str
) -> None:
    """After "createSession": it takes the words open and active; no headset means the first."""
    async with lab(manners) as (simulator, driver):
        outcome = await driver.adapter.write(creating(**fields), driver.context)

    assert outcome == Refused(Refusal.INVALID_FIELD, flaw)
    assert simulator.served["write"] == 0


@BOTH
async def test_a_quota_that_is_there_is_spent_without_a_debit(manners: Manners) -> None:
    async with lab(manners) as (simulator, driver):
        simulator.machine.quota = 2
        await done(driver, creating(native_status="active"))

    assert (simulator.machine.quota, simulator.machine.debits) == (1, 10)
    assert simulator.requests[-2:] == ["authorize", "createSession"]


@BOTH
async def test_a_licence_that_gives_no_more_is_given_up(manners: Manners) -> None:
    async with lab(manners) as (simulator, driver):
        simulator.machine.debits = 0
        before = held(simulator)
        with pytest.raises(GiveUp, match="-32026") as caught:
            await driver.adapter.write(creating(native_status="active"), driver.context)

        assert held(simulator) == before

    assert caught.value.code is ErrorCode.FORBIDDEN
    assert not caught.value.has_been_sent


@BOTH
async def test_a_headset_that_is_not_there_is_a_wrong_device(manners: Manners) -> None:
    async with lab(manners) as (_, driver):
        outcome = await driver.adapter.write(creating(device__id="EPOC-0"), driver.context)

    assert outcome == Refused(Refusal.INVALID_FIELD, "device.id")


@BOTH
async def test_without_any_headset_it_may_be_tried_again(manners: Manners) -> None:
    """-32004 is "No headset connected" in version 1, and so is -32001 in later ones."""
    async with lab(manners) as (simulator, driver):
        simulator.machine.headsets = []
        with pytest.raises(TryAgainLater, match="no headset") as caught:
            await driver.adapter.write(creating(), driver.context)

    assert caught.value.code is ErrorCode.UNAVAILABLE
    assert not caught.value.has_been_sent
