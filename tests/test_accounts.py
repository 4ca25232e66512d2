"""Backends that use one account of a vendor share its limits and its breaker; others share none."""

import asyncio
from typing import Any

import pytest

from gateway.config import BackendLimits, BackendSettings, ServerSettings, SetBy
from gateway.config.settings import CacheSettings
from gateway.spi import Rate
from tests.laboratory import http_faults as http
from tests.laboratory.server import Exchange, FaultServer
from tests.laboratory.vendors import digital_samba
from tests.support.gateway import Gateway, backend, running, settings_for

NOBODY = "http://127.0.0.1:9"
NOTHING_KEPT = CacheSettings(ttl_s=0)


def samba(name: str, url: str, key: str = "one", **settings: Any) -> BackendSettings:  # noqa: ANN401  # any setting
    options = {"url": url, "developer_key": key}
    return backend("digital_samba", options, name=name, cache=NOTHING_KEPT, **settings)


def limits(**figures: Any) -> BackendLimits:  # noqa: ANN401  # any limit
    set_by = {f"{name}_set_by": SetBy.BACKEND for name in figures}
    return BackendLimits(**{"rate": None, "rate_set_by": SetBy.BACKEND, **figures, **set_by})


async def in_force(gateway: Gateway, name: str) -> dict[str, Any]:
    told: dict[str, Any] = (await gateway.get(f"/v1/backends/{name}")).body["data"]
    return told


async def test_what_one_backend_meets_spares_its_neighbour_and_nobody_else() -> None:
    async with FaultServer(digital_samba(), http.html("500 Oops")) as server:
        settings = settings_for(
            samba("first", server.url()),
            samba("second", server.url()),
            samba("other", server.url(), "another"),
        )
        async with running(settings) as gateway:
            for limit in range(1, 13):
                await gateway.get("/v1/sessions", backend="first", limit=limit)
            count = server.count("GET")
            second = await gateway.get("/v1/sessions", backend="second")
            counted = server.count("GET")
            other = await gateway.get("/v1/sessions", backend="other")

    assert second.body["backends"]["second"]["error"]["code"] == "circuit_open"
    assert counted == count, "nothing was sent"
    assert other.body["backends"]["other"]["error"]["code"] == "upstream_error"


async def test_a_pause_that_one_was_asked_for_holds_for_all_and_for_writes() -> None:
    slow = http.replying(b"", "429 Slow", "Retry-After: 30")
    async with FaultServer(digital_samba(), slow) as server:
        settings = settings_for(samba("first", server.url()), samba("second", server.url()))
        async with running(settings) as gateway:
            await gateway.get("/v1/sessions", backend="first")
            second = await gateway.get("/v1/sessions", backend="second")
            told = await in_force(gateway, "second")

    assert server.count("GET") == 1
    error = second.body["backends"]["second"]["error"]
    assert error["code"] == "rate_limited"
    assert 29 < error["retry_after_s"] <= 30
    assert int(second.headers["Retry-After"]) in (29, 30)
    assert told["health"]["pause"]["code"] == "rate_limited"
    assert told["health"]["breaker"]["state"] == "closed"


async def test_the_strictest_of_their_limits_holds_for_all_requests_of_an_account() -> None:
    at_once, seen = 0, []

    async def slowly(exchange: Exchange) -> None:
        nonlocal at_once
        at_once += 1
        seen.append(at_once)
        await asyncio.sleep(0.02)
        at_once -= 1
        await http.honest(exchange)

    async with FaultServer(digital_samba(), slowly) as server:
        settings = settings_for(
            samba("first", server.url(), limits=limits(concurrency=2)),
            samba("second", server.url(), limits=limits(concurrency=5)),
        )
        async with running(settings) as gateway:
            await asyncio.gather(
                *(gateway.get("/v1/sessions", limit=limit) for limit in range(1, 9))
            )
            told = [await in_force(gateway, name) for name in ("first", "second")]

    assert max(seen) == 2
    assert [each["limits"]["concurrency"] for each in told] == [2, 2]


@pytest.mark.parametrize(
    ("own", "concurrency", "rate"),
    [
        (BackendLimits(), 8, "1000/min"),
        (BackendLimits(rate=None, rate_set_by=SetBy.DEFAULTS), 8, "1000/min"),
        (limits(rate=Rate(50, 1)), 8, "50/s"),
        (limits(rate=None), 8, None),
    ],
)
async def test_what_an_adapter_knows_of_its_vendor_caps_all_but_the_backends_own_word(
    own: BackendLimits, concurrency: int, rate: str | None
) -> None:
    async with running(settings_for(samba("first", "http://127.0.0.1:9", limits=own))) as gateway:
        told = (await in_force(gateway, "first"))["limits"]

    assert (told["concurrency"], told["rate"]) == (concurrency, rate)


async def test_each_worker_has_its_share_of_an_accounts_limits() -> None:
    few = samba("few", NOBODY, limits=limits(concurrency=2, rate=Rate(50, 1)))
    many = samba("many", NOBODY, "another", limits=limits(concurrency=9))
    server = ServerSettings(port=0, workers=4)
    async with running(settings_for(few, many, server=server)) as gateway:
        told = [(await in_force(gateway, name))["limits"] for name in ("few", "many")]

    assert [(each["concurrency"], each["rate"]) for each in told] == [(1, "50/4s"), (2, None)]


async def test_requests_to_a_vendor_go_out_at_its_pace() -> None:
    async with FaultServer(digital_samba(), http.honest) as server:
        paced = samba("first", server.url(), limits=limits(rate=Rate(20, 1)))
        async with running(settings_for(paced)) as gateway:
            asked = [gateway.get("/v1/sessions", limit=limit) for limit in range(1, 13)]
            answers = await asyncio.gather(*asked)

    instants = [arrival.at for arrival in server.arrivals]
    assert [answer.status for answer in answers] == [200] * 12
    assert len(instants) == 12
    assert instants[-1] - instants[0] >= (12 - 5) / 20 - 0.02, "five at once, the rest evenly"
