"""Every hostile request gets its problem, tells nothing of what was sent, and harms nobody."""

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass

import aiohttp
import pytest
import pytest_asyncio
from aiohttp import web

from adapters.simulators.roundware import RoundwareSimulator
from gateway.app import build_app
from gateway.spi import Operation
from gateway.web.catalogue import CATALOGUE
from gateway.web.limits import ServingLimits
from gateway.web.serving import Runner
from tests.support.adapters import noon
from tests.support.gateway import Gateway, backend
from tests.web.hostile import hostile_requests
from tests.web.hostile_bodies import hostile_bodies
from tests.web.sending import LISTS, MARK, Case, get
from tests.web.test_headers import raw
from tests.web.writing import READER, writable

pytestmark = pytest.mark.asyncio(loop_scope="module")

CASES = [*hostile_requests(), *hostile_bodies()]
HASTY = ServingLimits(body_seconds=0.2)


@dataclass
class Scene:
    gateway: Gateway
    museum: RoundwareSimulator


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def scene(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Scene]:
    museum = RoundwareSimulator(rows=30, seed=4, clock=noon)
    options = museum.options(await museum.start())
    configured = backend("roundware", options, name="museum", operations=(Operation.CREATE,))
    app = build_app(writable(configured, state_dir=tmp_path_factory.mktemp("state")), clock=noon)
    runner = Runner(app, limits=HASTY, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    host, port = runner.addresses[0][:2]
    async with aiohttp.ClientSession() as client:
        yield Scene(Gateway(f"http://{host}:{port}", client, runner), museum)
    await runner.cleanup()
    await museum.stop()


async def test_the_table_is_long_and_its_names_differ() -> None:
    assert len({case.name for case in CASES}) == len(CASES) >= 100


@pytest.mark.parametrize("case", CASES, ids=lambda case: ascii(case.name))
async def test_a_hostile_request_gets_its_problem_and_the_next_is_served(
    scene: Scene, case: Case
) -> None:
    status, headers, body = await raw(scene.gateway, case.sent)

    told = json.loads(body)
    assert (status, told["code"]) == (case.status, case.code), told
    assert told["status"] == status == CATALOGUE[case.code].status
    assert headers["Content-Type"] == "application/problem+json"
    assert headers["Server"] == "session-gateway"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert {"type", "title", "detail", "instance"} <= told.keys()
    blamed = {error["parameter"] for error in told.get("errors", [])}
    assert blamed == set(case.named) or (not case.named and len(blamed) <= 1)
    assert MARK not in f"{headers} {told | {'instance': ''}}"
    assert not [each for each in scene.museum.requests if MARK in str(each)]
    assert (await scene.gateway.get(LISTS, headers=READER, limit=1)).status == 200


WITHIN = {
    "a long value": f"{LISTS}?q={'x' * 1024}",
    "a long name": f"{LISTS}?attributes.{'x' * 245}=1",
    "a long list of what is required": f"{LISTS}?require={','.join(['museum'] * 300)}",
    "fifty values": f"{LISTS}?{'&'.join(['status=active'] * 50)}",
    "a hundred values": f"{LISTS}?{'&'.join(['status=active', 'native_id=x'] * 50)}",
    "fifty parameters": f"{LISTS}?{'&'.join(f'attributes.a{n}=1' for n in range(50))}",
    "one key twice": LISTS,
    "odd values": f"{LISTS}?client=%00&client=%E2%80%AE&client=%ED%A0%80&q=%FF&client=%F0%9F%92%A9",
    "a dot below": f"{LISTS}?attributes.a.b=1&attributes.%00=&attributes.__proto__=x",
}


@pytest.mark.parametrize("case", WITHIN)
async def test_what_is_just_within_the_limits_is_served(scene: Scene, case: str) -> None:
    again = ["Authorization: Bearer reader"] if case == "one key twice" else []
    status, _, body = await raw(scene.gateway, get(WITHIN[case], *again))

    assert status == 200, body


async def test_an_id_just_within_the_limits_is_looked_for(scene: Scene) -> None:
    status, _, _ = await raw(scene.gateway, get(f"{LISTS}/museum:{'x' * 1017}"))

    assert status == 404


HARMLESS = (
    "If-None-Match: s3cret", "If-None-Match: *, s3cret",
    'If-None-Match: W/"\\', "Range: bytes=0-1",
    "If-Modified-Since: s3cret", "If-Range: s3cret", "Prefer: wait=s3cret", "Prefer: wait=-1",
    "Prefer: wait=1e9; wait=2", "Cache-Control: max-age=s3cret", "Cache-Control: ,,=,",
    "Cache-Control: max-age=" + "9" * 5000, "Accept: s3cret", "Accept: ;;;,,,",
    "Accept-Encoding: s3cret",
    "traceparent: s3cret", "X-Request-Id: s3cret s3cret", "Origin: s3cret", "Cookie: s3cret",
    "Connection: s3cret", "Upgrade: s3cret", "Forwarded: for=s3cret", "X-Forwarded-Host: s3cret",
    "Transfer-Encoding-X: chunked", "Max-Forwards: -1", "Content-Type: s3cret", "Content-Length: 0",
)  # fmt: skip


@pytest.mark.parametrize("header", HARMLESS)
async def test_what_is_not_understood_in_a_header_is_passed_over_and_not_repeated(
    scene: Scene, header: str
) -> None:
    status, headers, body = await raw(scene.gateway, get(f"{LISTS}?limit=1", header))

    assert status == 200, body
    assert MARK not in f"{headers} {body!r}"
