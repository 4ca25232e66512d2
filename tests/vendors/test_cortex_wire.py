"""EMOTIV Cortex v1 over a real WebSocket: log-in, calls, errors, and the simulator."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta

import msgspec
import pytest
from msgspec import Raw

from adapters.cortex import CortexAdapter, CortexOptions
from adapters.simulators.cortex import ACCOUNT, CLIENT, CortexSimulator, Manners
from gateway.spi import (
    BadAnswer,
    Context,
    ErrorCode,
    First,
    GiveUp,
    LogInAgain,
    RpcError,
    ScanPlan,
    Ticket,
    TryAgainLater,
    UpstreamError,
)
from tests.support.adapters import NOON, Driver, driving, noon
from tests.support.payloads import raw
from tests.vendors import cortex as vendors
from tests.vendors.cortex import serving

URL = "wss://cortex.example:54321"
ADAPTER = CortexAdapter(CortexOptions.model_validate({"url": URL, "dialect": "v1"}))


@pytest.fixture
async def lab() -> AsyncIterator[tuple[CortexSimulator, Driver]]:
    simulator = CortexSimulator(rows=300, seed=1, clock=noon)
    async with serving(simulator) as options, driving(CortexAdapter, options) as driver:
        yield simulator, driver


@dataclass
class Answering:
    """A vendor that answers every call alike."""

    answer: Raw | RpcError

    async def call(
        self,
        method: str,  # noqa: ARG002  # answered alike
        params: Mapping[str, object] | None = None,  # noqa: ARG002  # answered alike
    ) -> Raw:
        if isinstance(self.answer, RpcError):
            raise self.answer
        return self.answer


async def test_the_list_holds_every_session_of_the_simulator(
    lab: tuple[CortexSimulator, Driver],
) -> None:
    simulator, driver = lab

    sessions = await driver.sessions()

    told = {
        (s.native_id, s.started_at, s.status.value, frozenset({s.user.id} if s.user else ()))
        for s in sessions
    }
    assert told == {(h.native_id, h.started_at, h.status, h.user) for h in simulator.held()}
    assert len(sessions) == 300
    assert None in {session.started_at for session in sessions}
    assert {s.native_status for s in sessions} == {"opened", "activated", "closed"}
    assert {type(s.attributes.get("headset")) for s in sessions} == {dict, type(None)}
    assert {s.attributes.get("recording", "absent") for s in sessions} >= {True, False, "absent"}


async def test_a_log_in_is_made_only_where_nobody_is_logged_in(
    lab: tuple[CortexSimulator, Driver],
) -> None:
    simulator, driver = lab

    await driver.adapter.log_in(driver.wire)

    first, again = ["getUserLogin", "login", "authorize"], ["getUserLogin", "authorize"]
    assert simulator.requests == ["GET /", *first, *again]


async def test_without_an_account_whoever_is_logged_in_is_used(
    lab: tuple[CortexSimulator, Driver],
) -> None:
    simulator, driver = lab

    url = driver.adapter.endpoint().url
    async with driving(CortexAdapter, {"url": url, "dialect": "v1"}) as guest:
        assert len(await guest.sessions()) == 300

    assert simulator.requests.count("login") == 1


@pytest.mark.parametrize(
    ("user", "options", "calls"),
    [
        ("somebody else", {}, ["getUserLogin"]),
        (None, {"password": "wrong"}, ["getUserLogin", "login"]),
        (None, {"client_secret": "wrong"}, ["getUserLogin", "login"]),
        (ACCOUNT["username"], {"license": "wrong"}, ["getUserLogin", "authorize"]),
    ],
)
async def test_a_log_in_that_somebody_must_put_right_is_given_up_and_nobody_is_logged_out(
    user: str | None, options: dict[str, object], calls: list[str]
) -> None:
    simulator = CortexSimulator(rows=1, seed=4, clock=noon)
    simulator.machine.user = user
    async with serving(simulator) as right:
        with pytest.raises(GiveUp) as caught:
            async with driving(CortexAdapter, right | options):
                pass

    assert caught.value.code is ErrorCode.AUTH
    assert simulator.requests == ["GET /", *calls]


async def test_without_an_account_somebody_has_to_be_logged_in_at_the_machine() -> None:
    simulator = CortexSimulator(rows=1, seed=4, clock=noon)
    async with serving(simulator) as options:
        with pytest.raises(GiveUp, match="-32033; log in at the machine") as caught:
            async with driving(CortexAdapter, {"url": options["url"], "dialect": "v1"}):
                pass

    assert caught.value.code is ErrorCode.AUTH


async def test_where_no_log_in_is_needed_nobody_in_particular_reads_and_writes() -> None:
    """After "authorize", whose parameters are all optional: work is then anonymous."""
    async with vendors.lab(Manners(lets_anybody_in=True), rows=60) as (simulator, driver):
        simulator.machine.user = None
        url = driver.adapter.endpoint().url
        async with driving(CortexAdapter, {"url": url, "dialect": "v1"}) as guest:
            session = await vendors.done(guest, vendors.creating())

            assert len(await guest.sessions()) == 61

    assert session.user is None
    assert simulator.requests.count("login") == 1


@vendors.BOTH
async def test_a_token_that_a_newer_one_has_ended_asks_for_a_new_log_in(manners: Manners) -> None:
    """What "authorize" does to the token before it is told nowhere; here a debit gets another."""
    async with vendors.lab(replace(manners, keeps_one_token=True)) as (_, driver):
        session = await vendors.done(driver, vendors.creating(native_status="active"))
        with pytest.raises(LogInAgain, match="-32014"):
            await driver.sessions()
        driver.ticket = await driver.adapter.log_in(driver.wire)

        assert session in await driver.sessions()


EVERYTHING = ScanPlan({}, None, None)


@pytest.mark.parametrize(
    ("dialect", "code", "error", "means"),
    [
        ("v1", -32014, LogInAgain, ErrorCode.AUTH),
        ("v1", -32015, LogInAgain, ErrorCode.AUTH),
        ("v1", -32033, LogInAgain, ErrorCode.AUTH),
        ("v1", -32034, LogInAgain, ErrorCode.AUTH),
        ("v1", -32035, LogInAgain, ErrorCode.AUTH),
        ("v1", -32603, TryAgainLater, ErrorCode.UPSTREAM_ERROR),
        ("v1", -32039, TryAgainLater, ErrorCode.TIMEOUT),
        ("v1", -32003, TryAgainLater, ErrorCode.UNAVAILABLE),
        ("v1", -32001, GiveUp, ErrorCode.AUTH),
        ("v1", -32032, GiveUp, ErrorCode.AUTH),
        ("v1", -32024, GiveUp, ErrorCode.FORBIDDEN),
        ("v1", -32029, GiveUp, ErrorCode.FORBIDDEN),
        ("v1", -32041, GiveUp, ErrorCode.FORBIDDEN),
        ("v1", -32601, GiveUp, ErrorCode.PROTOCOL),
        ("v1", -32602, GiveUp, ErrorCode.PROTOCOL),
        ("v1", -32004, BadAnswer, ErrorCode.UPSTREAM_ERROR),
        ("v1", -32122, BadAnswer, ErrorCode.UPSTREAM_ERROR),
        ("v1", -1, BadAnswer, ErrorCode.UPSTREAM_ERROR),
        ("v2", -32014, LogInAgain, ErrorCode.AUTH),
        ("v2", -32033, LogInAgain, ErrorCode.AUTH),
        ("v2", -32109, LogInAgain, ErrorCode.AUTH),
        ("v2", -32135, LogInAgain, ErrorCode.AUTH),
        ("v2", -32170, LogInAgain, ErrorCode.AUTH),
        ("v2", -32000, TryAgainLater, ErrorCode.UPSTREAM_ERROR),
        ("v2", -32122, TryAgainLater, ErrorCode.UNAVAILABLE),
        ("v2", -32130, TryAgainLater, ErrorCode.UNAVAILABLE),
        ("v2", -32152, TryAgainLater, ErrorCode.UNAVAILABLE),
        ("v2", -32021, GiveUp, ErrorCode.AUTH),
        ("v2", -32102, GiveUp, ErrorCode.FORBIDDEN),
        ("v2", -32142, GiveUp, ErrorCode.FORBIDDEN),
        ("v2", -32001, BadAnswer, ErrorCode.UPSTREAM_ERROR),  # no headset, and no password
        ("v2", -32035, BadAnswer, ErrorCode.UPSTREAM_ERROR),
        ("v2", -32232, BadAnswer, ErrorCode.UPSTREAM_ERROR),
    ],
)
async def test_every_error_of_the_vendor_says_what_happens_next_and_the_log_its_number(
    dialect: str, code: int, error: type[UpstreamError], means: ErrorCode
) -> None:
    """Cortex API v1, "Errors"; later "Error Codes", where -32001 has got another meaning."""
    answering = Answering(RpcError("querySessions", code))
    ticket = Ticket({"dialect": dialect, "token": "abcd"})

    with pytest.raises(error, match=f"querySessions: JSON-RPC error {code}") as caught:
        await ADAPTER.fetch_page(EVERYTHING, First(), Context(answering, ticket, NOON))

    assert caught.value.code is means


@pytest.mark.parametrize(
    ("dialect", "users"), [("v1", [{"username": "cortextest"}]), ("v2", ["cortextest"])]
)
async def test_users_as_the_other_dialect_tells_them_are_no_answer(
    dialect: str, users: list[object]
) -> None:
    """After "getUserLogin": texts in version 1, and objects later."""
    options = {"url": URL, "dialect": dialect, **CLIENT}
    adapter = CortexAdapter(CortexOptions.model_validate(options))

    with pytest.raises(
        BadAnswer, match=f"getUserLogin: not the result that {dialect} has"
    ) as caught:
        await adapter.log_in(Answering(raw(users)))

    assert caught.value.code is ErrorCode.SCHEMA


@pytest.mark.parametrize(
    ("method", "params", "code"),
    [
        ("inspect", None, -32601),
        ("querySessions", ["abcd"], -32602),
        ("querySessions", {"_auth": "abcd"}, -32014),
    ],
)
async def test_the_simulator_refuses_what_the_document_refuses(
    lab: tuple[CortexSimulator, Driver], method: str, params: object, code: int
) -> None:
    _, driver = lab

    with pytest.raises(RpcError) as caught:
        await driver.wire.call(method, params)

    assert caught.value.code == code


@pytest.mark.parametrize(("ignores_query", "statuses"), [(False, 1), (True, 3)])
async def test_the_simulator_filters_by_one_status_at_most(
    ignores_query: bool, statuses: int
) -> None:
    manners = Manners(ignores_query=ignores_query)
    simulator = CortexSimulator(rows=300, seed=5, clock=noon, manners=manners)
    async with serving(simulator) as options, driving(CortexAdapter, options) as driver:
        params = {"_auth": driver.ticket.values["token"], "query": {"status": "opened"}}
        rows = msgspec.json.decode(await driver.wire.call("querySessions", params))

    assert len({record["status"] for record in rows}) == statuses


async def test_a_renewed_token_lives_48_hours_beside_the_old_one() -> None:
    now = NOON
    simulator = CortexSimulator(rows=1, seed=6, clock=lambda: now)
    async with serving(simulator) as options, driving(CortexAdapter, options) as driver:
        now += timedelta(hours=47)
        old = {"token": driver.ticket.values["token"]}
        renewed = msgspec.json.decode(await driver.wire.call("generateNewToken", old))
        await driver.sessions()
        now += timedelta(hours=1)

        assert await driver.wire.call("querySessions", renewed)
        with pytest.raises(LogInAgain):
            await driver.sessions()
