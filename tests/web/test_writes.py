"""Writes through the built gateway: who may, what is refused, and what the vendor is sent."""

from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest

from gateway.config import AuthSettings
from gateway.spi import Operation
from tests.support.gateway import Answer, Gateway, running
from tests.support.scribe import (
    Gate,
    Scribe,
    Trouble,
    answering,
    dropping,
    install_scribe,
    scribe,
)
from tests.web.writing import AUTH, READER, WRITER, notes, writable, written

NEW = {"backend": "notes", "title": "Monday", "device": {"id": "D-7"}}
END = "/v1/sessions/notes:n1/end"


@pytest.fixture(autouse=True)
def _installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    install_scribe(tmp_path, monkeypatch)


@pytest.fixture
async def server() -> AsyncIterator[Scribe]:
    async with scribe() as server:
        server.add("n1")
        yield server


@pytest.fixture
async def gateway(server: Scribe) -> AsyncIterator[Gateway]:
    async with written(server) as gateway:
        yield gateway


def problem(answer: Answer, status: int, code: str) -> dict[str, object]:
    assert (answer.status, answer.body["code"]) == (status, code), answer.body
    assert answer.headers["Content-Type"] == "application/problem+json"
    body: dict[str, object] = answer.body
    return body


def errors(answer: Answer) -> list[tuple[str, str]]:
    return [(error["parameter"], error["code"]) for error in answer.body["errors"]]


async def test_a_session_is_created_located_and_in_the_next_list(
    gateway: Gateway, server: Scribe
) -> None:
    created = await gateway.post("/v1/sessions", NEW, headers=WRITER)

    listed = await gateway.get("/v1/sessions", headers=WRITER)
    assert created.status == 201, created.body
    assert created.headers["Location"] == "/v1/sessions/notes:n2"
    assert created.body["data"]["title"] == "Monday"
    assert created.body["data"]["device"] == {"id": "D-7", "name": None}
    assert created.body["backend"]["status"] == "ok"
    assert created.body["backend"]["requests"] == 1
    assert sorted(listed.ids) == ["notes:n1", "notes:n2"]
    assert server.written == ["/create"]


async def test_what_a_location_names_can_be_read(gateway: Gateway) -> None:
    created = await gateway.post("/v1/sessions", NEW, headers=WRITER)

    found = await gateway.get(created.headers["Location"], headers=WRITER)

    assert found.body["data"] == created.body["data"]


async def test_a_session_that_was_there_already_is_no_new_one(
    gateway: Gateway, server: Scribe
) -> None:
    server.trouble = answering(
        200, '{"id": "n1", "title": "t", "device": null, "begun": 1, "state": "active"}'
    )

    answer = await gateway.post("/v1/sessions", NEW, headers=WRITER)

    assert (answer.status, answer.body["data"]["id"]) == (200, "notes:n1")
    assert "Location" not in answer.headers


@pytest.mark.parametrize("record", ["", '{"id": ""}', "garbage"])
async def test_a_new_session_that_is_not_told_apart_is_accepted(
    gateway: Gateway, server: Scribe, record: str
) -> None:
    server.trouble = answering(201, record)

    answer = await gateway.post("/v1/sessions", NEW, headers=WRITER)

    assert (answer.status, answer.body["data"]) == (202, None)
    assert answer.body["warnings"] == ["session_not_told_apart"]


async def test_a_session_is_ended_and_ending_it_again_is_no_error(gateway: Gateway) -> None:
    first = await gateway.post(END, headers=WRITER)
    second = await gateway.post(END, {}, headers=WRITER)

    assert [first.status, second.status] == [200, 200]
    assert first.body["data"]["status"] == "ended"


async def test_an_id_of_any_bytes_is_written_to(gateway: Gateway, server: Scribe) -> None:
    server.add("a/ü {b}%/end")

    path = "/v1/sessions/notes:a%2F%C3%BC%20%7Bb%7D%25%2Fend/keepalive"
    answer = await gateway.post(path, headers=WRITER)

    assert answer.status == 200, answer.body
    assert (answer.status, answer.body["data"]["native_id"]) == (200, "a/ü {b}%/end")


