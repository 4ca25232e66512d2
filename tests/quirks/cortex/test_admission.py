"""What is odd about being let in by Cortex."""

import logging
from datetime import timedelta

import pytest

from adapters.cortex import CortexAdapter
from adapters.simulators.cortex import ACCOUNT, CLIENT, GATEWAY, CortexSimulator, Manners
from gateway.spi import ErrorCode, GiveUp, LogInAgain
from tests.quirks.cortex.raw import NOON, V1, V2, application, asked, read, service, talking
from tests.support.adapters import driving, noon
from tests.vendors.cortex import BOTH, serving


async def refused(options: dict[str, object]) -> GiveUp:
    """Log in where that must fail, and give the reason."""
    with pytest.raises(GiveUp) as caught:
        await read(options)
    return caught.value


async def test_a_user_is_a_text_in_version_1() -> None:
    """As in "Cortex API v1, getUserLogin"."""
    async with service(V1) as (_, talk, options):
        assert await talk.result("getUserLogin") == [ACCOUNT["username"]]

        assert await read(options)


async def test_a_user_is_an_object_from_version_2_on() -> None:
    """As in "Cortex API, getUserLogin"."""
    async with service(V2) as (_, talk, options):
        (user,) = await talk.result("getUserLogin")

        assert await read(options)

    assert user["username"] == ACCOUNT["username"]
    assert user.keys() >= {"currentOSUId", "loggedInOSUId", "lastLoginTime"}


@BOTH
async def test_nobody_logged_in_is_an_empty_array(manners: Manners) -> None:
    """As in "Cortex API, getUserLogin", and in version 1 alike."""
    simulator = CortexSimulator(rows=1, seed=1, clock=noon, manners=manners)
    simulator.machine.user = None
    async with serving(simulator) as options, talking(options) as talk:
        assert await talk.result("getUserLogin") == []

        if manners.dialect == "v1":
            assert len(await read(options)) == 1
        else:
            assert "nobody is logged in" in str(await refused(options))


async def test_one_account_is_logged_in_at_a_time() -> None:
    """As in "Cortex API v1, login": the first has to log out before."""
    async with service(V1) as (simulator, talk, options):
        simulator.machine.user = "somebody else"
        assert await talk.code("login", **CLIENT, **ACCOUNT) == -32032

        reason = await refused(options)

        assert simulator.machine.user == "somebody else"
    assert reason.code is ErrorCode.AUTH
    assert "logout" not in simulator.requests


async def test_only_people_log_in_from_version_2_on() -> None:
    """As in "Cortex API, Overview of API flow": the user logs in with EMOTIV Launcher."""
    async with service(V2) as (simulator, talk, options):
        assert await talk.code("login", **CLIENT, **ACCOUNT) == -32601

        simulator.machine.user = None
        assert "log in with EMOTIV Launcher" in str(await refused(options))


async def test_another_account_of_the_system_may_own_the_service() -> None:
    """As in "Cortex API, getUserLogin": an application cannot work where two ids differ."""
    async with service(V2) as (simulator, talk, options):
        simulator.machine.logged_in_account = "502"
        (user,) = await talk.result("getUserLogin")
        assert user["currentOSUId"] != user["loggedInOSUId"]

        reason = await refused(options)

    assert reason.code is ErrorCode.AUTH
    assert "another account of the operating system" in str(reason)


async def test_the_version_is_told_by_the_methods_that_are_there() -> None:
    """As in "Cortex API, getCortexInfo", which version 1 does not have."""
    async with service(V1) as (_, talk, options):
        assert await talk.code("getCortexInfo") == -32601
        assert await read({**options, "dialect": "auto"})
    async with service(V2) as (_, talk, options):
        assert (await talk.result("getCortexInfo"))["version"] == "4.8.32"
        assert await read({**options, "dialect": "auto"})


async def test_parameters_have_other_names_from_version_2_on() -> None:
    """As in "Cortex API, authorize"; each version refuses the names of the other."""
    async with service(V1) as (_, talk, options):
        assert await talk.code("querySessions", cortexToken=talk.token["_auth"]) == -32018
        assert await read(options)
    async with service(V2) as (_, talk, options):
        assert await talk.code("authorize", **CLIENT) == -32602
        assert await talk.code("querySessions", _auth=talk.token["cortexToken"]) == -32602
        assert await read(options)


