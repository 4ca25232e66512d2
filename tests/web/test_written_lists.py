"""A write shows in the next list, whatever was read before and is still being read."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.support.gateway import Gateway
from tests.support.scribe import (
    Gate,
    Scribe,
    answering,
    dropping,
    install_scribe,
    no_trouble,
    scribe,
)
from tests.web.writing import WRITER, written

NEW = {"backend": "notes", "title": "Monday"}

SORTS = pytest.mark.parametrize("sorts", [False, True], ids=["read whole", "read in order"])


@pytest.fixture(autouse=True)
def _installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    install_scribe(tmp_path, monkeypatch)


@pytest.fixture
async def server() -> AsyncIterator[Scribe]:
    async with scribe() as server:
        for native_id in ("n1", "n2"):
            server.add(native_id)
        yield server


async def listed(gateway: Gateway, **query: object) -> list[str]:
    """List, as who wants it for sure, and see that nothing is missing."""
    answer = await gateway.get("/v1/sessions", headers=WRITER, sort="title", **query)
    assert answer.body["complete"]
    assert answer.body["total"] == {"value": len(answer.ids), "relation": "eq"}
    return [native_id.removeprefix("notes:") for native_id in answer.ids]


async def newest(gateway: Gateway, **query: object) -> list[str]:
    answer = await gateway.get("/v1/sessions", headers=WRITER, **query)
    return [native_id.removeprefix("notes:") for native_id in answer.ids]


async def create(gateway: Gateway) -> int:
    return (await gateway.post("/v1/sessions", NEW, headers=WRITER)).status


async def end(gateway: Gateway, native_id: str) -> int:
    return (await gateway.post(f"/v1/sessions/notes:{native_id}/end", headers=WRITER)).status


@SORTS
async def test_what_is_kept_shows_what_was_written(server: Scribe, *, sorts: bool) -> None:
    async with written(server, sorts=sorts) as gateway:
        before = await newest(gateway), await listed(gateway)
        assert await create(gateway) == 201
        assert await end(gateway, "n1") == 200

        assert before == (["n1", "n2"], ["n1", "n2"])
        assert await newest(gateway) == ["n1", "n2", "n3"]
        assert await listed(gateway) == ["n3", "n1", "n2"]
        assert await newest(gateway, status="ended") == ["n1"]
        assert sorted(await newest(gateway, status="active")) == ["n2", "n3"]


async def test_a_kept_list_takes_in_what_was_written_and_is_not_read_again(
    server: Scribe,
) -> None:
    async with written(server) as gateway:
        await newest(gateway)
        await create(gateway)
        await end(gateway, "n2")
        after = await newest(gateway, status="ended")

    assert after == ["n2"]
    assert server.lists == 1


async def test_what_is_kept_in_an_order_is_read_again_after_a_write(server: Scribe) -> None:
    async with written(server, sorts=True) as gateway:
        await newest(gateway)
        await newest(gateway)
        once = server.lists
        await create(gateway)
        await newest(gateway)

    assert (once, server.lists) == (1, 2)


@SORTS
async def test_a_list_that_was_begun_before_a_write_does_not_hide_it_afterwards(
    server: Scribe, *, sorts: bool
) -> None:
    gate = server.trouble_with_lists = Gate()
    async with written(server, sorts=sorts) as gateway:
        early = asyncio.create_task(newest(gateway))
        await gate.has_come.wait()
        assert await create(gateway) == 201
        gate.is_open.set()
        await early

        assert await newest(gateway) == ["n1", "n2", "n3"]


@SORTS
async def test_who_asks_after_a_write_does_not_join_a_list_that_lacks_it(
    server: Scribe, *, sorts: bool
) -> None:
    gate = server.trouble_with_lists = Gate()
    async with written(server, sorts=sorts) as gateway:
        early = asyncio.create_task(newest(gateway))
        await gate.has_come.wait()
        assert await create(gateway) == 201
        late = asyncio.create_task(newest(gateway))
        gate.is_open.set()

        assert await late == ["n1", "n2", "n3"]
        await early


@SORTS
@pytest.mark.parametrize("trouble", [answering(201), answering(500), dropping])
async def test_what_nobody_knows_the_end_of_has_everything_read_anew(
    server: Scribe, trouble: object, *, sorts: bool
) -> None:
    server.trouble_afterwards = trouble  # type: ignore[assignment]  # one of the troubles
    gate = Gate()
    async with written(server, sorts=sorts) as gateway:
        await newest(gateway)
        server.trouble_with_lists = gate
        early = asyncio.create_task(
            gateway.get("/v1/sessions", headers={**WRITER}, started_after="2026-01-01")
        )
        await create(gateway)
        gate.is_open.set()
        late = await newest(gateway)
        await early

        assert late == ["n1", "n2", "n3"]
        assert await newest(gateway) == ["n1", "n2", "n3"]


async def test_a_list_under_way_is_not_kept_where_nobody_knows_what_a_write_did(
    server: Scribe,
) -> None:
    gate, second = Gate(), Gate()
    server.trouble_with_lists = gate
    server.trouble_afterwards = dropping
    async with written(server) as gateway:
        early = asyncio.create_task(newest(gateway))
        await gate.has_come.wait()
        assert await create(gateway) == 502
        server.trouble_with_lists = second
        late = asyncio.create_task(newest(gateway))
        await second.has_come.wait()
        second.is_open.set()
        assert await late == ["n1", "n2", "n3"]
        gate.is_open.set()
        assert await early == ["n1", "n2"]

        assert await newest(gateway) == ["n1", "n2", "n3"]


async def test_a_refused_write_changes_nothing_of_what_is_kept(server: Scribe) -> None:
    async with written(server) as gateway:
        await newest(gateway)
        server.trouble = answering(404)
        assert await end(gateway, "n1") == 404
        server.trouble = answering(403)
        assert await end(gateway, "n1") == 502
        server.trouble = no_trouble
        await newest(gateway)

    assert server.lists == 1


async def test_one_session_is_read_as_it_was_written(server: Scribe) -> None:
    async with written(server) as gateway:
        before = await gateway.get("/v1/sessions/notes:n1", headers=WRITER)
        await end(gateway, "n1")
        after = await gateway.get("/v1/sessions/notes:n1", headers=WRITER)

    statuses = [answer.body["data"]["status"] for answer in (before, after)]
    assert statuses == ["active", "ended"]
