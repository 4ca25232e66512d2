"""How long a client waits for a stream: for all of it, or for each stretch if it does not say."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from adapters.simulators.digital_samba import DigitalSambaSimulator
from gateway.config import ServerSettings
from tests.support.adapters import noon
from tests.support.gateway import Gateway, backend, running, settings_for

ROWS = 4000
SECONDS_A_PAGE = 0.04
"""A stretch of lines is five pages of this vendor, so all take eight times as long as one."""
WAIT = {"Prefer": "wait=1"}
LINES, TABLE = {"Accept": "application/x-ndjson"}, {"Accept": "text/csv"}


class SlowSamba(DigitalSambaSimulator):
    """Takes its time for every page, and is never silent."""

    def routes(self) -> list[web.AbstractRouteDef]:
        """Give the vendor's calls, the list slowed down."""
        listing, *others = super().routes()
        assert isinstance(listing, web.RouteDef)
        handler: Any = listing.handler

        async def slowly(request: web.Request) -> web.StreamResponse:
            await asyncio.sleep(SECONDS_A_PAGE)
            answer: web.StreamResponse = await handler(request)
            return answer

        return [web.get(listing.path, slowly, name="listing"), *others]


@pytest.fixture
async def samba() -> AsyncIterator[SlowSamba]:
    samba = SlowSamba(rows=ROWS, seed=1, clock=noon)
    yield samba
    await samba.stop()


async def over(samba: SlowSamba, deadline_s: float) -> AsyncIterator[Gateway]:
    configured = backend(samba.adapter, samba.options(await samba.start()))
    server = ServerSettings(port=0, deadline_s=deadline_s)
    async with running(settings_for(configured, server=server)) as gateway:
        yield gateway


@pytest.fixture
async def patient(samba: SlowSamba) -> AsyncIterator[Gateway]:
    async for gateway in over(samba, deadline_s=60):
        yield gateway


@pytest.fixture
async def hasty(samba: SlowSamba) -> AsyncIterator[Gateway]:
    async for gateway in over(samba, deadline_s=1):
        yield gateway


async def lines(gateway: Gateway, headers: dict[str, str]) -> list[dict[str, Any]]:
    url = f"{gateway.address}/v1/sessions?fields=id"
    async with gateway.client.get(url, headers=LINES | headers) as response:
        return [json.loads(line) for line in (await response.text()).splitlines()]


async def test_one_wait_bounds_all_stretches_of_lines(patient: Gateway) -> None:
    *sessions, trailer = await lines(patient, WAIT)

    assert 500 <= len(sessions) < ROWS, "the time was enough for a stretch, and not for all"
    assert trailer["complete"] is False
    told = trailer["backends"]["digital-samba"]
    assert told["error"]["code"] == "timeout"
    assert told["gap"]["link"]


async def test_one_wait_bounds_all_stretches_of_a_table(patient: Gateway) -> None:
    url = f"{patient.address}/v1/sessions?fields=id"
    async with patient.client.get(url, headers=TABLE | WAIT) as response:
        with pytest.raises(aiohttp.ClientPayloadError):
            await response.read()

    assert response.status == 200
    assert response.headers["Preference-Applied"] == "wait=1"


async def test_without_a_wait_each_stretch_has_the_configured_time(hasty: Gateway) -> None:
    *sessions, trailer = await lines(hasty, {})

    assert len(sessions) >= ROWS
    assert trailer["complete"] is True
