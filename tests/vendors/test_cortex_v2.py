"""EMOTIV Cortex from version 2 on: who may work with it, what is shown, and which version it is."""

import msgspec
import pytest

from adapters.cortex import CortexAdapter, CortexOptions
from adapters.simulators.cortex import ACCOUNT, CLIENT, GATEWAY, CortexSimulator, Manners
from gateway.spi import (
    BadAnswer,
    ErrorCode,
    GiveUp,
    LogInAgain,
    Operation,
    RpcError,
    Ticket,
    TryAgainLater,
    Write,
)
from tests.support.adapters import driving, noon
from tests.support.wires import RpcPeer, Talk, rpc_wire
from tests.vendors.cortex import V1, V2, lab, serving

AUTO = {"dialect": "auto", **CLIENT, **ACCOUNT}
OPENED = Write(Operation.CREATE, None)


async def refused(simulator: CortexSimulator, **changes: object) -> GiveUp:
    """Log in where that is to fail, and give the reason."""
    async with serving(simulator) as options:
        with pytest.raises(GiveUp) as caught:
            async with driving(CortexAdapter, options | changes):
                pass
    return caught.value


def machine_of_v2() -> CortexSimulator:
    return CortexSimulator(rows=0, seed=1, clock=noon, manners=V2)


@pytest.mark.parametrize(("manners", "dialect"), [(V1, "v1"), (V2, "v2")])
async def test_the_version_that_is_spoken_is_found_out_and_kept_in_the_ticket(
    manners: Manners, dialect: str
) -> None:
    """``getCortexInfo`` is of version 2; of version 1 it is one of the unknown methods."""
    async with lab(manners, AUTO) as (simulator, driver):
        sessions = await driver.sessions()

    assert driver.ticket.values["dialect"] == dialect
    assert simulator.requests[:3] == ["GET /", "getCortexInfo", "getUserLogin"]
    assert {s.native_id for s in sessions} == {held.native_id for held in simulator.held()}


async def test_a_version_that_is_configured_is_not_asked_for() -> None:
    async with lab(V2) as (simulator, _):
        pass

    assert simulator.requests == [
        "GET /",
        "getUserLogin",
        "hasAccessRight",
        "authorize",
    ]


@pytest.mark.parametrize(
    ("code", "error"), [(-32122, TryAgainLater), (-32600, GiveUp), (-32999, BadAnswer)]
)
async def test_a_version_is_not_guessed_from_another_error(
    code: int, error: type[Exception]
) -> None:
    """A service that is still starting answers -32122 (emotiv-cortex-v2, constants)."""

    async def starting(talk: Talk) -> None:
        call = await talk.call()
        await talk.tell({"jsonrpc": "2.0", "id": call["id"], "error": {"code": code}})
        await talk.until_left()

    async with RpcPeer(starting) as peer, rpc_wire(peer.url) as wire:
        adapter = CortexAdapter(CortexOptions(url=peer.url))
        with pytest.raises(error, match=f"getCortexInfo: JSON-RPC error {code}"):
            await adapter.log_in(wire)


async def test_an_application_without_credentials_cannot_work_with_version_2() -> None:
    async with serving(machine_of_v2()) as options:
        with pytest.raises(GiveUp, match="v2 needs client_id and client_secret") as caught:
            async with driving(CortexAdapter, {"url": options["url"]}):
                pass

    assert caught.value.code is ErrorCode.CONFIG


async def test_nobody_logged_in_is_told_as_such() -> None:
    """After "getUserLogin": the API has no log-in, and the array is empty where nobody is."""
    simulator = machine_of_v2()
    simulator.machine.user = None

    reason = await refused(simulator)

    assert reason.code is ErrorCode.AUTH
    assert str(reason) == "getUserLogin: nobody is logged in; log in with EMOTIV Launcher"


async def test_somebody_other_than_the_account_is_told_as_such_whatever_the_version() -> None:
    reason = await refused(machine_of_v2(), dialect="auto", username="me", password="hush")

    assert reason.code is ErrorCode.AUTH
    assert "somebody other than username is logged in" in str(reason)


async def test_an_approval_that_is_pending_is_asked_for_and_told_as_such() -> None:
    """After "requestAccess": false means that somebody has to approve it in the Launcher."""
    simulator = machine_of_v2()
    simulator.machine.approved.remove(GATEWAY.id)

    reason = await refused(simulator)

    assert reason.code is ErrorCode.FORBIDDEN
    assert "approve it in EMOTIV Launcher" in str(reason)
    assert simulator.requests[-2:] == ["hasAccessRight", "requestAccess"]


