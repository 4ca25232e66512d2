"""Every way of being let in, what is asked for, and what is refused."""

import base64
from typing import Any
from urllib.parse import parse_qsl

import pytest

from gateway.spi import (
    BadAnswer,
    ErrorCode,
    GiveUp,
    LogInAgain,
    RpcError,
    SlowDown,
    Ticket,
    TryAgainLater,
)
from tests.adapters.declarative.speaking import (
    Line,
    adapter_of,
    body_of,
    desk,
    over,
    page_of,
    query_of,
    replied,
)

SECRETS = {"user": "u ü", "secret": "s:%+"}
EMPTY = replied({"rows": []})


@pytest.mark.parametrize(
    ("auth", "header"),
    [
        ({"kind": "none"}, None),
        ({"kind": "header", "name": "authorization", "value": "Key ${options.secret}"}, "Key s:%+"),
        ({"kind": "bearer", "token": "${options.secret}"}, "Bearer s:%+"),
        (
            {"kind": "basic", "username": "${options.user}", "password": "${options.secret}"},
            f"Basic {base64.b64encode('u ü:s:%+'.encode()).decode()}",
        ),
    ],
    ids=["none", "header", "bearer", "basic"],
)
async def test_what_every_request_carries(auth: dict[str, str], header: str | None) -> None:
    used = {name: value for name, value in SECRETS.items() if name in str(auth)}
    adapter = adapter_of({"transport": over(auth=auth)}, **used)
    wire = desk(EMPTY)

    ticket = await adapter.log_in(wire)
    await page_of(adapter, wire, ticket=ticket)

    (request,) = wire.requests
    told = {name.lower(): value for name, value in request.headers.items()}
    assert told.get("authorization") == header


async def test_a_key_may_be_in_the_query() -> None:
    auth = {"kind": "query", "name": "api_key", "value": "${options.secret}"}
    adapter = adapter_of({"transport": over(auth=auth)}, secret=SECRETS["secret"])
    wire = desk(EMPTY)

    await page_of(adapter, wire)

    assert query_of(wire.last) == {"api_key": "s:%+"}


LOG_IN = {
    "kind": "log_in",
    "request": {"method": "POST", "path": "/login", "body": {"who": "${options.user}"}},
    "token": "session.token",
    "lifetime": "session.seconds",
    "send": {"in": "header", "at": "X-Session"},
    "prefix": "Token ",
}


def logging_in(**said: object) -> Any:  # noqa: ANN401  # an adapter
    transport = over(auth=LOG_IN, headers={"X-All": "1"})
    return adapter_of({"transport": transport, **said}, user="somebody")


async def test_a_log_in_brings_a_token_that_every_other_request_carries() -> None:
    adapter = logging_in()
    wire = desk(replied({"session": {"token": "t-1", "seconds": 90}}), EMPTY)

    ticket = await adapter.log_in(wire)
    await page_of(adapter, wire, ticket=ticket)

    entered, listed = wire.requests
    assert (entered.method, entered.path, body_of(entered)) == (
        "POST",
        "/login",
        {"who": "somebody"},
    )
    assert entered.headers["X-All"] == listed.headers["X-All"] == "1"
    assert "X-Session" not in entered.headers
    assert listed.headers["X-Session"] == "Token t-1"
    assert ticket.lifetime_seconds == 90


@pytest.mark.parametrize("seconds", [None, 0, -5, "soon", [], {}])
async def test_a_lifetime_that_is_none_is_no_reason_to_refuse_a_token(seconds: object) -> None:
    wire = desk(replied({"session": {"token": "t", "seconds": seconds}}))

    assert await logging_in().log_in(wire) == Ticket({"token": "t"}, None)


@pytest.mark.parametrize("seconds", [1.5, "1.5"])
async def test_a_lifetime_may_be_written_as_text(seconds: object) -> None:
    wire = desk(replied({"session": {"token": 12, "seconds": seconds}}))

    assert await logging_in().log_in(wire) == Ticket({"token": "12"}, 1.5)


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"session": None},
        *({"session": {"token": token}} for token in ("", None, True, ["t"], "a\r\nX: 1", "ü")),
    ],
)
async def test_what_is_no_token_is_a_bad_answer(body: dict[str, object]) -> None:
    with pytest.raises(BadAnswer) as caught:
        await logging_in().log_in(desk(replied(body)))

    assert caught.value.code is ErrorCode.SCHEMA


async def test_who_is_refused_at_the_log_in_gives_up() -> None:
    """It would be refused again, and may be locked out."""
    with pytest.raises(GiveUp) as caught:
        await logging_in().log_in(desk(replied({}, 401)))

    assert caught.value.code is ErrorCode.AUTH


async def test_what_is_refused_later_asks_for_a_new_log_in() -> None:
    with pytest.raises(LogInAgain):
        await page_of(logging_in(), desk(replied({}, 401)), ticket=Ticket({"token": "t"}))


async def test_the_table_of_errors_speaks_of_log_ins_too() -> None:
    rules = [
        {"when": {"body": "locked", "op": "log_in"}, "is": "forbidden"},
        {"when": {"status": 400, "op": "list"}, "is": "unavailable"},
    ]
    adapter = logging_in(errors=rules)

    with pytest.raises(GiveUp) as caught:
        await adapter.log_in(desk(replied({"locked": True, "session": {"token": "t"}})))

    assert caught.value.code is ErrorCode.FORBIDDEN
    with pytest.raises(GiveUp):
        await adapter.log_in(desk(replied({}, 400)))


