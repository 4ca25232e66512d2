"""What a backend that hangs costs those who ask for the others.

    PYTHONPATH=.:benchmarks python -m reliability.hanging [--rounds 5] [--requests 300]

One gateway over five backends, of which one accepts and never answers. Eight clients ask for the
other four, and in every second round eight more keep asking for the one that hangs: the rounds
take turns and have the same questions, so that what counts is the ratio of two of one run.
"""

import argparse
import asyncio
import contextlib
import random
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median, quantiles

import aiohttp
from servers import python, running
from standing_gateway import Reach

from reliability.gateways import faulty, gateway, samba

_CLIENTS = 8
_SEED = 20
_TIMEOUT_SECONDS = 2.0
_GOOD = ("canopsis", "digital-samba", "ekran", "roundware")
_GOALS = "goals: throughput 0.95 or more, p99 + 20 ms at most"


@dataclass(frozen=True)
class Round:
    """How many questions were answered in a second, and how long the slowest percent took."""

    per_second: float
    p99_ms: float


def main() -> None:
    """Measure rounds in turn, and print their medians and ratios."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5, help="of each kind")
    parser.add_argument("--requests", type=int, default=300, help="in a round")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="session-gateway-") as name:
        folder = Path(name)
        good = running(python("upstreams.py"), folder / "upstreams.log")
        with good as upstreams, faulty("silent", folder) as silent:
            vendors = {**_good(upstreams.address), "hanging": samba(silent.address)}
            with gateway(vendors, folder, timeout_s=_TIMEOUT_SECONDS) as server:
                url = f"{server.address}/v1/sessions"
                rounds = asyncio.run(_measured(url, asked.rounds, asked.requests))
    _print(*rounds)


def _good(address: str) -> dict[str, Reach]:
    secret = {"canopsis": "auth_key", "ekran": "api_key", "roundware": "token"}
    reached = {
        name: Reach(name, {"url": f"{address}/{name}", option: "a made-up key"})
        for name, option in secret.items()
    }
    return {**reached, "digital-samba": samba(f"{address}/digital_samba")}


async def _measured(url: str, rounds: int, requests: int) -> tuple[list[Round], list[Round]]:
    without, beside = [], []
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as client:
        await _round(client, url, requests)  # to warm up
        for _ in range(rounds):
            without.append(await _round(client, url, requests))
            async with _asking_for_the_hanging(client, url):
                beside.append(await _round(client, url, requests))
    return without, beside


async def _round(client: aiohttp.ClientSession, url: str, requests: int) -> Round:
    limits = iter(random.Random(_SEED).choices(range(10, 101), k=requests))
    begun = time.perf_counter()
    taken: list[float] = []

    async def ask_on(limits: Iterator[int]) -> None:
        taken.extend([await _ask(client, url, [*_GOOD], limit) for limit in limits])

    async with asyncio.TaskGroup() as group:
        for _ in range(_CLIENTS):
            group.create_task(ask_on(limits))
    per_second = requests / (time.perf_counter() - begun)
    return Round(per_second, quantiles(taken, n=100)[-1] * 1000)


async def _ask(client: aiohttp.ClientSession, url: str, backends: list[str], limit: int) -> float:
    begun = time.perf_counter()
    query = [*(("backend", name) for name in backends), ("limit", str(limit))]
    async with client.get(url, params=query) as answer:
        body = await answer.read()
    if backends == [*_GOOD] and (answer.status, b'"complete":true' in body) != (200, True):
        raise SystemExit(f"status {answer.status}: {body[:500]!r}")
    return time.perf_counter() - begun


@asynccontextmanager
async def _asking_for_the_hanging(client: aiohttp.ClientSession, url: str) -> AsyncIterator[None]:
    async def ask_on(begin: int) -> None:
        while True:
            await _ask(client, url, ["hanging"], begin)
            await asyncio.sleep(0.05)  # Where it is left alone, its failures come at once.

    asking = [asyncio.create_task(ask_on(number + 1)) for number in range(_CLIENTS)]
    try:
        yield
    finally:
        for task in asking:
            task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.gather(*asking)


def _print(without: list[Round], beside: list[Round]) -> None:
    print(f"{'':14}{'answers/s':>12}{'p99 ms':>10}")
    for name, rounds in (("without it", without), ("beside it", beside)):
        figures = [median(r.per_second for r in rounds), median(r.p99_ms for r in rounds)]
        print(f"{name:14}{figures[0]:>12.1f}{figures[1]:>10.1f}")
    pairs = list(zip(without, beside, strict=True))
    ratio = median(b.per_second / a.per_second for a, b in pairs)
    later = median(b.p99_ms - a.p99_ms for a, b in pairs)
    print(f"\nthroughput {ratio:.2f}, p99 {later:+.1f} ms ({_GOALS})")


if __name__ == "__main__":
    main()