async def test_an_approved_application_works_without_asking_again() -> None:
    """The approval is pushed as warning 9 ("Warning Objects"), between any two answers."""
    async with lab(V2) as (simulator, driver):
        simulator.machine.approved.remove(GATEWAY.id)
        with pytest.raises(GiveUp):
            await driver.adapter.log_in(driver.wire)
        await simulator.approve()

        await driver.adapter.log_in(driver.wire)

    assert simulator.requests.count("requestAccess") == 1


async def test_a_wrong_secret_is_given_up() -> None:
    reason = await refused(machine_of_v2(), client_secret="wrong")

    assert reason.code is ErrorCode.AUTH
    assert "-32021" in str(reason)


async def test_a_user_who_leaves_asks_for_a_new_log_in_which_says_so() -> None:
    """After "authorize": a token is linked to the EmotivID; 3 is pushed at a log-out."""
    async with lab(V2) as (simulator, driver):
        await simulator.log_out()

        with pytest.raises(LogInAgain, match="-32034"):
            await driver.sessions()
        with pytest.raises(GiveUp, match="nobody is logged in"):
            await driver.adapter.log_in(driver.wire)


async def test_an_old_token_stays_good_beside_a_new_one() -> None:
    """Two log-ins of one application do not put each other out."""
    async with lab(V2) as (simulator, driver):
        renewed = await driver.adapter.log_in(driver.wire)

        assert renewed != driver.ticket
        assert len(await driver.sessions()) == len(simulator.held())


@pytest.mark.parametrize("is_seen", [True, False])
async def test_whether_another_connection_sees_a_session_is_told_nowhere(is_seen: bool) -> None:
    async with lab(Manners(dialect="v2", shows_other_connections=is_seen), rows=0) as (_, driver):
        await driver.adapter.write(OPENED, driver.context)
        options = {"url": driver.adapter.endpoint().url, "dialect": "v2", **CLIENT}
        async with driving(CortexAdapter, options) as other:
            assert len(await driver.sessions()) == 1
            assert len(await other.sessions()) == is_seen


@pytest.mark.parametrize("outlives", [True, False])
async def test_sessions_end_with_the_connection_that_made_them_and_the_next_read_reconnects(
    outlives: bool,
) -> None:
    """After "Sessions": those of an application are destroyed when it disconnects."""
    manners = Manners(dialect="v2", outlives_connections=outlives)
    async with lab(manners, rows=0) as (simulator, driver):
        await driver.adapter.write(OPENED, driver.context)
        simulator.hangs_up_on = {"querySessions"}
        with pytest.raises(TryAgainLater):
            await driver.sessions()
        simulator.hangs_up_on = set()

        sessions = await driver.sessions()

    assert len(sessions) == outlives
    assert simulator.requests.count("GET /") == 2
    assert simulator.requests.count("authorize") == 1  # A token is good on any connection.


@pytest.mark.parametrize(
    ("method", "params", "code"),
    [
        ("login", {**ACCOUNT, **CLIENT}, -32601),
        ("inspect", None, -32601),
        ("querySessions", None, -32602),
        ("querySessions", ["abcd"], -32602),
        ("querySessions", {"_auth": "abcd"}, -32602),
        ("querySessions", {"cortexToken": "abcd"}, -32014),
        ("updateSession", {"cortexToken": "abcd", "status": "close"}, -32602),
        ("authorize", {"clientId": "a", "clientSecret": "b"}, -32021),
    ],
)
async def test_the_simulator_refuses_what_the_documents_refuse(
    method: str, params: object, code: int
) -> None:
    async with lab(V2) as (_, driver):
        with pytest.raises(RpcError) as caught:
            await driver.wire.call(method, params)

    assert caught.value.code == code


async def test_a_renewed_token_is_good_beside_the_old_one() -> None:
    """After "generateNewToken" is there, though a log-in does as well."""
    async with lab(V2) as (simulator, driver):
        token = driver.ticket.values["token"]
        application = {"clientId": GATEWAY.client_id, "clientSecret": GATEWAY.client_secret}
        params = {"cortexToken": token, **application}
        renewed = msgspec.json.decode(await driver.wire.call("generateNewToken", params))
        count = len(simulator.held())

        assert len(await driver.sessions()) == count
        driver.ticket = Ticket({"dialect": "v2", "token": renewed["cortexToken"]})
        assert len(await driver.sessions()) == count
