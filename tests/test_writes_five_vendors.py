"""Every write that a vendor can do, through the gateway, and what lists show then."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import pytest

from gateway.spi import Abilities, Operation
from gateway.spi.registry import load_adapter
from tests.support.gateway import Gateway, Vendors, all_vendors, running
from tests.web.writing import WRITER, writable


@dataclass
class Writing:
    """A gateway over all five, whose backends allow all that their vendors can do."""

    vendors: Vendors
    gateway: Gateway

    async def post(self, path: str, body: dict[str, Any] | None = None) -> tuple[int, Any]:
        answer = await self.gateway.post(path, body, headers=WRITER)
        return answer.status, answer.body

    async def shown(self, session_id: str) -> list[dict[str, Any]]:
        backend, _, native_id = session_id.partition(":")
        answer = await self.gateway.get(
            "/v1/sessions", headers=WRITER, backend=backend, native_id=native_id
        )
        found: list[dict[str, Any]] = answer.body["data"]
        return found

    async def some(self, backend: str, status: str) -> dict[str, Any]:
        answer = await self.gateway.get(
            "/v1/sessions", headers=WRITER, backend=backend, status=status, limit=1
        )
        found: dict[str, Any] = answer.body["data"][0]
        return found

    def written(self, backend: str) -> int:
        return self.vendors.servers[backend].served["write"]


@pytest.fixture
async def writing() -> AsyncIterator[Writing]:
    async with all_vendors(rows=40) as vendors:
        canopsis = vendors.backends["canopsis"]
        options = canopsis.options.model_copy(update={"username": "root"})
        vendors.backends["canopsis"] = canopsis.model_copy(update={"options": options})
        backends = []
        for configured in vendors.backends.values():
            abilities: Abilities = load_adapter(configured.adapter)(configured.options).abilities()
            allowed = tuple(sorted(abilities.operations))
            backends.append(configured.model_copy(update={"operations": allowed}))
        async with running(writable(*backends)) as gateway:
            yield Writing(vendors, gateway)


async def test_a_session_is_created_at_roundware_and_shown_by_the_next_list(
    writing: Writing,
) -> None:
    await writing.some("roundware", "unknown")

    status, body = await writing.post(
        "/v1/sessions", {"backend": "roundware", "space": {"id": "1"}, "language": "es"}
    )

    assert status == 201, body
    assert [s["id"] for s in await writing.shown(body["data"]["id"])] == [body["data"]["id"]]
    assert writing.written("roundware") == 1


async def test_a_session_is_opened_and_closed_at_cortex(writing: Writing) -> None:
    await writing.some("cortex", "ended")

    status, body = await writing.post("/v1/sessions", {"backend": "cortex", "title": "a trial"})
    assert status == 201, body
    opened = body["data"]
    assert [s["title"] for s in await writing.shown(opened["id"])] == ["a trial"]

    status, body = await writing.post(f"/v1/sessions/{opened['id']}/end")
    assert status == 200, body
    assert [s["status"] for s in await writing.shown(opened["id"])] == ["ended"]
    again, _ = await writing.post(f"/v1/sessions/{opened['id']}/end")
    assert again == 200


async def test_a_session_is_ended_at_digital_samba(writing: Writing) -> None:
    live = await writing.some("digital-samba", "active")

    status, body = await writing.post(f"/v1/sessions/{live['id']}/end")

    assert status == 200, body
    assert [s["status"] for s in await writing.shown(live["id"])] == ["ended"]


async def test_our_own_session_is_begun_and_kept_alive_at_canopsis(writing: Writing) -> None:
    status, body = await writing.post("/v1/sessions", {"backend": "canopsis"})
    assert status in (200, 201), body
    own = body["data"]["id"]
    assert [s["status"] for s in await writing.shown(own)] == ["active"]

    path = {"path": "overview"}
    for call in ("keepalive", "hide"):
        status, body = await writing.post(f"/v1/sessions/{own}/{call}", path)
        assert status == 200, body
        assert body["data"]["id"] == own


async def test_somebody_elses_session_is_not_ours_to_keep_alive(writing: Writing) -> None:
    other = await writing.some("canopsis", "ended")

    status, body = await writing.post(f"/v1/sessions/{other['id']}/keepalive")

    assert (status, body["code"]) == (409, "not_own_session")


async def test_what_a_vendor_cannot_do_is_not_sent(writing: Writing) -> None:
    session = await writing.some("ekran", "ended")

    for operation in (Operation.KEEPALIVE, Operation.HIDE, Operation.END):
        status, body = await writing.post(f"/v1/sessions/{session['id']}/{operation.value}")
        assert (status, body["code"]) == (501, "operation_not_supported")
    status, body = await writing.post("/v1/sessions", {"backend": "ekran", "title": "no"})
    assert (status, body["code"]) == (501, "operation_not_supported")
    assert writing.written("ekran") == 0
