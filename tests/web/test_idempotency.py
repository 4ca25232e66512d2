"""Calls that are repeated under their key, whatever became of the first."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path

import aiohttp
import pytest

from tests.support.adapters import NOON
from tests.support.gateway import Answer, Gateway, running
from tests.support.scribe import (
    Gate,
    Scribe,
    Trouble,
    answering,
    dropping,
    install_scribe,
    no_trouble,
    scribe,
)
from tests.web.writing import OTHER_WRITER, WRITER, notes, writable, written

NEW = {"backend": "notes", "title": "Monday", "device": {"id": "D-7"}}
KEYED = {**WRITER, "Idempotency-Key": "k-1"}


@pytest.fixture(autouse=True)
def _installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    install_scribe(tmp_path, monkeypatch)


@pytest.fixture
def state(tmp_path: Path) -> Path:
    folder = tmp_path / "state"
    folder.mkdir()
    return folder


@pytest.fixture
async def server() -> AsyncIterator[Scribe]:
    async with scribe() as server:
        yield server


@pytest.fixture
async def gateway(server: Scribe, state: Path) -> AsyncIterator[Gateway]:
    async with written(server, state_dir=state) as gateway:
        yield gateway


async def create(gateway: Gateway, body: object = NEW, headers: dict[str, str] = KEYED) -> Answer:
    return await gateway.post("/v1/sessions", body, headers=headers)


def files_in(folder: Path) -> list[Path]:
    return list(folder.iterdir())


def told(answer: Answer) -> tuple[int, object, str | None]:
    return answer.status, answer.body, answer.headers.get("Location")


def code(answer: Answer) -> tuple[int, str]:
    return answer.status, answer.body["code"]


async def test_a_repeated_call_is_answered_again_and_not_carried_out_again(
    gateway: Gateway, server: Scribe
) -> None:
    first = await create(gateway)
    again = await create(gateway)

    assert first.status == 201
    assert told(again) == told(first)
    assert again.headers["Content-Type"] == first.headers["Content-Type"]
    assert "Idempotency-Replayed" not in first.headers
    assert again.headers["Idempotency-Replayed"] == "true"
    assert server.written == ["/create"]


async def test_the_order_of_a_body_is_not_what_it_says(gateway: Gateway, server: Scribe) -> None:
    await create(gateway)
    again = await create(gateway, dict(reversed(NEW.items())))

    assert again.status == 201
    assert server.written == ["/create"]


async def test_another_body_under_a_key_is_refused(gateway: Gateway, server: Scribe) -> None:
    await create(gateway)
    other = await create(gateway, {**NEW, "title": "Tuesday"})

    assert code(other) == (422, "idempotency_key_reused")
    assert server.written == ["/create"]


async def test_a_key_is_its_callers_own(gateway: Gateway, server: Scribe) -> None:
    await create(gateway)
    await create(gateway, headers={**OTHER_WRITER, "Idempotency-Key": "k-1"})

    assert server.written == ["/create"] * 2


async def test_a_key_is_of_one_route_and_one_session(gateway: Gateway, server: Scribe) -> None:
    server.add("a")
    server.add("b")

    for path in ("notes:a/end", "notes:b/end", "notes:a/keepalive", "notes:%61/end"):
        answer = await gateway.post(f"/v1/sessions/{path}", headers=KEYED)
        assert answer.status == 200, answer.body

    assert server.written == ["/end/a", "/end/b", "/keepalive/a"]


async def test_without_a_key_every_call_is_carried_out(gateway: Gateway, server: Scribe) -> None:
    for _ in range(2):
        assert (await create(gateway, headers=WRITER)).status == 201

    assert server.written == ["/create"] * 2


@pytest.mark.parametrize(
    ("trouble", "status"), [(answering(404), 404), (answering(409), 409), (answering(422), 422)]
)
async def test_what_the_vendor_refused_is_told_again(
    gateway: Gateway, server: Scribe, trouble: Trouble, status: int
) -> None:
    server.trouble = trouble
    first = await create(gateway)
    server.trouble = no_trouble

    assert first.status == status
    assert told(await create(gateway)) == told(first)
    assert server.written == ["/create"]


@pytest.mark.parametrize("trouble", [dropping, answering(500)])
async def test_an_unclear_end_is_told_again_and_never_sent_again(
    gateway: Gateway, server: Scribe, trouble: Trouble
) -> None:
    server.trouble_afterwards = trouble
    first = await create(gateway)
    server.trouble_afterwards = no_trouble

    assert code(first) == (502, "write_outcome_unknown")
    assert told(await create(gateway)) == told(first)
    assert server.written == ["/create"]


async def test_a_key_is_free_again_where_nothing_was_done(gateway: Gateway, server: Scribe) -> None:
    server.trouble = answering(403)
    first = await create(gateway)
    server.trouble = no_trouble

    assert code(first) == (502, "upstream_failed")
    assert (await create(gateway)).status == 201
    assert server.written == ["/create"] * 2


async def test_what_was_refused_before_it_was_sent_leaves_the_key_free(
    gateway: Gateway, server: Scribe
) -> None:
    assert (await create(gateway, {"backend": "notes"})).status == 422
    assert (await create(gateway)).status == 201
    assert server.written == ["/create"]


async def test_a_call_under_way_is_not_begun_again(gateway: Gateway, server: Scribe) -> None:
    gate = server.trouble = Gate()
    first = asyncio.create_task(create(gateway))
    await gate.has_come.wait()

    second = await create(gateway)
    gate.is_open.set()

    assert code(second) == (409, "idempotency_key_in_use")
    assert (await first).status == 201
    assert server.written == ["/create"]


async def test_of_equal_calls_at_once_one_is_carried_out(gateway: Gateway, server: Scribe) -> None:
    answers = await asyncio.gather(*(create(gateway) for _ in range(20)))

    statuses = {answer.status for answer in answers}
    assert 201 in statuses
    assert statuses <= {201, 409}
    assert server.written == ["/create"]


async def test_of_equal_calls_at_two_workers_one_is_carried_out(
    server: Scribe, state: Path
) -> None:
    settings = writable(notes(server), state_dir=state)
    async with running(settings) as one, running(settings) as other:
        answers = await asyncio.gather(*(create(each) for each in (one, other) * 10))
        again = await create(other)

    assert {answer.status for answer in answers} <= {201, 409}
    assert again.status == 201
    assert server.written == ["/create"]


async def test_an_answer_outlives_the_process(server: Scribe, state: Path) -> None:
    async with written(server, state_dir=state) as gateway:
        first = await create(gateway)
    async with written(server, state_dir=state) as gateway:
        again = await create(gateway)

    assert told(again) == told(first)
    assert server.written == ["/create"]


async def test_a_call_that_a_dead_process_left_may_have_reached_the_vendor(
    server: Scribe, state: Path
) -> None:
    async with written(server, state_dir=state) as gateway:
        await create(gateway)
    with sqlite3.connect(state / "idempotency.sqlite") as file:
        file.execute("UPDATE calls SET status = NULL, answer = NULL")
    file.close()
    async with written(server, state_dir=state) as gateway:
        again = [await create(gateway), await create(gateway)]

    assert [code(answer) for answer in again] == [(502, "write_outcome_unknown")] * 2
    assert server.written == ["/create"]


async def test_a_call_that_closing_broke_off_has_an_unclear_end(
    server: Scribe, state: Path
) -> None:
    gate = server.trouble = Gate()
    async with written(server, state_dir=state) as gateway, aiohttp.ClientSession() as client:
        leaving = aiohttp.ClientTimeout(0.3)
        with pytest.raises(TimeoutError):
            await client.post(
                f"{gateway.address}/v1/sessions", json=NEW, headers=KEYED, timeout=leaving
            )
        assert gate.has_come.is_set()
    async with written(server, state_dir=state) as gateway:
        again = await create(gateway)

    assert code(again) == (502, "write_outcome_unknown")
    assert server.written == ["/create"]


async def test_who_left_too_early_is_told_the_end_when_asking_again(
    gateway: Gateway, server: Scribe
) -> None:
    gate = server.trouble = Gate()
    async with aiohttp.ClientSession() as client:
        leaving = aiohttp.ClientTimeout(0.3)
        with pytest.raises(TimeoutError):
            await client.post(
                f"{gateway.address}/v1/sessions", json=NEW, headers=KEYED, timeout=leaving
            )
    under_way = await create(gateway)
    gate.is_open.set()
    while (again := await create(gateway)).status == 409:
        pass

    assert code(under_way) == (409, "idempotency_key_in_use")
    assert again.status == 201
    assert server.written == ["/create"]


async def test_the_answer_at_a_deadline_is_the_one_that_is_told_again(
    server: Scribe, state: Path
) -> None:
    gate = server.trouble = Gate()
    async with written(server, state_dir=state, deadline_s=0.3) as gateway:
        first = await create(gateway)
        gate.is_open.set()
        while not (await gateway.get("/v1/sessions", headers=WRITER)).ids:
            pass
        again = await create(gateway)

    assert code(first) == (502, "write_outcome_unknown")
    assert told(again) == told(first)
    assert server.written == ["/create"]


async def test_a_key_is_forgotten_after_a_day(server: Scribe, state: Path) -> None:
    now = NOON

    def clock() -> datetime:
        return now

    async with written(server, state_dir=state, clock=clock) as gateway:
        await create(gateway)
        now = NOON + timedelta(hours=24) - timedelta(seconds=1)
        await create(gateway)
        at_the_end_of_the_day = list(server.written)
        now = NOON + timedelta(hours=24)
        await create(gateway, {**NEW, "title": "Tuesday"})

    assert at_the_end_of_the_day == ["/create"]
    assert server.written == ["/create"] * 2


@pytest.mark.parametrize("key", ["", "a b", "ü", "x" * 256])
async def test_a_key_is_a_short_visible_text(gateway: Gateway, server: Scribe, key: str) -> None:
    answer = await create(gateway, headers={**WRITER, "Idempotency-Key": key})

    assert code(answer) == (400, "invalid_idempotency_key")
    assert server.written == []


async def test_a_key_as_long_as_may_be_is_heeded(gateway: Gateway, server: Scribe) -> None:
    for _ in range(2):
        await create(gateway, headers={**WRITER, "Idempotency-Key": "~" * 255})

    assert server.written == ["/create"]


async def test_two_keys_are_none(gateway: Gateway, server: Scribe) -> None:
    async with gateway.client.post(
        f"{gateway.address}/v1/sessions",
        json=NEW,
        headers=[*WRITER.items(), ("Idempotency-Key", "a"), ("Idempotency-Key", "b")],
    ) as answer:
        document = await answer.json(content_type=None)

    assert (answer.status, document["code"]) == (400, "invalid_idempotency_key")
    assert server.written == []


async def test_where_nothing_is_remembered_a_key_is_refused_rather_than_ignored(
    server: Scribe,
) -> None:
    async with written(server) as gateway:
        answer = await create(gateway)

    assert code(answer) == (400, "idempotency_not_available")
    assert server.written == []


async def test_what_cannot_be_recorded_is_not_sent(
    gateway: Gateway, server: Scribe, state: Path
) -> None:
    file = sqlite3.connect(state / "idempotency.sqlite")
    file.execute("DROP TABLE calls")
    file.close()

    answer = await create(gateway)

    assert code(answer) == (503, "idempotency_failed")
    assert server.written == []


async def test_the_file_is_its_owners_alone_and_holds_no_key(gateway: Gateway, state: Path) -> None:
    await create(gateway, headers={**WRITER, "Idempotency-Key": "hunter2-hunter2"})

    files = files_in(state)
    assert {file.stat().st_mode & 0o777 for file in files} == {0o600}
    content = b"".join(file.read_bytes() for file in files)
    assert b"Monday" in content
    assert b"hunter2" not in content
    assert b"token 1" not in content
