"""Two processes that share a real Redis, behind a real nginx: whatever comes of it, all goes on."""

import asyncio
import signal
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import pytest

from tests.support.commands import written
from tests.support.gateway import Vendors, all_vendors
from tests.support.nginx import nginx
from tests.support.redis_server import RedisServer, redis_server
from tests.support.replicas import lists
from tests.support.serving import Serving, serving, under_load

ROWS = 40
CALLS = 120


@dataclass
class Site:
    """All of it, and where it is asked."""

    url: str
    replicas: tuple[Serving, Serving]
    server: RedisServer
    vendors: Vendors


@asynccontextmanager
async def site(folder: Path, **cache: float) -> AsyncIterator[Site]:
    """Run it; what is kept is kept for as long as a test says."""
    async with redis_server() as server, all_vendors(ROWS) as vendors:
        path = written(
            folder,
            vendors.backends.values(),
            server={"port": 0},
            shared_cache=server.url,
            defaults={"cache": cache},
        )
        async with (
            serving(path) as one,
            serving(path) as other,
            nginx([one.address, other.address]) as url,
        ):
            for each in (one, other):
                await each.said("shared cache: answers")
            yield Site(url, (one, other), server, vendors)


async def pages(url: str, limit: int) -> list[list[str]]:
    """Walk over all sessions, each page over another connection."""
    found: list[list[str]] = []
    cursor = ""
    while True:
        async with aiohttp.ClientSession() as client:
            asked = f"{url}/v1/sessions?limit={limit}{cursor}"
            async with client.get(asked) as answer:
                body = await answer.json()
        assert body["complete"], body
        found.append([session["id"] for session in body["data"]])
        if body["page"]["next"] is None:
            return found
        cursor = f"&cursor={body['page']['next']}"


async def test_a_walk_goes_over_both_and_gives_every_session_once(tmp_path: Path) -> None:
    async with site(tmp_path) as running:
        [whole] = await pages(running.url, 1000)
        walked = await pages(running.url, 13)
        for replica in running.replicas:
            await replica.said("GET /v1/sessions 200", times=len(walked) // 2)

    assert [each for page in walked for each in page] == whole
    assert len(set(whole)) == 5 * ROWS


async def killed(server: RedisServer) -> None:
    """End it at once."""
    await server.kill()


async def hung(server: RedisServer) -> None:
    """Have it answer nothing, and accept connections all the same."""
    assert server.process is not None
    server.process.send_signal(signal.SIGSTOP)


async def wiped(server: RedisServer) -> None:
    """Have it forget everything, again and again."""
    async with server.client() as client:
        for _ in range(20):
            await client.flushall()
            await asyncio.sleep(0.01)


async def spoiled(server: RedisServer) -> None:
    """Have it hold garbage wherever something was, again and again."""
    async with server.client() as client:
        for _ in range(20):
            for key in await client.keys("session-gateway:*"):
                await client.set(key, b"garbage")
            await asyncio.sleep(0.01)


async def full(server: RedisServer) -> None:
    """Have it take nothing more."""
    async with server.client() as client:
        await client.config_set("maxmemory", 1)


@pytest.mark.parametrize("trouble", [killed, hung, wiped, spoiled, full])
async def test_whatever_becomes_of_the_cache_under_load_no_request_fails(
    tmp_path: Path, trouble: Callable[[RedisServer], Awaitable[None]]
) -> None:
    # Nothing is fresh for long, so that the cache is asked all the time.
    async with site(tmp_path, ttl_s=0.05, stale_while_revalidate_s=0) as running:
        async with under_load(f"{running.url}/v1/sessions?limit=20", clients=8) as load:
            await load.grown(CALLS)
            await trouble(running.server)
            await load.grown(CALLS)

        assert load.failed == []


async def test_a_cache_that_is_back_is_used_again(tmp_path: Path) -> None:
    async with site(tmp_path, ttl_s=3600) as running, aiohttp.ClientSession() as client:
        await running.server.kill()
        async with client.get(f"{running.url}/v1/sessions?limit=5") as answer:
            assert (await answer.json())["complete"]
        await running.server.start()
        for each in running.replicas:
            await each.said("shared cache: answers", times=2)
        before = lists(running.vendors)
        for replica in running.replicas * 2:
            url = f"{replica.address}/v1/sessions?limit=5&status=active"
            async with client.get(url) as answer:
                assert (await answer.json())["complete"]

    asked = {name: count - before[name] for name, count in lists(running.vendors).items()}
    assert set(asked.values()) <= {0, 1}
