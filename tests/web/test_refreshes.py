"""``POST /v1/backends/{name}/refresh`` over the built gateway."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from gateway.config import AuthSettings
from gateway.config.settings import Action
from tests.support.clock import Clock
from tests.support.gateway import Answer, Gateway, running
from tests.support.scribe import Scribe, answering, install_scribe, no_trouble, scribe
from tests.web.writing import key, notes, writable

ADMIN = {"X-API-Key": "admin"}
AUTH = AuthSettings(keys=(key("admin", Action.READ, Action.ADMIN),))
REFRESH = "/v1/backends/notes/refresh"


@pytest.fixture
async def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Scribe]:
    install_scribe(tmp_path, monkeypatch)
    async with scribe() as server:
        server.add("n1")
        yield server


@pytest.fixture
def timer() -> Clock:
    return Clock()


@pytest.fixture
async def gateway(server: Scribe, timer: Clock, tmp_path: Path) -> AsyncIterator[Gateway]:
    settings = writable(notes(server), state_dir=tmp_path, auth=AUTH)
    async with running(settings, timer=timer) as gateway:
        yield gateway


async def refresh(gateway: Gateway, body: object = None, **headers: str) -> Answer:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return await gateway.post(REFRESH, body, headers={**ADMIN, **named})


async def ids(gateway: Gateway, **headers: str) -> list[str]:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return (await gateway.get("/v1/sessions", headers={**ADMIN, **named})).ids


async def test_what_is_kept_is_dropped_and_read_anew(gateway: Gateway, server: Scribe) -> None:
    before = await ids(gateway)
    server.add("n2")
    kept = await ids(gateway)

    answer = await refresh(gateway)
    after = await gateway.get("/v1/sessions", headers=ADMIN)

    assert kept == before == ["notes:n1"]
    assert answer.status == 200, answer.body
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.body["data"]["name"] == "notes"
    report = answer.body["backend"]
    assert (report["status"], report["served_from"], report["rows"]) == ("ok", "live", 2)
    assert sorted(after.ids) == ["notes:n1", "notes:n2"]
    assert after.body["backends"]["notes"]["served_from"] == "cache"


async def test_where_it_cannot_be_read_it_is_a_problem_and_nothing_is_left(
    gateway: Gateway, server: Scribe
) -> None:
    await ids(gateway)
    server.trouble_with_lists = answering(403)

    answer = await refresh(gateway)
    after = await gateway.get("/v1/sessions", headers=ADMIN)

    assert (answer.status, answer.body["code"]) == (502, "upstream_failed")
    assert answer.body["backends"]["notes"]["error"]["code"] == "upstream_error"
    assert "dropped" in answer.body["detail"]
    assert after.status == 502


async def test_once_a_second_it_is_done_and_sooner_it_is_told_when(
    gateway: Gateway, server: Scribe, timer: Clock
) -> None:
    first = await refresh(gateway)
    timer.now += 0.5
    server.add("n2")
    sooner = await refresh(gateway)
    unchanged = await ids(gateway)
    timer.now += 0.5
    later = await refresh(gateway)

    assert (first.status, later.status) == (200, 200)
    assert (sooner.status, sooner.body["code"]) == (429, "too_many_requests")
    assert sooner.headers["Retry-After"] == "1"
    assert unchanged == ["notes:n1"]
    assert later.body["backend"]["rows"] == 2


async def test_just_after_it_a_reload_is_served_from_there(
    gateway: Gateway, server: Scribe
) -> None:
    await refresh(gateway)
    server.add("n2")

    assert await ids(gateway, Cache_Control="no-cache") == ["notes:n1"]


async def test_of_many_at_once_one_is_carried_out(gateway: Gateway) -> None:
    answers = await asyncio.gather(*(refresh(gateway) for _ in range(8)))

    assert sorted(answer.status for answer in answers) == [200, *[429] * 7]


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({}, 200, None),
        ({"backend": "notes"}, 422, "unsupported_field"),
        ([], 400, "invalid_body"),
    ],
)
async def test_its_body_says_nothing(
    gateway: Gateway, body: object, status: int, code: str | None
) -> None:
    answer = await refresh(gateway, body)

    assert (answer.status, answer.body.get("code")) == (status, code)


async def test_repeated_under_its_key_it_is_not_done_again(
    gateway: Gateway, server: Scribe, timer: Clock
) -> None:
    first = await refresh(gateway, Idempotency_Key="k-1")
    server.add("n2")
    timer.now += 5
    again = await refresh(gateway, Idempotency_Key="k-1")

    assert again.body == first.body
    assert again.headers["Idempotency-Replayed"] == "true"
    assert await ids(gateway) == ["notes:n1"]


async def test_where_it_failed_or_came_too_soon_its_key_is_free_again(
    gateway: Gateway, server: Scribe, timer: Clock
) -> None:
    server.trouble_with_lists = answering(403)
    failed = await refresh(gateway, Idempotency_Key="k-1")
    server.trouble_with_lists = no_trouble
    sooner = await refresh(gateway, Idempotency_Key="k-1")
    timer.now += 60
    done = await refresh(gateway, Idempotency_Key="k-1")

    assert [each.status for each in (failed, sooner, done)] == [502, 429, 200]