async def test_what_is_sent_are_the_fields_that_were_named(
    gateway: Gateway, server: Scribe
) -> None:
    body = {**NEW, "attributes": {"seats": 3}}

    await gateway.post("/v1/sessions", body, headers=WRITER)

    assert server.bodies == ['{"title": "Monday", "device.id": "D-7", "attributes.seats": 3}']


@pytest.mark.parametrize("name", ["keepalive", "end"])
async def test_every_call_takes_no_parameters(gateway: Gateway, name: str) -> None:
    answer = await gateway.call("POST", f"/v1/sessions/notes:n1/{name}", {"a": 1}, WRITER)

    problem(answer, 400, "unknown_parameter")


BAD_FIELDS = [
    ({"title": None}, [("title", "missing_field")]),
    ({}, [("title", "missing_field")]),
    ({"title": 7}, [("title", "wrong_kind")]),
    ({"title": ["a"]}, [("title", "wrong_kind")]),
    ({"title": "t", "language": "de"}, [("language", "unsupported_field")]),
    ({"title": "t", "device": "D"}, [("device", "unsupported_field")]),
    ({"title": "t", "device": {"name": "D"}}, [("device.name", "unsupported_field")]),
    ({"title": "t", "device.id": "D"}, [("device.id", "unsupported_field")]),
    ({"title": "t", "device": {"id": {"a": 1}}}, [("device.id", "wrong_kind")]),
    ({"title": "t", "attributes": {"seats": "3"}}, [("attributes.seats", "wrong_kind")]),
    ({"title": "t", "attributes": {"seats": True}}, [("attributes.seats", "wrong_kind")]),
    ({"title": "t", "attributes": {"seats": 1.5}}, [("attributes.seats", "wrong_kind")]),
    ({"title": "t", "attributes": {"rows": 3}}, [("attributes.rows", "unsupported_field")]),
    ({"title": "t", "space": {}}, [("space", "unsupported_field")]),
    (
        {"status": "active", "device": {"id": 7}},
        [("status", "unsupported_field"), ("device.id", "wrong_kind"), ("title", "missing_field")],
    ),
]


@pytest.mark.parametrize(("fields", "expected"), BAD_FIELDS)
async def test_all_that_is_wrong_with_the_fields_is_told_and_nothing_is_sent(
    gateway: Gateway, server: Scribe, fields: dict[str, object], expected: list[tuple[str, str]]
) -> None:
    answer = await gateway.post("/v1/sessions", {"backend": "notes", **fields}, headers=WRITER)

    problem(answer, 422, expected[0][1])
    assert errors(answer) == expected
    assert server.written == []


@pytest.mark.parametrize(
    "fields", [{"device": None}, {"device": {}}, {"device": {"id": None}}, {"attributes": {}}]
)
async def test_what_says_nothing_is_no_mistake(gateway: Gateway, fields: dict[str, object]) -> None:
    body = {"backend": "notes", "title": "t", **fields}

    assert (await gateway.post("/v1/sessions", body, headers=WRITER)).status == 201


@pytest.mark.parametrize(
    ("backend", "status", "code"),
    [
        (None, 422, "missing_field"),
        (7, 422, "wrong_kind"),
        ("nowhere", 400, "invalid_parameter"),
        ("attic", 403, "operation_not_enabled"),
    ],
)
async def test_a_session_is_created_on_a_backend_that_is_there(
    server: Scribe, backend: object, status: int, code: str
) -> None:
    attic = notes(server, name="attic", enabled=False)
    async with running(writable(notes(server), attic)) as gateway:
        answer = await gateway.post("/v1/sessions", {**NEW, "backend": backend}, headers=WRITER)

    problem(answer, status, code)
    assert errors(answer)[0][0] == "backend" if status != 403 else True