@pytest.mark.parametrize(("manners", "code"), [(V1, -32018), (V2, -32602)])
async def test_a_missing_parameter_has_an_error_of_its_own_in_version_1(
    manners: Manners, code: int
) -> None:
    """As in "Cortex API v1, Errors"."""
    async with service(manners) as (_, talk, _options):
        assert await talk.code("createSession", **talk.token) == code


async def test_errors_come_that_are_in_no_list(caplog: pytest.LogCaptureFixture) -> None:
    """As in "Emotiv/unity-plugin, Config.cs": -32102 is in no list of the documents."""
    async with service(V2) as (simulator, talk, options):
        simulator.machine.approved.remove(GATEWAY.id)
        assert await talk.code("authorize", **application()) == -32102
        simulator.refuses["querySessions"] = -32999
        simulator.machine.approved.add(GATEWAY.id)
        assert await talk.code("querySessions", **talk.token) == -32999

        with caplog.at_level(logging.WARNING):
            body = await asked(options)

    assert body["backends"]["cortex"]["error"]["code"] == "upstream_error"
    assert "32999" not in str(body)
    assert "querySessions: JSON-RPC error -32999" in caplog.text


async def test_an_application_is_approved_by_hand() -> None:
    """As in "Cortex API, requestAccess": false means that a person has to approve it."""
    async with service(V2) as (simulator, talk, options):
        simulator.machine.approved.remove(GATEWAY.id)
        for method in ("hasAccessRight", "requestAccess"):
            assert (await talk.result(method, **application()))["accessGranted"] is False

        reason = await refused(options)
        await simulator.approve()

        assert await read(options)
    assert reason.code is ErrorCode.FORBIDDEN
    assert "approve it in EMOTIV Launcher" in str(reason)


async def test_terms_that_are_not_accepted_are_a_warning_beside_the_token() -> None:
    """As in "Cortex API, authorize"."""
    async with service(V2) as (simulator, talk, options):
        simulator.machine.is_eula_accepted = False
        authorized = await talk.authorize(V2)

        assert await read(options)

    assert authorized.keys() == {"cortexToken", "warning"}


@BOTH
async def test_a_token_is_opaque(manners: Manners) -> None:
    """As in "Cortex API v1, Auth token"; later ones hold signs that no JSON Web Token may."""
    async with service(manners) as (simulator, talk, options):
        (token,) = talk.token.values()
        assert set(str(token)) & set("+/=")

        assert len(await read(options)) == len(simulator.held())


@BOTH
async def test_a_token_is_over_after_48_hours(manners: Manners) -> None:
    """As in "Cortex API v1, Auth token"; from version 2 on it is to be used within 2 days."""
    now = NOON
    async with (
        service(manners, clock=lambda: now) as (_, talk, options),
        driving(CortexAdapter, options) as driver,
    ):
        now += timedelta(hours=47, minutes=59)
        await talk.sessions()
        now += timedelta(minutes=1)
        assert await talk.code("querySessions", **talk.token) == -32015

        with pytest.raises(LogInAgain, match="-32015"):
            await driver.sessions()
        driver.ticket = await driver.adapter.log_in(driver.wire)
        await driver.sessions()


@BOTH
async def test_a_token_is_bound_to_its_user(manners: Manners) -> None:
    """As in "Cortex API, authorize": it is linked to the EmotivID."""
    async with (
        service(manners) as (simulator, talk, options),
        driving(CortexAdapter, options) as driver,
    ):
        simulator.machine.user = "somebody else"
        assert await talk.code("querySessions", **talk.token) == -32034

        with pytest.raises(LogInAgain, match="-32034"):
            await driver.sessions()


@BOTH
async def test_a_log_in_brings_no_quota(manners: Manners) -> None:
    """As in "Cortex API, authorize": debit is 0 unless it is named."""
    async with service(manners) as (simulator, talk, options):
        assert simulator.machine.quota == 0
        await read(options)
        assert (simulator.machine.quota, simulator.machine.debits) == (0, 10)

        await talk.authorize(manners, debit=3)
        assert (simulator.machine.quota, simulator.machine.debits) == (3, 7)
