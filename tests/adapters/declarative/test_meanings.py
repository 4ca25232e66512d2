"""What answers mean: by the file's table first, by their status and JSON-RPC's codes else."""

from typing import Any, get_args

import pytest

from adapters.declarative.language.outcomes import Meaning
from gateway.spi import (
    Address,
    BadAnswer,
    ErrorCode,
    First,
    GiveUp,
    LogInAgain,
    Offset,
    RpcError,
    SlowDown,
    StartOver,
    TryAgainLater,
    UpstreamError,
)
from tests.adapters.declarative.speaking import (
    Line,
    Parts,
    adapter_of,
    context,
    desk,
    over,
    page_of,
    replied,
)

_SECOND = Offset(1)

MEANT: dict[str, tuple[type[UpstreamError], ErrorCode]] = {
    "auth_failed": (LogInAgain, ErrorCode.AUTH),
    "forbidden": (GiveUp, ErrorCode.FORBIDDEN),
    "not_found": (GiveUp, ErrorCode.CONFIG),
    "rate_limited": (SlowDown, ErrorCode.RATE_LIMITED),
    "unavailable": (TryAgainLater, ErrorCode.UNAVAILABLE),
    "upstream_error": (TryAgainLater, ErrorCode.UPSTREAM_ERROR),
    "bad_answer": (BadAnswer, ErrorCode.UPSTREAM_ERROR),
    "start_over": (StartOver, ErrorCode.PROTOCOL),
    "wrong_address": (GiveUp, ErrorCode.CONFIG),
    "already_done": (GiveUp, ErrorCode.PROTOCOL),
    "perhaps_done": (GiveUp, ErrorCode.PROTOCOL),
    "invalid_field": (GiveUp, ErrorCode.PROTOCOL),
    "not_own_session": (GiveUp, ErrorCode.PROTOCOL),
    "unclear": (TryAgainLater, ErrorCode.UPSTREAM_ERROR),
}


def ruled(*rules: Parts, **said: Any) -> Any:  # noqa: ANN401  # an adapter
    return adapter_of({"errors": rules, **said})


async def error_of(
    adapter: Any,  # noqa: ANN401  # as made above
    wire: Any,  # noqa: ANN401  # of two kinds
    at: Address = _SECOND,
) -> UpstreamError:
    with pytest.raises(UpstreamError) as caught:
        await page_of(adapter, wire, at=at)
    return caught.value


@pytest.mark.parametrize("meaning", sorted(MEANT))
async def test_a_list_that_is_answered_so_fails_so(meaning: str) -> None:
    adapter = ruled({"when": {"body": "error == 'E'"}, "is": meaning})

    error = await error_of(adapter, desk(replied({"error": "E", "rows": []})))

    assert (type(error), error.code) == MEANT[meaning]
    assert {*MEANT, "no_page"} == {*get_args(Meaning)}


@pytest.mark.parametrize(
    ("status", "kind", "code"),
    [
        (401, LogInAgain, ErrorCode.AUTH),
        (403, GiveUp, ErrorCode.FORBIDDEN),
        (404, GiveUp, ErrorCode.CONFIG),
        (418, GiveUp, ErrorCode.PROTOCOL),
        (429, SlowDown, ErrorCode.RATE_LIMITED),
        (500, TryAgainLater, ErrorCode.UPSTREAM_ERROR),
        (503, TryAgainLater, ErrorCode.UNAVAILABLE),
    ],
)
async def test_without_a_rule_the_status_counts(
    status: int, kind: type[UpstreamError], code: ErrorCode
) -> None:
    adapter = ruled({"when": {"status": 200, "body": "broken"}, "is": "bad_answer"})

    error = await error_of(adapter, desk(replied(b"<html>", status)))

    assert (type(error), error.code) == (kind, code)


async def test_the_first_rule_that_fits_counts() -> None:
    adapter = ruled(
        {"when": {"status": 400, "op": "get"}, "is": "forbidden"},
        {"when": {"status": [400, 422], "body": "code == `7`"}, "is": "start_over"},
        {"when": {"status": 400}, "is": "unavailable"},
        {"when": {"status": 400}, "is": "wrong_address"},
    )
    wire = desk(replied({"code": 7}, 400), replied({"code": 8}, 400), replied(b"{", 400))

    errors = [await error_of(adapter, wire) for _ in range(3)]

    assert [type(error) for error in errors] == [StartOver, TryAgainLater, TryAgainLater]


async def test_a_place_may_be_lost_but_not_the_beginning() -> None:
    rule = {"when": {"status": [404, 410, 200]}, "is": "start_over"}
    gone, missing, odd = replied({}, 410), replied({}, 404), replied({"rows": []})

    assert isinstance(await error_of(ruled(rule), desk(missing)), StartOver)
    assert isinstance(await error_of(ruled(), desk(gone)), StartOver), "whatever the file says"
    assert (await error_of(ruled(rule), desk(missing), First())).code is ErrorCode.CONFIG
    assert (await error_of(ruled(rule), desk(gone), First())).code is ErrorCode.PROTOCOL
    assert isinstance(await error_of(ruled(rule), desk(odd), First()), StartOver)


