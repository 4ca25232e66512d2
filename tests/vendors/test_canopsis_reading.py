"""Canopsis over the wire: what is sent to it, what is not, and what comes of it."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import TypeAlias
from urllib.parse import unquote

import pytest

from adapters.canopsis import CanopsisAdapter
from adapters.simulators.canopsis import CanopsisSimulator
from gateway.spi import (
    AnyOf,
    AtOrAfter,
    Before,
    ErrorCode,
    Field,
    GiveUp,
    HttpRequest,
    LogInAgain,
    Named,
    Session,
    Status,
    Support,
    TryAgainLater,
    UpstreamError,
)
from tests.support.adapters import NOON, Driver, driving, noon
from tests.vendors.canopsis import KEYS, LIST, document, empty, serving

PATH = "/api/v2/sessions"

Office: TypeAlias = tuple[CanopsisSimulator, Driver]


def users(*names: str) -> AnyOf:
    """Ask for these users."""
    return AnyOf(Field.USER, frozenset(names))


@pytest.fixture
async def office() -> AsyncIterator[Office]:
    simulator = CanopsisSimulator(rows=300, seed=1, clock=noon)
    async with serving(simulator) as driver:
        yield simulator, driver


async def test_one_request_lists_every_session_of_the_simulator() -> None:
    simulator = CanopsisSimulator(rows=5000, seed=2, clock=noon)
    async with serving(simulator) as driver:
        sessions = await driver.sessions()

    assert {_told(session) for session in sessions} == _held(simulator)
    assert len(sessions) == 5000
    assert {session.status for session in sessions} == {Status.ACTIVE, Status.ENDED}
    assert simulator.requests == [LIST]


async def test_only_users_are_ever_sent_and_no_size_either(office: Office) -> None:
    simulator, driver = office
    conditions = (
        AnyOf(Field.STATUS, frozenset({"active"})),
        AnyOf(Field.NATIVE_ID, frozenset({"x"})),
        AtOrAfter(Field.STARTED_AT, NOON - timedelta(hours=1)),
        Before(Field.STARTED_AT, NOON),
    )

    pages = await driver.pages(*conditions, page_size=10)

    assert driver.plan(*conditions).pushed == {}
    assert [len(page.records) for page in pages] == [300]
    assert simulator.requests == [LIST]


async def test_users_are_asked_for_by_name_and_nobody_else_comes(office: Office) -> None:
    simulator, driver = office
    first, second = sorted({name for held in simulator.held() for name in held.user})[:2]

    sessions = await driver.sessions(users(first, second))

    assert driver.plan(users(first, second)).pushed == {users(first, second): Support.EXACT}
    assert unquote(simulator.requests[0]) == f"{LIST}?usernames[]={first}&usernames[]={second}"
    assert {_told(session) for session in sessions} == {
        held for held in _held(simulator) if held[-1] in ({first}, {second})
    }


@pytest.mark.parametrize(
    "name",
    ["Jean-Éric", "a,b", "a&usernames[]=b", "a+b", "a b", "50%", "%41", "#", "=", "a;b", "名"],
)
async def test_any_name_is_asked_for_as_it_is(office: Office, name: str) -> None:
    simulator, driver = office
    simulator.load([document(name), document("b"), document("A"), document("a")])

    [session] = await driver.sessions(users(name))

    assert session.user == Named(name=name)


async def test_an_empty_name_is_nobody_and_takes_nothing_away(office: Office) -> None:
    simulator, driver = office
    simulator.load([document("marie"), document("root")])

    assert await driver.sessions(users("")) == []
    assert [session.user for session in await driver.sessions(users("", "root"))] == [
        Named(name="root")
    ]


async def test_of_two_conditions_on_the_user_both_must_hold(office: Office) -> None:
    simulator, driver = office
    simulator.load([document("jacques"), document("marie"), document("root")])

    both = await driver.sessions(users("jacques", "marie"), users("marie", "root"))
    neither = await driver.sessions(users("jacques"), users("root"))

    assert [session.user for session in both] == [Named(name="marie")]
    assert neither == []


async def test_more_names_than_a_request_line_takes_are_not_sent(office: Office) -> None:
    simulator, driver = office
    names = users(*(f"somebody-{number:04d}" for number in range(200)))

    sessions = await driver.sessions(names)

    assert driver.plan(names).pushed == {}
    assert simulator.requests == [LIST]
    assert len(sessions) == 300


async def test_reading_leaves_no_session_behind_and_no_key_in_an_address(office: Office) -> None:
    simulator, driver = office
    before = simulator.held()

    await driver.sessions()

    assert simulator.held() == before
    assert not any(KEYS["root"] in request for request in simulator.requests)


@pytest.mark.parametrize(
    "credentials",
    [
        {"auth_key": KEYS["marie"]},
        {"auth_key": KEYS["marie"], "username": "marie"},
        {"auth_key": None, "username": "marie", "password": "marie"},
        # A key goes before a password, even a wrong one.
        {"auth_key": KEYS["marie"], "username": "marie", "password": "wrong"},
        # The server lets in the key of a disabled account: final-01-auth.json, step 12.
        {"auth_key": KEYS["disabled"]},
    ],
)
async def test_a_key_or_a_password_lets_in(credentials: dict[str, object]) -> None:
    async with serving(empty(), **credentials) as driver:
        assert await driver.sessions() == []


@pytest.mark.parametrize(
    ("credentials", "action", "code"),
    [
        ({"auth_key": "wrong"}, LogInAgain, ErrorCode.AUTH),
        ({"username": "marie", "password": "wrong"}, GiveUp, ErrorCode.FORBIDDEN),
        ({"username": "nobody", "password": "x"}, GiveUp, ErrorCode.FORBIDDEN),
        ({"username": "disabled", "password": "disabled"}, GiveUp, ErrorCode.FORBIDDEN),
        # The server breaks at a name beyond ASCII: final-10-non-ascii-user.json.
        ({"auth_key": KEYS["Jean-Éric"]}, TryAgainLater, ErrorCode.UPSTREAM_ERROR),
        ({"username": "Jean-Éric", "password": "secret"}, GiveUp, ErrorCode.UPSTREAM_ERROR),
    ],
)
async def test_a_refusal_says_what_to_do_about_it(
    credentials: dict[str, object], action: type[UpstreamError], code: ErrorCode
) -> None:
    with pytest.raises(action) as caught:
        async with serving(empty(), **({"auth_key": None} | credentials)) as driver:
            await driver.pages()

    assert caught.value.code is code
    assert str(caught.value).startswith(f"{LIST}: ")


async def test_an_address_below_the_root_is_a_configuration_error(office: Office) -> None:
    simulator, driver = office
    options = simulator.options(f"{driver.adapter.endpoint().url}/api/v2")

    async with driving(CanopsisAdapter, options) as elsewhere:
        with pytest.raises(GiveUp) as caught:
            await elsewhere.pages()

    assert caught.value.code is ErrorCode.CONFIG


async def test_documents_of_one_log_in_are_sessions_of_their_own(office: Office) -> None:
    _, driver = office

    sessions = await driver.sessions()

    identities = {session.attributes["id_beaker_session"] for session in sessions}
    assert len(identities) < len({session.native_id for session in sessions}) == len(sessions)


async def test_what_a_caller_writes_shows_in_the_list() -> None:
    async with serving(empty()) as driver:
        key = {"x-canopsis-authkey": KEYS["marie"]}
        body = b'{"visible": true, "path": ["/view/x", "tab"]}'
        await driver.wire.send(HttpRequest("POST", "/api/v2/keepalive", (), key, body))

        [session] = await driver.sessions()

    assert session.user == Named(name="marie")
    assert session.started_at == session.last_activity_at == NOON
    assert session.status is Status.ACTIVE
    assert session.attributes["last_visible_path"] == ["/view/x", "tab"]


async def test_a_session_goes_on_by_its_pings_and_ends_by_silence() -> None:
    now = NOON
    simulator = CanopsisSimulator(rows=40, seed=5, clock=lambda: now)
    async with serving(simulator) as driver:
        before = {session.native_id: session for session in await driver.sessions()}
        driver.now = now = NOON + timedelta(minutes=4)
        after = {session.native_id: session for session in await driver.sessions()}

    assert {_told(session) for session in after.values()} == _held(simulator)
    assert len(after) > len(before)
    changes = {
        (before[key].status, after[key].status) for key in before if before[key] != after[key]
    }
    assert changes == {(Status.ACTIVE, Status.ACTIVE), (Status.ACTIVE, Status.ENDED)}


def _told(session: Session) -> tuple[object, ...]:
    name = session.user.name if session.user else None
    return session.native_id, session.started_at, session.status.value, frozenset({name})


def _held(simulator: CanopsisSimulator) -> set[tuple[object, ...]]:
    return {(h.native_id, h.started_at, h.status, h.user) for h in simulator.held()}
