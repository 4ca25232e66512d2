"""A configuration of vendors in YAML, served as it is: read, walked, written to and watched."""

import hashlib
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest

from adapters.simulators.cortex import CortexSimulator
from adapters.simulators.digital_samba import DigitalSambaSimulator
from adapters.simulators.ekran import EkranSimulator
from adapters.simulators.roundware import RoundwareSimulator
from adapters.simulators.server import VendorServer
from gateway.config import load
from tests.support.adapters import noon
from tests.support.gateway import Answer, Gateway, running
from tests.test_five_vendors import EPOCH

FILES = Path(__file__).parents[1] / "examples" / "vendors"
KEY = "made-up-key-of-a-caller"
HEADERS = {"X-API-Key": KEY}

CONFIGURATION = """\
cursor: {keys: ["${env:CURSOR_KEY}"]}
auth: {keys: [{name: desk, sha256: %s, actions: [read, write]}]}
backends:
  - name: headsets
    adapter: declarative
    operations: [create, end]
    options:
      spec: vendors/cortex.yaml
      url: ${env:CORTEX_URL}
      client_id: ${env:CORTEX_CLIENT_ID}
      client_secret: ${env:CORTEX_CLIENT_SECRET}
      username: ${env:CORTEX_USERNAME}
      password: ${env:CORTEX_PASSWORD}
  - name: meetings
    adapter: declarative
    operations: [end]
    options:
      spec: vendors/digital_samba.yaml
      url: ${env:DIGITAL_SAMBA_URL}
      team_id: ${env:DIGITAL_SAMBA_TEAM_ID}
      developer_key: ${env:DIGITAL_SAMBA_DEVELOPER_KEY}
  - name: office
    adapter: declarative
    options:
      spec: vendors/ekran.yaml
      url: ${env:EKRAN_URL}
      api_key: ${env:EKRAN_API_KEY}
      timezone: ${env:EKRAN_TIMEZONE}
  - name: museum
    adapter: declarative
    operations: [create]
    options:
      spec: vendors/roundware.yaml
      url: ${env:ROUNDWARE_URL}
      token: ${env:ROUNDWARE_TOKEN}
"""
SIMULATORS: Mapping[str, type[VendorServer]] = {
    "headsets": CortexSimulator,
    "meetings": DigitalSambaSimulator,
    "office": EkranSimulator,
    "museum": RoundwareSimulator,
}


@dataclass
class Served:
    """Simulators, and the gateway that a file describes over them."""

    servers: dict[str, VendorServer]
    gateway: Gateway

    async def get(self, path: str, **query: object) -> Answer:
        return await self.gateway.call("GET", path, query, HEADERS)

    async def post(self, path: str, body: object = None) -> Answer:
        return await self.gateway.post(path, body, headers=HEADERS)

    async def walk(self, limit: int) -> list[str]:
        page = await self.get("/v1/sessions", limit=limit)
        ids = page.ids
        while (cursor := page.body["page"]["next"]) is not None:
            page = await self.get("/v1/sessions", limit=limit, cursor=cursor)
            ids += page.ids
        return ids

    def union(self) -> list[str]:
        """Sort what the simulators hold, from their own books."""
        held = [
            (row.started_at is None, -(row.started_at or EPOCH).timestamp(), name, row.native_id)
            for name, server in self.servers.items()
            for row in server.held()
        ]
        return [f"{name}:{native_id}" for _, _, name, native_id in sorted(held)]


@pytest.fixture
async def served(tmp_path: Path) -> AsyncIterator[Served]:
    (tmp_path / "vendors").symlink_to(FILES)
    file = tmp_path / "gateway.yaml"
    file.write_text(CONFIGURATION % hashlib.sha256(KEY.encode()).hexdigest(), encoding="utf-8")
    environment = {"CURSOR_KEY": "a key of cursors that is long enough"}
    async with AsyncExitStack() as stack:
        servers = {}
        for seed, (name, simulator) in enumerate(SIMULATORS.items()):
            server = servers[name] = simulator(rows=40, seed=seed, clock=noon)
            options = server.options(await server.start())
            stack.push_async_callback(server.stop)
            prefix = server.adapter.upper()
            environment |= {f"{prefix}_{key.upper()}": str(v) for key, v in options.items()}
        settings = load(file, environment, port=0)
        gateway = await stack.enter_async_context(running(settings))
        yield Served(servers, gateway)


async def test_a_walk_is_the_sorted_union_of_what_all_of_them_hold(served: Served) -> None:
    assert await served.walk(17) == served.union()


async def test_each_session_is_found_by_its_id(served: Served) -> None:
    page = await served.get("/v1/sessions", limit=20)

    for session in page.body["data"]:
        found = await served.get(f"/v1/sessions/{session['id']}")
        assert found.status == 200, session["id"]
        assert found.body["data"]["started_at"] == session["started_at"]
    missing = await served.get("/v1/sessions/meetings:nobody")
    assert (missing.status, missing.body["code"]) == (404, "not_found")


async def test_what_is_created_and_ended_is_shown_by_the_next_list(served: Served) -> None:
    created = await served.post(
        "/v1/sessions",
        {"backend": "museum", "space": {"id": "1"}, "attributes": {"timezone": "0000"}},
    )
    page = await served.get("/v1/sessions", backend="meetings", status="active", limit=1)
    (going_on,) = page.ids
    ended = await served.post(f"/v1/sessions/{going_on}/end")
    again = await served.post(f"/v1/sessions/{going_on}/end")

    assert created.status == 201, created.body
    assert created.body["data"]["space"] == {"kind": "project", "id": "1", "name": None}
    assert created.body["data"]["id"] in await served.walk(1000)
    assert (ended.status, again.status) == (200, 200), (ended.body, again.body)
    assert again.body["data"]["status"] == "ended"
    after = await served.get("/v1/sessions", backend="meetings", status="active", limit=100)
    assert going_on not in after.ids


async def test_backends_tell_what_their_files_say(served: Served) -> None:
    await served.get("/v1/sessions")

    answer = await served.get("/v1/backends")

    told = {each["name"]: each for each in answer.body["data"]}
    assert {name: each["vendor"] for name, each in told.items()} == {
        "headsets": "cortex",
        "meetings": "digital_samba",
        "museum": "roundware",
        "office": "ekran",
    }
    assert {each["health"]["breaker"]["state"] for each in told.values()} == {"closed"}
    read = {name: each["misfits"]["records"] for name, each in told.items()}
    assert min(read.values()) > 0
    can = {name: each["capabilities"] for name, each in told.items()}
    assert {name: each["paging"] for name, each in can.items()} == {
        "headsets": "single",
        "meetings": "after_id",
        "museum": "single",
        "office": "page_index",
    }
    assert can["office"]["filters"]["started_at"] == {"at_or_after": "inexact", "before": "inexact"}
    assert [name for name, each in can.items() if each["detail"]] == ["meetings", "museum"]
    assert told["office"]["limits"]["concurrency"] == 2
    assert told["meetings"]["limits"]["rate"] == "1000/min"
