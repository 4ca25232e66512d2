"""A write is sent once, and what became of it is told no surer than it is."""

from typing import Any

import pytest
from msgspec import Raw

from gateway.spi import (
    Done,
    FieldKind,
    GiveUp,
    HttpReply,
    Json,
    LogInAgain,
    Operation,
    Refusal,
    Refused,
    RpcError,
    SlowDown,
    Unclear,
    UpstreamError,
    Write,
    WriteField,
    WriteOutcome,
)
from tests.adapters.declarative.speaking import (
    Desk,
    Line,
    Parts,
    adapter_of,
    body_of,
    context,
    desk,
    over,
    query_of,
    replied,
)

FIELDS = {
    "title": {"send": {"in": "body", "at": "meta.label"}, "required": True},
    "attributes.seats": {"send": {"in": "body", "at": "seats"}, "kind": "whole_number"},
    "attributes.open": {"send": {"in": "query", "at": "open"}, "kind": "boolean"},
    "device.id": {"send": {"in": "header", "at": "X-Device"}},
}
WRITES: Parts = {
    "create": {
        "request": {"method": "POST", "path": "/sessions", "body": {"kind": "made"}},
        "fields": FIELDS,
        "record": "session",
        "new_if_status": 201,
    },
    "end": {"request": {"method": "POST", "path": "/sessions/{native_id}/end"}},
}
GET = {"request": {"path": "/sessions/{native_id}"}, "record": "session"}
RECORD = b'{"id": "a", "n": 1.0}'
SESSION = b'{"session": ' + RECORD + b"}"
CREATE = Write(Operation.CREATE, None, {"title": "t"})
END = Write(Operation.END, "a/b")


def writing(**said: Any) -> Any:  # noqa: ANN401  # an adapter
    return adapter_of({"writes": WRITES, "get": GET, **said})


async def outcome(wire: Any, write: Write, **said: Any) -> WriteOutcome:  # noqa: ANN401  # of two kinds
    result: WriteOutcome = await writing(**said).write(write, context(wire))
    return result


def test_what_can_be_written_is_told() -> None:
    abilities = writing().abilities()

    assert abilities.has_detail
    assert abilities.operations == {
        Operation.CREATE: {
            "title": WriteField(is_required=True),
            "attributes.seats": WriteField(FieldKind.WHOLE_NUMBER),
            "attributes.open": WriteField(FieldKind.BOOLEAN),
            "device.id": WriteField(),
        },
        Operation.END: {},
    }


async def test_fields_go_to_their_places_and_nulls_nowhere() -> None:
    wire = desk(replied(SESSION, 201))
    seats = {"attributes.seats": 3, "attributes.open": True}

    await outcome(wire, Write(Operation.CREATE, None, {"title": "t", "device.id": None, **seats}))

    (request,) = wire.requests
    assert (request.method, request.path) == ("POST", "/sessions")
    assert query_of(request) == {"open": "true"}
    assert body_of(request) == {"kind": "made", "meta": {"label": "t"}, "seats": 3}
    assert "X-Device" not in request.headers


async def test_a_value_that_would_break_a_header_is_refused_before_anything_is_sent() -> None:
    wire = desk(replied({}))
    fields = {"title": "t", "device.id": "d\r\nX: 1"}

    refused = await outcome(wire, Write(Operation.CREATE, None, fields))

    assert refused == Refused(Refusal.INVALID_FIELD, "device.id")
    assert wire.requests == []


@pytest.mark.parametrize("native_id", ["", ".", ".."])
async def test_a_session_that_cannot_be_named_is_none(native_id: str) -> None:
    wire = desk(replied({}))

    assert await outcome(wire, Write(Operation.END, native_id)) == Refused(Refusal.NOT_FOUND)
    assert wire.requests == []


@pytest.mark.parametrize(("status", "is_new"), [(201, True), (200, False)])
async def test_the_record_of_the_answer_is_the_session_as_it_is_now(
    status: int, is_new: bool
) -> None:
    done = await outcome(desk(replied(SESSION, status)), CREATE)

    assert done == Done(Raw(RECORD), is_new=is_new)


