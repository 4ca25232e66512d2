"""What a shared cache costs: while it is well, and when it is down, hangs, is slow, or is spoiled.

    PYTHONPATH=.:benchmarks python -m reliability.shared_cache [--rounds 5] [--calls 60]

A gateway over five vendors, each in a process of its own, asks each of them for every call, so
that the cache is asked all the time: over a proxy, which makes trouble. What a call takes then is
compared with what it took before. It takes ``redis-server``.
"""

import argparse
import asyncio
import statistics
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import yaml
from servers import python, running, session_gateway
from workload import QUERY, write_configuration

from reliability.telling import head, tell
from tests.laboratory.toxics import Proxy
from tests.support.gateway import all_vendors
from tests.support.redis_server import RedisServer, redis_server
from tests.support.replicas import CURSOR, replicas

_GOAL_ONCE_MS = 60
_FIRST = 10
_ROWS = 1000
_TRIED_SECONDS = 2.5
"""After so long a gateway that did not find the cache at its start has tried it again."""


@dataclass
class _Site:
    """A gateway that shares, over a proxy, and the server behind that."""

    url: str
    client: aiohttp.ClientSession
    proxy: Proxy
    server: RedisServer

    async def call(self) -> float:
        """Ask once; give the milliseconds that took."""
        begun = time.perf_counter()
        async with self.client.get(self.url) as answer:
            body = await answer.read()
        if b'"complete":true' not in body:
            raise RuntimeError(f"an answer that is not complete: {body!r}")
        return (time.perf_counter() - begun) * 1000

    async def calls(self, count: int) -> list[float]:
        """Ask one after the other."""
        return [await self.call() for _ in range(count)]


async def _down(site: _Site) -> None:
    await site.server.kill()


async def _hung(site: _Site) -> None:
    site.proxy.toxics.is_half_open = True


async def _slow(site: _Site) -> None:
    site.proxy.toxics.latency_s = 0.02


async def _wiped(site: _Site) -> None:
    async with site.server.client() as client:
        await client.flushall()


async def _spoiled(site: _Site) -> None:
    async with site.server.client() as client:
        for key in await client.keys("*"):
            await client.set(key, b"garbage")


async def _full(site: _Site) -> None:
    async with site.server.client() as client:
        await client.config_set("maxmemory", 1)


_FAULTS: Mapping[str, Callable[[_Site], Awaitable[None]]] = {
    "down": _down,
    "hung": _hung,
    "slow by 20 ms": _slow,
    "wiped": _wiped,
    "holding garbage": _spoiled,
    "full": _full,
}


def main() -> None:
    """Measure, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--calls", type=int, default=60)
    parser.add_argument("--faults", nargs="+", choices=_FAULTS, default=list(_FAULTS))
    asked = parser.parse_args()
    head()
    asyncio.run(_measured(asked.rounds, asked.calls, asked.faults))


async def _measured(rounds: int, calls: int, faults: Sequence[str]) -> None:
    await _tell_traffic()
    for name in faults:
        rounds_of_it = [await _troubled(_FAULTS[name], calls) for _ in range(rounds)]
        once, then = zip(*rounds_of_it, strict=True)
        added = f"{min(once):.0f} to {max(once):.0f} ms"
        tell(f"{name}: added to a call, once", f"at most {_GOAL_ONCE_MS} ms", added)
        tell(f"{name}: added to the calls after it", "0", f"{min(then):.1f} to {max(then):.1f} ms")


async def _tell_traffic() -> None:
    """Count what two gateways ask a cache that is borne with, however busy the machine is."""
    async with (
        redis_server() as server,
        all_vendors(_ROWS) as vendors,
        replicas(server, vendors.settings(cursor=CURSOR)) as both,
    ):
        reader, taker = both.gateways
        for what, gateway in (("read", reader), ("taken", taker), ("kept", taker)):
            before = await _counted(server)
            await gateway.get("/v1/sessions", limit=50)
            await both.settled()
            after = await _counted(server)
            questions, received, sent = (
                late - early for early, late in zip(before, after, strict=True)
            )
            told = f"{questions} questions, {received:,} bytes there, {sent:,} bytes back"
            tell(f"a page of five vendors, {what}", "", told)


async def _troubled(fault: Callable[[_Site], Awaitable[None]], calls: int) -> tuple[float, float]:
    """Make trouble; give the milliseconds added to the slowest of the next calls, and to others."""
    async with _site() as site:
        await site.calls(calls)
        usual = await site.calls(calls)
        slowest = [max(usual[begin : begin + _FIRST]) for begin in range(0, calls, _FIRST)]
        await fault(site)
        first = await site.calls(_FIRST)
        later = await site.calls(calls)
    added_once = max(first) - statistics.median(slowest)
    return added_once, statistics.median(later) - statistics.median(usual)


async def _counted(server: RedisServer) -> tuple[int, int, int]:
    """Count the scripts that were run, and the bytes that came and went."""
    async with server.client() as client:
        commands = await client.info("commandstats")
        stats = await client.info("stats")
    scripts = commands["cmdstat_eval"]["calls"]
    # What asks for this is counted too.
    return scripts, stats["total_net_input_bytes"], stats["total_net_output_bytes"]


@asynccontextmanager
async def _site(*, is_shared: bool = True) -> AsyncIterator[_Site]:
    with tempfile.TemporaryDirectory(prefix="session-gateway-") as name:
        folder = Path(name)
        async with redis_server() as server, Proxy(server.port) as proxy:
            with running(python("upstreams.py"), folder / "upstreams.log") as upstreams:
                file = write_configuration(
                    folder / "gateway.yaml", upstreams.address, ttl_seconds=0
                )
                _configure(file, f"redis://127.0.0.1:{proxy.port}" if is_shared else None)
                log = folder / "gateway.log"
                with running(session_gateway(file), log) as gateway:
                    async with aiohttp.ClientSession() as client:
                        site = _Site(gateway.address + QUERY, client, proxy, server)
                        await asyncio.sleep(_TRIED_SECONDS if is_shared else 0)
                        yield site


def _configure(file: Path, url: str | None) -> None:
    tree = yaml.safe_load(file.read_text())
    (file.parent / "cursor.key").write_text("a key of sixteen or more")
    tree["cursor"] = {"keys": ["${file:cursor.key}"]}
    tree["shared_cache"] = url
    # Nothing is fresh for longer than it takes to ask again.
    tree["defaults"]["cache"] = {"ttl_s": 0.001, "stale_while_revalidate_s": 0}
    file.write_text(yaml.safe_dump(tree))


if __name__ == "__main__":
    main()