async def test_what_the_vendor_cannot_do_is_not_supported(gateway: Gateway, server: Scribe) -> None:
    answer = await gateway.post("/v1/sessions/notes:n1/hide", headers=WRITER)

    problem(answer, 501, "operation_not_supported")
    assert server.written == []


async def test_what_the_operator_does_not_allow_is_not_enabled(server: Scribe) -> None:
    async with running(writable(notes(server, operations=[Operation.CREATE]))) as gateway:
        ended = await gateway.post(END, headers=WRITER)
        hidden = await gateway.post("/v1/sessions/notes:n1/hide", headers=WRITER)
        described = await gateway.get("/v1/backends/notes", headers=WRITER)

    problem(ended, 403, "operation_not_enabled")
    problem(hidden, 501, "operation_not_supported")
    assert server.written == []
    assert described.body["data"]["operations"] == ["create"]
    assert described.body["data"]["capabilities"]["operations"] == ["create", "end", "keepalive"]


async def test_a_key_that_only_reads_may_not_write(gateway: Gateway, server: Scribe) -> None:
    answer = await gateway.post(END, headers=READER)

    problem(answer, 403, "forbidden")
    assert server.written == []


async def test_a_key_that_only_writes_may_not_read(gateway: Gateway) -> None:
    problem(await gateway.get("/v1/sessions", headers={"X-API-Key": "other"}), 403, "forbidden")


@pytest.mark.parametrize(
    "auth", [AuthSettings(), AuthSettings(anonymous=True, keys=AUTH.keys), AUTH]
)
async def test_nobody_writes_without_a_key(server: Scribe, auth: AuthSettings) -> None:
    async with written(server, auth=auth) as gateway:
        answer = await gateway.post(END)

    problem(answer, 401, "unauthorized")
    assert server.written == []


async def test_a_backend_that_a_caller_may_not_see_does_not_exist(server: Scribe) -> None:
    guest = {"X-API-Key": "guest"}
    async with running(writable(notes(server), notes(server, name="attic"))) as gateway:
        created = await gateway.post("/v1/sessions", NEW, headers=guest)
        ended = await gateway.post(END, headers=guest)

    problem(created, 400, "invalid_parameter")
    problem(ended, 404, "not_found")
    assert server.written == []


@pytest.mark.parametrize(
    ("body", "content_type", "status", "code"),
    [
        (b"", "application/json", 400, "invalid_body"),
        (b"{", "application/json", 400, "invalid_body"),
        (b"[]", "application/json", 400, "invalid_body"),
        (b'{"backend": "\xff"}', "application/json", 400, "invalid_body"),
        (b"[" * 30_000, "application/json", 400, "invalid_body"),
        (b"{}", "text/plain", 415, "unsupported_media_type"),
        (b"title=t", "application/x-www-form-urlencoded", 415, "unsupported_media_type"),
        (b" " * 70_000, "application/json", 413, "body_too_large"),
    ],
)
async def test_a_body_is_a_json_object_of_some_size(
    gateway: Gateway, body: bytes, content_type: str, status: int, code: str
) -> None:
    headers = {**WRITER, "Content-Type": content_type}

    answer = await gateway.call("POST", "/v1/sessions", headers=headers, body=body)

    problem(answer, status, code)


REFUSALS: list[tuple[Trouble, int, str]] = [
    (answering(404), 404, "not_found"),
    (answering(409), 409, "not_own_session"),
    (answering(422), 422, "invalid_field"),
    (answering(403), 502, "upstream_failed"),
    (answering(500), 502, "write_outcome_unknown"),
    (answering(503), 502, "write_outcome_unknown"),
    (dropping, 502, "write_outcome_unknown"),
]


@pytest.mark.parametrize(("trouble", "status", "code"), REFUSALS)
async def test_what_the_vendor_makes_of_a_write_is_told_and_it_is_sent_once(
    gateway: Gateway, server: Scribe, trouble: Trouble, status: int, code: str
) -> None:
    await gateway.get("/v1/sessions", headers=WRITER)  # so that a kept connection is used
    server.trouble = trouble

    answers = [
        await gateway.post("/v1/sessions", NEW, headers=WRITER),
        await gateway.post(END, headers=WRITER),
    ]

    for answer in answers:
        problem(answer, status, code)
    assert len(server.written) == 2