async def test_what_is_created_is_new_where_no_status_says_otherwise() -> None:
    create = {name: said for name, said in WRITES["create"].items() if name != "new_if_status"}

    done = await outcome(desk(replied(SESSION)), CREATE, writes={"create": create})

    assert done == Done(Raw(RECORD), is_new=True)


@pytest.mark.parametrize("body", [b"", b"{", b"{}", b'{"session": null}', b"[]"])
async def test_what_was_created_is_not_undone_by_an_answer_that_does_not_tell_it(
    body: bytes,
) -> None:
    assert await outcome(desk(replied(body, 201)), CREATE) == Done(None, is_new=True)


async def test_without_a_record_in_the_answer_the_session_is_asked_for() -> None:
    wire = desk(replied(b"", 204), replied(SESSION))

    assert await outcome(wire, END) == Done(Raw(RECORD))
    assert [(each.method, each.path) for each in wire.requests] == [
        ("POST", "/sessions/a%2Fb/end"),
        ("GET", "/sessions/a%2Fb"),
    ]


@pytest.mark.parametrize("later", [replied({}, 500), replied({}, 404), replied(b"{")])
async def test_that_it_cannot_be_read_does_not_undo_a_write(later: HttpReply) -> None:
    rule = {"when": {"status": 404, "op": "get"}, "is": "not_found"}

    assert await outcome(desk(replied({}), later), END, errors=[rule]) == Done(None)


async def test_without_a_detail_call_what_was_written_is_not_told_apart() -> None:
    wire = desk(replied({}))

    assert await outcome(wire, END, get=None) == Done(None)
    assert len(wire.requests) == 1


@pytest.mark.parametrize(
    ("meaning", "became"),
    [
        ("already_done", Done(Raw(RECORD))),
        ("not_found", Refused(Refusal.NOT_FOUND)),
        ("not_own_session", Refused(Refusal.NOT_OWN_SESSION)),
        ("invalid_field", Refused(Refusal.INVALID_FIELD)),
        ("unclear", Unclear()),
        ("unavailable", Unclear()),
        ("upstream_error", Unclear()),
        ("bad_answer", Unclear()),
    ],
)
async def test_the_table_says_what_became_of_a_write(meaning: str, became: WriteOutcome) -> None:
    rule = {"when": {"status": 409, "op": "end"}, "is": meaning}

    assert await outcome(desk(replied({}, 409), replied(SESSION)), END, errors=[rule]) == became


LOOKED_AT = {"when": {"status": [404, 409, 500], "op": "end"}, "is": "perhaps_done"}
NOT_FOUND = {"when": {"status": 404, "op": "get"}, "is": "not_found"}
MAP = {
    "native_id": {"at": "id"},
    "status": {"at": "live", "values": {"true": "active", "false": "ended"}},
}


async def looked_at(told: HttpReply, later: HttpReply) -> WriteOutcome:
    return await outcome(desk(told, later), END, map=MAP, errors=[LOOKED_AT, NOT_FOUND])


@pytest.mark.parametrize("status", [404, 409, 500])
async def test_what_may_have_ended_is_looked_at(status: int) -> None:
    over = {"session": {"id": "a", "live": False}}

    done = await looked_at(replied({}, status), replied(over))
    gone = await looked_at(replied({}, status), replied({}, 404))

    assert isinstance(done, Done)
    assert done.record is not None
    assert gone == Refused(Refusal.NOT_FOUND)


@pytest.mark.parametrize("live", [True, None, "odd"])
async def test_what_has_not_ended_was_refused_unless_that_is_not_sure(live: Json) -> None:
    going_on = replied({"session": {"id": "a", "live": live}})

    with pytest.raises(GiveUp) as caught:
        await looked_at(replied({}, 409), going_on)

    assert not caught.value.has_been_sent
    assert await looked_at(replied({}, 500), going_on) == Unclear()


@pytest.mark.parametrize(("status", "may_be_done"), [(409, False), (500, True)])
async def test_what_cannot_be_looked_at_is_told_no_surer_than_it_is(
    status: int, may_be_done: bool
) -> None:
    with pytest.raises(UpstreamError) as caught:
        await looked_at(replied({}, status), replied({}, 503))

    assert caught.value.has_been_sent is may_be_done


