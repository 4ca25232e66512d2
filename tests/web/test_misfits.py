"""A vendor that changes shows in ``GET /v1/backends``."""

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from gateway.config import AuthSettings
from gateway.config.settings import Action
from gateway.spi import Json
from tests.support.gateway import Gateway, backend, running, settings_for
from tests.web.writing import key

ADMIN = {"X-API-Key": "admin"}
GOOD = {"id": 1, "starttime": "2026-11-22T10:00:00"}


@dataclass
class Museum:
    """A vendor whose answer is written here."""

    answer: Json = field(default_factory=list)
    address: str = ""

    async def listed(self, _request: web.Request) -> web.Response:
        return web.json_response(self.answer)


@pytest.fixture
async def museum() -> AsyncIterator[Museum]:
    vendor = Museum()
    app = web.Application()
    app.router.add_get("/sessions/", vendor.listed)
    async with TestServer(app) as server:
        vendor.address = str(server.make_url("/")).rstrip("/")
        yield vendor


@pytest.fixture
async def gateway(museum: Museum) -> AsyncIterator[Gateway]:
    options = {"url": museum.address, "token": "t"}
    auth = AuthSettings(keys=(key("admin", Action.READ, Action.ADMIN),))
    settings = settings_for(backend("roundware", options, cache={"ttl_s": 0}), auth=auth)
    async with running(settings) as gateway:
        yield gateway


async def misfits(gateway: Gateway) -> dict[str, Any]:
    told: dict[str, Any] = (await gateway.get("/v1/backends/roundware", headers=ADMIN)).body
    found: dict[str, Any] = told["data"]["misfits"]
    return found


async def test_a_vendor_that_answers_as_expected_has_none(gateway: Gateway, museum: Museum) -> None:
    museum.answer = [GOOD]

    await gateway.get("/v1/sessions", headers=ADMIN)

    assert await misfits(gateway) == {
        "since": "2026-11-22T12:00:00Z",
        "records": 1,
        "rejected": 0,
        "unreadable_fields": {},
        "unknown_statuses": 0,
        "bad_answers": 0,
    }


async def test_what_does_not_fit_is_counted_without_its_values(
    gateway: Gateway, museum: Museum
) -> None:
    museum.answer = [GOOD, {"id": 2, "starttime": "the secret"}, {"starttime": "soon"}]

    await gateway.get("/v1/sessions", headers=ADMIN)

    told = await misfits(gateway)
    assert (told["records"], told["rejected"]) == (3, 1)
    assert told["unreadable_fields"] == {"starttime": 1}
    assert "secret" not in json.dumps(told)


async def test_another_envelope_is_counted(gateway: Gateway, museum: Museum) -> None:
    museum.answer = {"rows": []}

    await gateway.get("/v1/sessions", headers=ADMIN)

    assert (await misfits(gateway))["bad_answers"] >= 1


async def test_a_refresh_counts_anew(gateway: Gateway, museum: Museum) -> None:
    museum.answer = [GOOD, {}]
    await gateway.get("/v1/sessions", headers=ADMIN)
    museum.answer = [GOOD]

    await gateway.post("/v1/backends/roundware/refresh", None, headers=ADMIN)

    told = await misfits(gateway)
    assert (told["records"], told["rejected"]) == (1, 0)