async def test_an_unclear_end_is_not_to_be_tried_again(gateway: Gateway, server: Scribe) -> None:
    server.trouble = dropping

    answer = await gateway.post("/v1/sessions", NEW, headers=WRITER)

    error = answer.body["backends"]["notes"]["error"]
    assert error == {"code": "write_outcome_unknown", "retryable": False, "retry_after_s": None}
    assert "Retry-After" not in answer.headers


async def test_a_bug_of_an_adapter_leaves_the_end_unclear(gateway: Gateway) -> None:
    answer = await gateway.post("/v1/sessions", {**NEW, "title": "a bug"}, headers=WRITER)

    problem(answer, 502, "write_outcome_unknown")


async def test_a_vendor_that_is_not_there_was_sent_nothing(server: Scribe) -> None:
    gone = notes(server).options.model_copy(update={"url": "http://127.0.0.1:9"})
    there = notes(server).model_copy(update={"options": gone})
    async with running(writable(there)) as gateway:
        answer = await gateway.post("/v1/sessions", NEW, headers=WRITER)

    problem(answer, 502, "upstream_failed")
    assert answer.body["backends"]["notes"]["error"]["code"] == "connect"


async def test_a_vendor_that_forgot_us_is_logged_in_to_again_and_written_to_once(
    gateway: Gateway, server: Scribe
) -> None:
    await gateway.get("/v1/sessions", headers=WRITER)
    server.forgets, server.log_ins = True, 7

    answer = await gateway.post("/v1/sessions", NEW, headers=WRITER)

    assert answer.status == 201
    assert server.log_ins == 8
    assert server.written == ["/create"]


async def test_a_deadline_ends_the_wait_but_not_the_write(server: Scribe) -> None:
    gate = server.trouble = Gate()
    async with written(server, deadline_s=1.0) as gateway:
        before = await gateway.get("/v1/sessions", headers=WRITER)
        answer = await gateway.post("/v1/sessions", NEW, headers=WRITER)
        gate.is_open.set()
        while len(listed := (await gateway.get("/v1/sessions", headers=WRITER)).ids) < 2:
            pass

    problem(answer, 502, "write_outcome_unknown")
    assert before.ids == ["notes:n1"]
    assert listed == ["notes:n1", "notes:n2"]
    assert server.written == ["/create"]


async def test_a_caller_who_leaves_does_not_end_the_write(gateway: Gateway, server: Scribe) -> None:
    gate = server.trouble = Gate()
    await gateway.get("/v1/sessions", headers=WRITER)
    async with aiohttp.ClientSession() as client:
        url = f"{gateway.address}/v1/sessions"
        calling = client.post(url, json=NEW, headers=WRITER, timeout=aiohttp.ClientTimeout(0.3))
        with pytest.raises(TimeoutError):
            await calling
    assert gate.has_come.is_set()
    gate.is_open.set()

    while len((await gateway.get("/v1/sessions", headers=WRITER)).ids) < 2:
        pass

    assert server.written == ["/create"]


async def test_closing_ends_a_write_that_nobody_waits_for(server: Scribe) -> None:
    server.trouble = Gate()
    async with written(server, deadline_s=0.2) as gateway:
        answer = await gateway.post(END, headers=WRITER)

    problem(answer, 502, "write_outcome_unknown")
    assert server.notes["n1"]["state"] == "active"


async def test_an_escape_that_is_not_utf_8_is_no_id(gateway: Gateway) -> None:
    problem(await gateway.post("/v1/sessions/notes:%FF/end", headers=WRITER), 400, "invalid_id")


async def test_the_refusal_of_a_field_names_it(gateway: Gateway, server: Scribe) -> None:
    server.trouble = answering(422)

    answer = await gateway.post("/v1/sessions", NEW, headers=WRITER)

    assert errors(answer) == [("device.id", "invalid_field")]