async def test_an_id_that_looks_otherwise_is_never_sent() -> None:
    mapped = {"native_id": {"at": "id", "pattern": "[0-9]+"}}
    wire = desk(replied(SESSION))
    adapter = writing(map=mapped)

    refused = await adapter.write(END, context(wire))

    assert refused == Refused(Refusal.NOT_FOUND)
    assert await adapter.get("7 ", context(wire)) is None
    assert wire.requests == []
    assert await adapter.get("7", context(wire)) == Raw(RECORD)


@pytest.mark.parametrize(
    ("meaning", "error"),
    [("auth_failed", LogInAgain), ("rate_limited", SlowDown), ("forbidden", GiveUp)],
)
async def test_what_was_turned_away_was_surely_not_done(
    meaning: str, error: type[UpstreamError]
) -> None:
    rule = {"when": {"status": 409}, "is": meaning}

    with pytest.raises(error):
        await outcome(desk(replied({}, 409)), END, errors=[rule])


async def test_the_only_field_is_the_one_that_is_meant() -> None:
    rule = {"when": {"status": 422}, "is": "invalid_field"}
    two = Write(Operation.CREATE, None, {"title": "t", "attributes.seats": 1, "device.id": None})

    refused = [
        await outcome(desk(replied({}, 422)), write, errors=[rule]) for write in (CREATE, two)
    ]

    assert refused == [
        Refused(Refusal.INVALID_FIELD, "title"),
        Refused(Refusal.INVALID_FIELD),
    ]


@pytest.mark.parametrize("status", [500, 502, 503, 504])
async def test_what_broke_may_have_been_done(status: int) -> None:
    assert await outcome(desk(replied({}, status)), END) == Unclear()


@pytest.mark.parametrize("status", [302, 400, 401, 403, 404, 429])
async def test_what_is_refused_by_its_status_was_surely_not_done(status: int) -> None:
    with pytest.raises(UpstreamError) as caught:
        await outcome(desk(replied({}, status)), END)

    assert not caught.value.has_been_sent


RPC = {
    "list": {
        "request": {"method": "list", "params": {}},
        "records": "result",
        "paginate": {"style": "single"},
    },
    "get": None,
    "writes": {
        "end": {
            "request": {"method": "end", "params": {"id": "{native_id}"}},
            "fields": {"attributes.why": {"send": {"in": "params", "at": "note.why"}}},
            "record": "result.session",
        }
    },
}
OVER_HTTP = {**RPC, "transport": over(kind="jsonrpc_http", path="/rpc")}
OVER_SOCKET = {**RPC, "transport": {"kind": "jsonrpc_ws", "url": "wss://vendor.example"}}
END_WHY = Write(Operation.END, "..", {"attributes.why": "late"})


async def test_a_write_by_json_rpc_names_its_session_in_its_parameters() -> None:
    told: Json = {"session": {"id": ".."}}
    wire, line = desk(replied({"id": 1, "result": told})), Line({"end": told})

    by_http = await outcome(wire, END_WHY, **OVER_HTTP)
    by_socket = await outcome(line, END_WHY, **OVER_SOCKET)

    assert by_http == by_socket == Done(Raw(b'{"id": ".."}'))
    params = {"id": "..", "note": {"why": "late"}}
    assert body_of(wire.last) == {"jsonrpc": "2.0", "id": 1, "method": "end", "params": params}
    assert line.calls == [("end", params)]


def told_by_http(code: int) -> Desk:
    return desk(replied({"id": 1, "error": {"code": code}}))


async def test_an_error_of_json_rpc_is_a_refusal_only_if_it_surely_is_one() -> None:
    for code in (-32600, -32601, -32602, -32700):
        with pytest.raises(GiveUp):
            await outcome(told_by_http(code), END_WHY, **OVER_HTTP)
    for code in (-32603, -32000, 7):
        assert await outcome(told_by_http(code), END_WHY, **OVER_HTTP) == Unclear()
        line = Line({"end": RpcError("end", code)})
        assert await outcome(line, END_WHY, **OVER_SOCKET) == Unclear()


async def test_a_reply_that_is_no_json_rpc_leaves_a_write_unclear() -> None:
    with pytest.raises(UpstreamError) as caught:
        await outcome(desk(replied(b"<html>")), END_WHY, **OVER_HTTP)

    assert caught.value.has_been_sent
