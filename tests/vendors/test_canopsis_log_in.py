"""Canopsis: which dialect is found, what cookie is kept, and what becomes of it."""

from dataclasses import replace

import pytest

from adapters.canopsis import CanopsisAdapter
from adapters.simulators.canopsis import FINAL, V2020, Dialect
from gateway.config import CacheSettings
from gateway.spi import (
    NO_TICKET,
    BadAnswer,
    ErrorCode,
    GiveUp,
    HttpReply,
    HttpRequest,
    LogInAgain,
    TryAgainLater,
    UpstreamError,
)
from tests.support.adapters import driving
from tests.support.gateway import backend, running, settings_for
from tests.vendors.canopsis import KEYS, LIST, document, empty, serving, working

START = "GET /api/v2/sessionstart"
LOOK = f"{LIST}?usernames[]="

both = pytest.mark.parametrize("dialect", [FINAL, V2020], ids=lambda dialect: dialect.name)
by_key_or_password = pytest.mark.parametrize(
    "credentials",
    [
        {"auth_key": KEYS["marie"]},
        {"auth_key": KEYS["marie"], "username": "marie"},
        {"auth_key": None, "username": "marie", "password": "marie"},
        # The server lets in the key of a disabled account (final-01-auth.json, step 12).
        {"auth_key": KEYS["disabled"]},
    ],
)


@both
@by_key_or_password
@pytest.mark.parametrize("is_told", [False, True])
async def test_every_way_in_reads_every_dialect_told_or_found_out(
    dialect: Dialect, credentials: dict[str, object], is_told: bool
) -> None:
    """The ways in are those of final-01-auth.json and v2020-01-auth.json."""
    simulator = empty(dialect)
    simulator.load([document("jacques")])
    options = {"dialect": dialect.name if is_told else "auto", **credentials}

    async with serving(simulator, **options) as driver:
        sessions = await driver.sessions()

    assert "of jacques" in {session.native_id for session in sessions}
    assert driver.ticket.values.get("dialect", "final") == dialect.name


async def test_a_key_alone_leaves_no_session_and_no_trace_in_an_address() -> None:
    """A key in a header begins no cookie session (final-01-auth.json, step 5)."""
    simulator = empty(FINAL)
    async with serving(simulator, auth_key=KEYS["marie"], dialect="auto") as driver:
        await driver.sessions()

    assert "cookie" not in driver.ticket.values
    assert [request.replace("%5B%5D", "[]") for request in simulator.requests] == [LOOK, LIST]
    assert simulator.held() == []


async def test_the_later_dialect_needs_no_log_in_to_read_with_a_key() -> None:
    async with serving(empty(FINAL), auth_key=KEYS["marie"], dialect="final") as driver:
        assert driver.ticket is NO_TICKET


async def test_the_later_dialect_lists_to_who_has_no_session_and_none_is_begun() -> None:
    """So it does in final-06-list-filters.json, and a log-in that may write changes nothing."""
    async with working(FINAL) as office:
        assert await office.sessions() == {}
        assert office.writes == 0


@both
async def test_a_lost_cookie_wants_a_log_in_again(dialect: Dialect) -> None:
    """Who is not known gets 401 and a page of HTML (final-01-auth.json, step 1)."""
    async with working(dialect) as office:
        office.simulator.forget_log_ins()
        with pytest.raises(LogInAgain) as caught:
            await office.sessions()
        assert caught.value.code is ErrorCode.AUTH

        await office.log_in()

        await office.sessions()


@both
async def test_the_gateway_logs_in_once_more_and_the_list_comes(dialect: Dialect) -> None:
    simulator = empty(dialect)
    simulator.load([document("jacques")])
    options = simulator.options(await simulator.start()) | {"username": "root", "dialect": "auto"}
    settings = settings_for(backend("canopsis", options, cache=CacheSettings(ttl_s=0)))
    try:
        async with running(settings) as gateway:
            before = await gateway.get("/v1/sessions")
            simulator.forget_log_ins()
            after = await gateway.get("/v1/sessions")
    finally:
        await simulator.stop()

    assert before.body["complete"]
    assert after.body["complete"]
    assert "canopsis:of jacques" in after.ids
    assert sum("authkey" in request for request in simulator.requests) == 2


async def test_each_backend_keeps_its_own_cookie() -> None:
    simulator = empty(FINAL)
    async with serving(simulator, username="root") as driver:
        options = simulator.options(driver.adapter.endpoint().url) | {"username": "root"}
        async with driving(CanopsisAdapter, options) as other:
            assert driver.ticket.values["cookie"] != other.ticket.values["cookie"]


@both
async def test_a_ticket_does_not_show_its_cookie(dialect: Dialect) -> None:
    async with working(dialect) as office:
        assert office.driver.ticket.values["cookie"] not in repr(office.driver.ticket)
        assert KEYS["marie"] not in repr(office.driver.ticket.values)


async def test_a_password_is_not_sent_where_a_key_is_enough() -> None:
    async with working(FINAL, {"password": "marie"}) as office:
        line = office.meeting({})

        await office.log_in()

    assert not any("Authorization" in request.headers for request in line.requests)


async def test_a_server_of_the_earlier_dialect_is_no_server_of_the_later() -> None:
    with pytest.raises(GiveUp) as caught:
        async with serving(empty(V2020), username="root", dialect="final"):
            pass

    assert caught.value.code is ErrorCode.CONFIG


