"""What is read anew goes on over a reload: it is neither begun twice nor lost."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from gateway.config import AuthSettings, BackendSettings, CacheSettings, Settings
from gateway.config.settings import Action
from tests.laboratory import http_faults as http
from tests.laboratory.server import Exchange, FaultServer
from tests.laboratory.vendors import digital_samba
from tests.laboratory.watch import watched
from tests.support.clock import Clock
from tests.support.gateway import Answer, Gateway, backend, running, settings_for
from tests.web.writing import key

ADMIN = {"X-API-Key": "admin"}
AUTH = AuthSettings(keys=(key("admin", Action.READ, Action.ADMIN),))
TTL = 10
CACHE = CacheSettings(ttl_s=TTL, stale_while_revalidate_s=60, stale_if_error_s=900)


@pytest.fixture
async def vendor() -> AsyncIterator[FaultServer]:
    async with FaultServer(digital_samba(), http.honest) as server:
        yield server


def samba(server: FaultServer, name: str = "samba", key: str = "one") -> BackendSettings:
    options = {"url": server.url(), "developer_key": key}
    return backend("digital_samba", options, name=name, cache=CACHE)


def of(*backends: BackendSettings) -> Settings:
    return settings_for(*backends, auth=AUTH)


async def page(gateway: Gateway, name: str = "samba", **headers: str) -> Answer:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return await gateway.get("/v1/sessions", backend=name, headers={**ADMIN, **named})


async def pages(gateway: Gateway) -> None:
    """Ask often enough for what goes on behind the scenes to reach the vendor."""
    for _ in range(10):
        await page(gateway)


class Waiting:
    """A vendor that never answers, and notes when it is asked and left."""

    def __init__(self) -> None:
        self.has_come = asyncio.Event()
        self.is_left = asyncio.Event()

    async def __call__(self, exchange: Exchange) -> None:
        """Wait."""
        self.has_come.set()
        await exchange.until_left()
        self.is_left.set()


async def ask_for_what_is_not_fresh(gateway: Gateway, timer: Clock) -> None:
    """Have a page read anew behind the scenes."""
    timer.now += TTL + 1
    await page(gateway)


async def has_failed(gateway: Gateway) -> bool:
    told = await gateway.get("/v1/backends/samba", headers=ADMIN)
    return told.body["data"]["health"]["last_failure"] is not None


async def test_what_is_being_read_anew_is_joined_and_kept(vendor: FaultServer) -> None:
    timer = Clock()
    async with running(of(samba(vendor)), timer=timer) as gateway:
        await page(gateway)
        held = vendor.fault = http.Held()
        await ask_for_what_is_not_fresh(gateway, timer)
        await held.has_come.wait()
        for number in range(3):
            await gateway.reload(of(samba(vendor), samba(vendor, f"n{number}")), timer=timer)
            timer.now += 1
            await pages(gateway)
        at_once = vendor.count("GET")
        held.is_let.set()
        async with asyncio.timeout(5):
            while "ttl=-" in (await page(gateway)).headers["Cache-Status"]:
                pass

    assert (at_once, vendor.count("GET")) == (2, 2)


async def test_what_failed_to_be_read_anew_is_left_alone_as_long(vendor: FaultServer) -> None:
    timer = Clock()
    async with running(of(samba(vendor)), timer=timer) as gateway:
        await page(gateway)
        vendor.fault = http.replying(b"", "403 No")
        await ask_for_what_is_not_fresh(gateway, timer)
        async with asyncio.timeout(5):
            while not await has_failed(gateway):
                pass
        await gateway.reload(of(samba(vendor), samba(vendor, "other")), timer=timer)
        timer.now += 0.5
        await pages(gateway)
        at_once = vendor.count("GET")
        timer.now += 1
        await pages(gateway)

    assert (at_once, vendor.count("GET")) == (2, 3)


async def test_what_is_read_anew_of_a_backend_that_is_gone_ends_with_it(
    vendor: FaultServer,
) -> None:
    timer = Clock()
    async with watched(), FaultServer(digital_samba(), http.honest) as leaving:
        settings = of(samba(leaving), samba(vendor, "other"))
        async with running(settings, timer=timer) as gateway:
            await page(gateway)
            waiting = leaving.fault = Waiting()
            await ask_for_what_is_not_fresh(gateway, timer)
            await waiting.has_come.wait()
            await gateway.reload(of(samba(vendor, "other")), timer=timer)
            await asyncio.wait_for(waiting.is_left.wait(), 5)
            still = await page(gateway, "other")

    assert still.status == 200


async def test_a_vendor_is_not_asked_again_for_each_reload(vendor: FaultServer) -> None:
    timer = Clock()
    async with running(of(samba(vendor)), timer=timer) as gateway:
        for number in range(3):
            await page(gateway, Cache_Control="no-cache")
            await gateway.reload(of(samba(vendor), samba(vendor, f"n{number}")), timer=timer)
            timer.now += 0.25
        asked = vendor.count("GET")
        timer.now += 0.25
        await page(gateway, Cache_Control="no-cache")

    assert (asked, vendor.count("GET")) == (1, 2)


async def test_an_operator_refreshes_once_a_second_whatever_is_reloaded(
    vendor: FaultServer,
) -> None:
    timer, statuses = Clock(), []
    async with running(of(samba(vendor)), timer=timer) as gateway:
        for seconds in (0, 0.5, 0.5):
            timer.now += seconds
            told = await gateway.post("/v1/backends/samba/refresh", headers=ADMIN)
            statuses.append(told.status)
            await gateway.reload(of(samba(vendor), samba(vendor, "other")), timer=timer)

    assert statuses == [200, 429, 200]
