"""Canopsis: what is odd about being let in."""

import pytest

from adapters.simulators.canopsis import FINAL, V2020
from gateway.spi import (
    ErrorCode,
    GiveUp,
    HttpReply,
    LogInAgain,
    TryAgainLater,
    UpstreamError,
)
from tests.quirks.canopsis.tape import tape
from tests.vendors.canopsis import CREATE, HIDE, KEYS, PAGE, empty, serving, told, working


async def test_errors_are_pages_of_html() -> None:
    """final-01-auth.json, step 1; only the log-in form of step 15 refuses in JSON."""
    async with tape("final-01-auth.json") as auth:
        for both in await auth.steps(1, 3, 7, 10):
            assert {reply.content_type for reply in both} == {"text/html"}
        for reply in await auth.step(15):
            assert reply.body == {"name": "", "description": "Wrong login or password"}

    async with working(FINAL) as office:
        office.meeting({0: HttpReply(401, {}, b"<html>")})
        with pytest.raises(LogInAgain):
            await office.sessions()


async def test_a_wrong_password_is_forbidden_and_a_wrong_key_is_not() -> None:
    """final-01-auth.json, steps 7 and 8, and steps 2 and 3."""
    async with tape("final-01-auth.json") as auth:
        assert [both.statuses for both in await auth.steps(2, 3)] == [{401}] * 2
        assert [both.statuses for both in await auth.steps(7, 8)] == [{403}] * 2

    assert await _refusal(username="marie", password="wrong") == (GiveUp, ErrorCode.FORBIDDEN)
    assert await _refusal(auth_key="wrong") == (LogInAgain, ErrorCode.AUTH)


async def test_another_scheme_breaks_the_server() -> None:
    """final-01-auth.json, step 10."""
    async with tape("final-01-auth.json") as auth:
        assert (await auth.step(10)).statuses == {500}

    async with working(FINAL, {"auth_key": None, "password": "marie"}) as office:
        line = office.meeting({})
        await office.log_in()
    schemes = [request.headers.get("Authorization", "").split()[:1] for request in line.requests]
    assert schemes == [[], ["Basic"]]


async def test_the_key_of_a_disabled_account_lets_in() -> None:
    """final-01-auth.json, step 12, where the password of step 11 is refused."""
    async with tape("final-01-auth.json") as auth:
        assert (await auth.step(11)).statuses == {403}
        assert (await auth.step(12)).statuses == {200}

    assert await _refusal(username="disabled", password="disabled") == (
        GiveUp,
        ErrorCode.FORBIDDEN,
    )
    async with serving(empty(), auth_key=KEYS["disabled"]) as driver:
        assert await driver.sessions() == []


async def test_only_a_key_in_the_address_begins_a_cookie_session() -> None:
    """final-01-auth.json, step 4, where the header of step 5 sets no cookie."""
    async with tape("final-01-auth.json") as auth:
        by_address, by_header = await auth.steps(4, 5)
    assert [len(reply.cookies) for reply in by_address] == [1, 1]
    assert [len(reply.cookies) for reply in by_header] == [0, 0]

    async with working(FINAL) as office:
        await office.sessions()
        await office.write(CREATE)
        asked = office.simulator.requests
    assert sum(KEYS["marie"] in request for request in asked) == 1


async def test_a_key_in_a_header_is_another_log_in_each_second() -> None:
    """final-08-key-per-request.json, step 7: three starts and keepalives made six sessions."""
    async with tape("final-08-key-per-request.json") as keys:
        for reply in await keys.step(7):
            assert len({each["id_beaker_session"] for each in reply.sessions}) == 6

    async with working(FINAL) as office:
        own = told(office, await office.write(CREATE))
        office.wait(60)
        await office.write(HIDE, own.native_id, path=PAGE)
        assert len(await office.sessions()) == 1
    async with working(FINAL, {"username": None}) as office:
        assert office.driver.adapter.abilities().operations == {}


async def test_the_earlier_version_knows_no_key_in_a_header() -> None:
    """v2020-01-auth.json, step 5."""
    async with tape("v2020-01-auth.json") as auth:
        assert (await auth.step(5)).statuses == {401}

    for dialect in ("v2020", "auto"):
        async with working(V2020, {"username": None, "dialect": dialect}) as office:
            assert len(await office.sessions()) == 1


async def test_the_earlier_version_refuses_a_key_with_each_request() -> None:
    """v2020-08-key-per-request.json, steps 2 and 7: also the list."""
    async with tape("v2020-08-key-per-request.json") as keys:
        assert [both.statuses for both in await keys.steps(2, 7)] == [{400}] * 2

    async with working(V2020) as office:
        office.wait(60)
        assert len(await office.sessions()) == 1


async def test_two_log_ins_within_a_second_are_one() -> None:
    """final-09-same-user-twice.json, step 4: two sessions of three log-ins; v2020 does the same."""
    for name in ("final-09-same-user-twice.json", "v2020-09-same-user-twice.json"):
        async with tape(name) as twice:
            assert (await twice.step(4)).counts == {2}

    async with working(FINAL) as office:
        first = told(office, await office.write(CREATE))
        await office.log_in()
        assert told(office, await office.write(CREATE)).native_id == first.native_id


async def test_an_account_beyond_ascii_breaks_the_server() -> None:
    """final-10-non-ascii-user.json, steps 1 to 3 and 5; the log-in of step 4 goes well."""
    async with tape("final-10-non-ascii-user.json") as name:
        assert [both.statuses for both in await name.steps(1, 2, 3, 5)] == [{500}] * 4
        assert (await name.step(4)).statuses == {200}

    by_name = {"username": "Jean-Éric", "password": "secret"}
    assert await _refusal(**by_name) == (GiveUp, ErrorCode.UPSTREAM_ERROR)
    # A key does not say whose it is.
    by_key = {"auth_key": KEYS["Jean-Éric"]}
    assert await _refusal(**by_key) == (TryAgainLater, ErrorCode.UPSTREAM_ERROR)


async def test_an_account_beyond_ascii_cannot_log_in_to_the_earlier_version() -> None:
    """v2020-10-non-ascii-user.json, steps 1 and 4, and 5: no cookie was set."""
    async with tape("v2020-10-non-ascii-user.json") as name:
        assert [both.statuses for both in await name.steps(1, 4, 5)] == [{500}, {500}, {401}]

    simulator = empty(V2020)
    with pytest.raises(GiveUp) as caught:
        async with serving(simulator, auth_key=None, username="Jean-Éric", password="secret"):
            pass
    assert caught.value.code is ErrorCode.UPSTREAM_ERROR


async def _refusal(**credentials: str) -> tuple[type[UpstreamError], ErrorCode]:
    """Read with these credentials alone, and give what comes of it."""
    options: dict[str, object] = {"auth_key": None, **credentials}
    with pytest.raises(UpstreamError) as caught:
        async with serving(empty(), **options) as driver:
            await driver.pages()
    return type(caught.value), caught.value.code