def granting(**said: str) -> Any:  # noqa: ANN401  # an adapter
    auth = {
        "kind": "oauth2",
        "token_path": "/oauth/token",
        "client_id": "${options.user}",
        "client_secret": "${options.secret}",
        **said,
    }
    return adapter_of({"transport": over(auth=auth)}, **SECRETS)


GRANTED = {"access_token": "a.b-c", "token_type": "bearer", "expires_in": 3600}


async def test_a_token_is_granted_to_who_shows_id_and_secret_as_basic() -> None:
    adapter = granting(scope="sessions.read all")
    wire = desk(replied(GRANTED), EMPTY)

    ticket = await adapter.log_in(wire)
    await page_of(adapter, wire, ticket=ticket)

    asked, listed = wire.requests
    assert (asked.method, asked.path) == ("POST", "/oauth/token")
    assert asked.headers["Content-Type"] == "application/x-www-form-urlencoded"
    shown = base64.b64decode(asked.headers["Authorization"].removeprefix("Basic ")).decode()
    assert shown == "u+%C3%BC:s%3A%25%2B", "each encoded as in a form (RFC 6749, 2.3.1)"
    assert dict(parse_qsl((asked.body or b"").decode())) == {
        "grant_type": "client_credentials",
        "scope": "sessions.read all",
    }
    assert listed.headers["Authorization"] == "Bearer a.b-c"
    assert ticket.lifetime_seconds == 3600


async def test_id_and_secret_may_be_in_the_form() -> None:
    wire = desk(replied(GRANTED))

    await granting(credentials_in="body").log_in(wire)

    assert "Authorization" not in wire.last.headers
    assert dict(parse_qsl((wire.last.body or b"").decode())) == {
        "grant_type": "client_credentials",
        "client_id": "u ü",
        "client_secret": "s:%+",
    }


@pytest.mark.parametrize(
    ("status", "body", "code"),
    [
        (400, {"error": "invalid_client"}, ErrorCode.AUTH),
        (400, {"error": "unauthorized_client"}, ErrorCode.AUTH),
        (401, {"error": "invalid_client"}, ErrorCode.AUTH),
        (400, {"error": "invalid_scope"}, ErrorCode.CONFIG),
        (400, b"<html>", ErrorCode.CONFIG),
        (404, {}, ErrorCode.CONFIG),
    ],
)
async def test_who_is_granted_no_token_gives_up(status: int, body: Any, code: ErrorCode) -> None:  # noqa: ANN401  # a body
    with pytest.raises(GiveUp) as caught:
        await granting().log_in(desk(replied(body, status)))

    assert caught.value.code is code


@pytest.mark.parametrize(
    "granted",
    [
        {},
        [],
        {"access_token": ""},
        {"access_token": "a b\n"},
        {"access_token": 1},
        {"access_token": "t", "token_type": "mac"},
    ],
)
async def test_what_is_no_grant_is_a_bad_answer(granted: object) -> None:
    with pytest.raises(BadAnswer):
        await granting().log_in(desk(replied(granted)))


async def test_a_token_server_in_trouble_is_asked_again_later() -> None:
    with pytest.raises(TryAgainLater):
        await granting().log_in(desk(replied({}, 503)))
    with pytest.raises(SlowDown):
        await granting().log_in(desk(replied({}, 429)))


def greeting(**said: object) -> Any:  # noqa: ANN401  # an adapter
    handshake = [
        {
            "method": "hello",
            "params": {"key": "${options.secret}"},
            "keep": {"nonce": "a.nonce"},
        },
        {"method": "enter", "params": {"answer": ["${session.nonce}"]}, "keep": {"token": "@"}},
    ]
    listing = {
        "request": {"method": "list", "params": {"auth": {"token": "${session.token}"}}},
        "records": "result",
        "paginate": {"style": "single"},
    }
    transport = {"kind": "jsonrpc_ws", "url": "wss://vendor.example", "handshake": handshake}
    return adapter_of({"transport": transport, "list": listing, **said}, secret="k")


async def test_the_calls_of_a_handshake_refer_to_what_those_before_kept() -> None:
    adapter = greeting()
    line = Line({"hello": {"a": {"nonce": 7}}, "enter": "t-1", "list": []})

    ticket = await adapter.log_in(line)
    await page_of(adapter, line, ticket=ticket)

    assert line.calls == [
        ("hello", {"key": "k"}),
        ("enter", {"answer": ["7"]}),
        ("list", {"auth": {"token": "t-1"}}),
    ]


async def test_a_handshake_that_is_refused_gives_up() -> None:
    rules = [{"when": {"rpc_code": -32001}, "is": "auth_failed"}]
    line = Line({"hello": RpcError("hello", -32001)})

    with pytest.raises(GiveUp) as caught:
        await greeting(errors=rules).log_in(line)

    assert caught.value.code is ErrorCode.AUTH


async def test_a_handshake_that_brings_nothing_to_keep_is_a_bad_answer() -> None:
    with pytest.raises(BadAnswer):
        await greeting().log_in(Line({"hello": {"a": {}}}))