@both
@pytest.mark.parametrize(
    ("credentials", "action", "code"),
    [
        ({"auth_key": "wrong"}, LogInAgain, ErrorCode.AUTH),
        ({"auth_key": "wrong", "username": "marie"}, LogInAgain, ErrorCode.AUTH),
        ({"username": "marie", "password": "wrong"}, GiveUp, ErrorCode.FORBIDDEN),
        ({"username": "disabled", "password": "disabled"}, GiveUp, ErrorCode.FORBIDDEN),
        # Either version breaks at a name beyond ASCII: final-10 and v2020-10.
        ({"auth_key": KEYS["Jean-Éric"]}, TryAgainLater, ErrorCode.UPSTREAM_ERROR),
        ({"username": "Jean-Éric", "password": "secret"}, GiveUp, ErrorCode.UPSTREAM_ERROR),
    ],
)
async def test_a_refused_log_in_says_what_to_do_about_it(
    dialect: Dialect,
    credentials: dict[str, object],
    action: type[UpstreamError],
    code: ErrorCode,
) -> None:
    options = {"auth_key": None, "dialect": "auto", **credentials}
    with pytest.raises(action) as caught:
        async with serving(empty(dialect), **options):
            pass

    assert caught.value.code is code
    assert "wrong" not in str(caught.value)


async def test_a_start_that_fails_is_a_log_in_that_fails() -> None:
    async with working(V2020) as office:
        office.meeting({2: HttpReply(503, {}, b"")})

        with pytest.raises(TryAgainLater) as caught:
            await office.log_in()

    assert caught.value.code is ErrorCode.UNAVAILABLE
    assert str(caught.value).startswith(START)


@pytest.mark.parametrize("cookie", ["", "other=1; Path=/", "beaker.session.id", ";;=;"])
async def test_a_server_that_sets_no_cookie_is_not_understood(cookie: str) -> None:
    async with working(FINAL) as office:
        office.meeting({1: HttpReply(200, {"set-cookie": cookie}, b'{"sessions": []}')})

        with pytest.raises(BadAnswer) as caught:
            await office.log_in()

    assert caught.value.code is ErrorCode.PROTOCOL


@pytest.mark.parametrize(
    "body", [b"", b"<html>", b"{}", b"[]", b'{"description": "Bad"}', b'{"description": 1}']
)
async def test_no_other_400_is_taken_for_a_missing_session(body: bytes) -> None:
    async with working(FINAL, {"dialect": "auto"}) as office:
        office.meeting({1: HttpReply(400, {"set-cookie": "beaker.session.id=x"}, body)})

        with pytest.raises(GiveUp) as caught:
            await office.log_in()

    assert caught.value.code is ErrorCode.PROTOCOL


async def test_who_shares_the_session_of_an_earlier_log_in_finds_the_dialect_later() -> None:
    """Two log-ins within one second are one (v2020-09-same-user-twice.json), so the list comes."""
    async with working(V2020, {"dialect": "auto"}) as office:
        await office.log_in()
        assert office.driver.ticket.values["dialect"] == "final"

        office.wait(301)
        with pytest.raises(LogInAgain):
            await office.sessions()
        await office.log_in()

        assert office.driver.ticket.values["dialect"] == "v2020"


class Undated:
    """A wire behind something that takes away the time of answers."""

    def __init__(self, wire: object, dates: tuple[str | None, ...]) -> None:
        self._wire = wire
        self._dates = list(dates)

    async def send(self, request: HttpRequest) -> HttpReply:
        reply: HttpReply = await self._wire.send(request)  # type: ignore[attr-defined]  # any wire
        date = self._dates.pop(0)
        kept = {name: value for name, value in reply.headers.items() if name != "date"}
        return replace(reply, headers=kept if date is None else kept | {"date": date})


@pytest.mark.parametrize(
    ("looked", "entered", "count"),
    [
        ("Sun, 22 Nov 2026 12:00:00 GMT", "Sun, 22 Nov 2026 12:00:00 GMT", 1),
        ("Sun, 22 Nov 2026 12:00:00 GMT", "Sun, 22 Nov 2026 12:00:02 GMT", 3),
        # Behind a balancer another machine may have answered, whose clock is behind.
        ("Sun, 22 Nov 2026 12:00:01 GMT", "Sun, 22 Nov 2026 12:00:00 GMT", 1),
        # The clock was set meanwhile.
        ("Sun, 22 Nov 1970 12:00:00 GMT", "Sun, 22 Nov 2026 12:00:00 GMT", 61),
        (None, "Sun, 22 Nov 2026 12:00:00 GMT", 0),
        ("Sun, 22 Nov 2026 12:00:00 GMT", None, 0),
        ("noon", "Sun, 22 Nov 2026 12:00:00 GMT", 0),
    ],
)
async def test_a_log_in_has_an_identity_for_each_second_it_may_have_taken(
    looked: str | None, entered: str | None, count: int
) -> None:
    """An identity is the user and the second of the log-in (final-09-same-user-twice.json)."""
    async with working(FINAL) as office:
        office.driver.wire = Undated(office.driver.wire, (looked, entered))

        await office.log_in()

    assert len(office.driver.ticket.values["identities"].split()) == count
