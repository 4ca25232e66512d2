"""EMOTIV Cortex from version 2 on: who may work with it, what is shown, and which version it is."""

import ssl
from pathlib import Path

import aiohttp
import msgspec
import pytest
import trustme

from adapters.cortex import CortexAdapter, CortexOptions
from adapters.simulators.cortex import ACCOUNT, CLIENT, GATEWAY, PRO, CortexSimulator, Manners
from gateway.spi import (
    BadAnswer,
    ErrorCode,
    Field,
    GiveUp,
    LogInAgain,
    Operation,
    RpcError,
    Status,
    Ticket,
    TryAgainLater,
    Write,
)
from gateway.transport.limits import Trust
from tests.support.adapters import NOON, driving, noon
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


async def test_another_account_of_the_operating_system_is_told_as_such() -> None:
    """After "getUserLogin": with two different ids the application cannot work with Cortex."""
    simulator = machine_of_v2()
    simulator.machine.logged_in_account = "502"

    reason = await refused(simulator)

    assert reason.code is ErrorCode.AUTH
    assert "another account of the operating system" in str(reason)
    assert "authorize" not in simulator.requests


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


async def test_a_warning_beside_the_token_does_not_keep_from_reading() -> None:
    """After "authorize": while the EULA is not accepted a warning stands beside the token."""
    simulator = machine_of_v2()
    simulator.machine.is_eula_accepted = False
    async with serving(simulator) as options, driving(CortexAdapter, options) as driver:
        assert await driver.sessions() == []


async def test_a_user_who_leaves_asks_for_a_new_log_in_which_says_so() -> None:
    """After "authorize": a token is linked to the EmotivID; 3 is pushed at a log-out."""
    async with lab(V2) as (simulator, driver):
        await simulator.log_out()

        with pytest.raises(LogInAgain, match="-32034"):
            await driver.sessions()
        with pytest.raises(GiveUp, match="nobody is logged in"):
            await driver.adapter.log_in(driver.wire)


async def test_an_expired_token_asks_for_a_new_log_in_which_works() -> None:
    async with lab(V2) as (simulator, driver):
        simulator.machine.expire_tokens()

        with pytest.raises(LogInAgain, match="-32015"):
            await driver.sessions()
        driver.ticket = await driver.adapter.log_in(driver.wire)

        assert len(await driver.sessions()) == len(simulator.held())


async def test_an_old_token_stays_good_beside_a_new_one() -> None:
    """Two log-ins of one application do not put each other out."""
    async with lab(V2) as (simulator, driver):
        renewed = await driver.adapter.log_in(driver.wire)

        assert renewed != driver.ticket
        assert len(await driver.sessions()) == len(simulator.held())


async def test_only_what_the_application_has_open_is_shown() -> None:
    """After "querySessions": the current sessions of the current application, and no past ones."""
    async with lab(V2, rows=300) as (simulator, driver):
        for _ in range(6):
            simulator.world.insert(NOON)
        sessions = await driver.sessions()

    assert {s.native_id for s in sessions} == {held.native_id for held in simulator.held()}
    assert 0 < len(sessions) < 300
    assert {s.status for s in sessions} == {Status.ACTIVE}
    assert {s.native_status for s in sessions} == {"opened", "activated"}
    assert {s.client.name for s in sessions if s.client} == {GATEWAY.id}


async def test_another_application_sees_its_own_sessions_alone() -> None:
    other = {"client_id": PRO.client_id, "client_secret": PRO.client_secret}
    async with lab(V2) as (_, driver):
        await driver.adapter.write(OPENED, driver.context)
        url = driver.adapter.endpoint().url
        options = {"url": url, "dialect": "v2", **other}
        async with driving(CortexAdapter, options) as stranger:
            sessions = await stranger.sessions()

    assert GATEWAY.id not in {s.client.name for s in sessions if s.client}


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


async def test_a_session_whose_headset_is_lost_is_gone_and_its_warnings_answer_nothing() -> None:
    """After "Warning Objects": 103, 0 and 1 are pushed, the session is closed and so destroyed."""
    async with lab(V2, rows=0) as (simulator, driver):
        await driver.adapter.write(OPENED, driver.context)
        (session,) = await driver.sessions()
        await simulator.lose_headset(session.native_id)

        assert await driver.sessions() == []


async def test_samples_and_warnings_come_before_every_answer() -> None:
    """Show what the wire passes over in all the other tests."""
    async with (
        serving(machine_of_v2()) as options,
        aiohttp.ClientSession() as client,
        client.ws_connect(str(options["url"])) as socket,
    ):
        await socket.send_json({"jsonrpc": "2.0", "id": "hello", "method": "getCortexInfo"})
        frames = [await socket.receive_json() for _ in range(4)]

    assert "sid" in frames[0]
    assert [type(frame["warning"]["message"]) for frame in frames[1:3]] == [dict, str]
    assert frames[3]["id"] == "hello"


async def test_fields_that_no_session_of_version_2_has_are_absent() -> None:
    """After "Session object": title, project and tags are gone, to the records."""
    async with lab(V2) as (_, driver):
        absent = driver.adapter.abilities().absent
    async with lab(V1, AUTO) as (_, either):
        unknown = either.adapter.abilities().absent

    assert absent == {Field.LANGUAGE, Field.TITLE, Field.SPACE, Field.TAG}
    assert unknown == {Field.LANGUAGE}


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


async def test_a_certificate_of_a_private_authority_is_trusted_by_its_file(tmp_path: Path) -> None:
    """After "Connecting to the Cortex API": wss, and a root of the vendor's own."""
    authority = trustme.CA()
    authority.cert_pem.write_to_path(tmp_path / "rootCA.pem")
    simulator = CortexSimulator(rows=20, seed=1, clock=noon, manners=V2)
    simulator.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(simulator.tls)
    async with serving(simulator) as options:
        adapter = CortexAdapter(CortexOptions.model_validate(options))
        trust = Trust(ca_file=tmp_path / "rootCA.pem")
        async with rpc_wire(adapter.endpoint().url, trust=trust) as wire:
            ticket = await adapter.log_in(wire)
        async with rpc_wire(adapter.endpoint().url) as stranger:
            with pytest.raises(GiveUp) as caught:
                await adapter.log_in(stranger)

    assert adapter.endpoint().url.startswith("wss://")
    assert ticket.values["dialect"] == "v2"
    assert caught.value.code is ErrorCode.TLS