@pytest.mark.parametrize(("meaning", "status"), [("rate_limited", 420), ("unavailable", 200)])
async def test_how_long_to_wait_is_read_where_the_file_says_so(meaning: str, status: int) -> None:
    when = {"status": status}
    told = ruled({"when": when, "is": meaning, "retry_after": "header"})
    silent = ruled({"when": when, "is": meaning})
    wire = desk(replied({}, status, retry_after="17"))

    assert (await error_of(told, wire)).retry_after_seconds == 17
    assert (await error_of(silent, wire)).retry_after_seconds is None


async def test_messages_hold_neither_secrets_nor_the_vendors_words() -> None:
    transport = over(auth={"kind": "query", "name": "key", "value": "${options.key}"})
    rule = {"when": {"body": "error"}, "is": "forbidden"}
    adapter = adapter_of({"transport": transport, "errors": [rule]}, key="canary-key")

    error = await error_of(adapter, desk(replied({"error": "canary-words"})))

    assert "canary" not in str(error)


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b'{"rows": {}}', b'{"rows": null}', b"null", b'{"rows": []} x']
)
async def test_an_envelope_that_is_none_is_a_bad_answer(body: bytes) -> None:
    error = await error_of(ruled(), desk(replied(body)))

    assert isinstance(error, BadAnswer)


DETAIL = {"request": {"path": "/sessions/{native_id}"}, "record": "session"}


async def test_a_session_that_is_not_there_is_none() -> None:
    rule = {"when": {"status": 404, "op": "get"}, "is": "not_found"}
    adapter = ruled(rule, get=DETAIL)
    wire = desk(replied({"session": {"id": "a"}}), replied({}, 404))

    found = await adapter.get("a/b", context(wire))

    assert found is not None
    assert bytes(found) == b'{"id": "a"}'
    assert wire.last.path == "/sessions/a%2Fb"
    assert await adapter.get("c", context(wire)) is None


@pytest.mark.parametrize("native_id", ["", ".", ".."])
async def test_an_id_that_would_lead_elsewhere_is_not_asked_for(native_id: str) -> None:
    wire = desk(replied({"session": {}}))

    assert await ruled(get=DETAIL).get(native_id, context(wire)) is None
    assert wire.requests == []


@pytest.mark.parametrize(
    ("status", "body"), [(404, {}), (500, {}), (200, {}), (200, {"session": None}), (200, [])]
)
async def test_without_a_rule_nothing_says_that_a_session_is_not_there(
    status: int, body: object
) -> None:
    with pytest.raises(UpstreamError):
        await ruled(get=DETAIL).get("a", context(desk(replied(body, status))))


RPC_LIST = {
    "request": {"method": "sessions.list", "params": {"view": "all"}},
    "records": "result.rows",
    "paginate": {"style": "single"},
}
OVER_HTTP = {"transport": over(kind="jsonrpc_http", path="/rpc"), "list": RPC_LIST}
OVER_SOCKET = {
    "transport": {"kind": "jsonrpc_ws", "url": "wss://vendor.example"},
    "list": RPC_LIST,
}

CODES = [
    (-32601, GiveUp, ErrorCode.PROTOCOL),
    (-32603, TryAgainLater, ErrorCode.UPSTREAM_ERROR),
    (-32000, BadAnswer, ErrorCode.UPSTREAM_ERROR),
    (-7, SlowDown, ErrorCode.RATE_LIMITED),
    (-8, StartOver, ErrorCode.PROTOCOL),
]
RULES = (
    {"when": {"rpc_code": [-7, -9]}, "is": "rate_limited"},
    {"when": {"body": "error.code == `-8`"}, "is": "start_over"},
)


@pytest.mark.parametrize(("number", "kind", "code"), CODES)
async def test_errors_of_json_rpc_are_told_by_their_codes(
    number: int, kind: type[UpstreamError], code: ErrorCode
) -> None:
    error = {"jsonrpc": "2.0", "id": 1, "error": {"code": number, "message": "x"}}
    by_http = await error_of(ruled(*RULES, **OVER_HTTP), desk(replied(error)))
    line = Line({"sessions.list": RpcError("sessions.list", number)})
    by_socket = await error_of(ruled(*RULES, **OVER_SOCKET), line)

    assert (type(by_http), by_http.code) == (type(by_socket), by_socket.code) == (kind, code)


@pytest.mark.parametrize(
    "reply",
    [
        b"",
        b"[]",
        b'[{"jsonrpc": "2.0", "id": 1, "result": {"rows": []}}]',
        b"{}",
        b'{"id": 1}',
        b'{"id": 2, "result": {"rows": []}}',
        b'{"id": null, "result": {"rows": []}}',
        b'{"result": {"rows": []}}',
        b'{"id": "1", "result": {"rows": []}}',
        b'{"id": 2, "error": {"code": -1}}',
        b'{"id": 1, "error": "no"}',
        b'{"id": 1, "result": {"rows": {}}}',
    ],
)
async def test_what_is_no_reply_to_the_call_is_a_bad_answer(reply: bytes) -> None:
    assert isinstance(await error_of(ruled(**OVER_HTTP), desk(replied(reply))), BadAnswer)


async def test_a_reply_with_another_status_is_told_by_that() -> None:
    adapter = ruled(*RULES, **OVER_HTTP)
    told = {"id": 1, "error": {"code": -32000}}
    wire = desk(replied(b"<html>", 502), replied(told, 401), replied({"error": {"code": -7}}, 400))

    errors = [await error_of(adapter, wire) for _ in range(3)]

    assert [type(error) for error in errors] == [TryAgainLater, LogInAgain, SlowDown]
