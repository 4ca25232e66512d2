"""What a backend that hangs costs those who ask for the others.

    PYTHONPATH=.:benchmarks python -m reliability.hanging [--rounds 10] [--requests 400]

One gateway over four sound backends, and over others that accept and never answer. Eight clients
ask for the sound ones, and in every second round eight more for one that hangs, of which nothing
was known before. They come back when they are told to, or after 50 ms where nobody says when. The
rounds take turns and have the same questions: what counts is the ratio of two of one run.
"""

import argparse
import asyncio
import random
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median, quantiles

import aiohttp
from servers import Server, python, running
from standing_gateway import Reach

from reliability.gateways import faulty, gateway, samba
from reliability.telling import head, tell

_CLIENTS = 8
_PATH = "/v1/sessions"
_SEED = 20
_TIMEOUT_SECONDS = 2.0
_SECONDS_UNTOLD = 0.05
_GOOD = ("canopsis", "digital-samba", "ekran", "roundware")


@dataclass(frozen=True)
class Round:
    """How many questions were answered in a second, and how long the slowest percent took.

    ``cpu_ms`` is the time that the gateway computed for one of them, with all it did beside. Other
    processes of the machine change it the least.
    """

    per_second: float
    p99_ms: float
    cpu_ms: float


def main() -> None:
    """Measure rounds in turn, and print their medians and ratios."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=10, help="of each kind")
    parser.add_argument("--requests", type=int, default=400, help="in a round")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="session-gateway-") as name:
        folder = Path(name)
        good = running(python("upstreams.py"), folder / "upstreams.log")
        with good as upstreams, faulty("silent", folder) as silent:
            hanging = {_hanging(n): samba(silent.address, f"{n}") for n in range(asked.rounds)}
            vendors = {**_good(upstreams.address), **hanging}
            with gateway(vendors, folder, timeout_s=_TIMEOUT_SECONDS) as server:
                rounds = asyncio.run(_measured(server, asked.rounds, asked.requests))
    _print(*rounds)


def _hanging(number: int) -> str:
    return f"hanging-{number}"


def _good(address: str) -> dict[str, Reach]:
    secret = {"canopsis": "auth_key", "ekran": "api_key", "roundware": "token"}
    reached = {
        name: Reach(name, {"url": f"{address}/{name}", option: "a made-up key"})
        for name, option in secret.items()
    }
    return {**reached, "digital-samba": samba(f"{address}/digital_samba")}


async def _measured(server: Server, rounds: int, requests: int) -> tuple[list[Round], list[Round]]:
    without: list[Round] = []
    beside: list[Round] = []

    async def measure_without(_: int) -> None:
        without.append(await _round(client, server, requests))

    async def measure_beside(number: int) -> None:
        async with _asking_for(client, server, _hanging(number)):
            beside.append(await _round(client, server, requests))

    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as client:
        await _round(client, server, requests)  # to warm up
        kinds = [measure_without, measure_beside]
        for number in range(rounds):
            # A machine that gets slower meanwhile is to be no advantage to either.
            for measure in kinds[:: 1 if number % 2 else -1]:
                await measure(number)
    return without, beside


async def _round(client: aiohttp.ClientSession, server: Server, requests: int) -> Round:
    limits = iter(random.Random(_SEED).choices(range(10, 101), k=requests))
    begun, computed = time.perf_counter(), server.cpu_seconds()
    taken: list[float] = []

    async def ask_on(limits: Iterator[int]) -> None:
        taken.extend([await _ask(client, server, limit) for limit in limits])

    async with asyncio.TaskGroup() as group:
        for _ in range(_CLIENTS):
            group.create_task(ask_on(limits))
    per_second = requests / (time.perf_counter() - begun)
    cpu_ms = (server.cpu_seconds() - computed) / requests * 1000
    return Round(per_second, quantiles(taken, n=100)[-1] * 1000, cpu_ms)


async def _ask(client: aiohttp.ClientSession, server: Server, limit: int) -> float:
    begun = time.perf_counter()
    query = [*(("backend", name) for name in _GOOD), ("limit", str(limit))]
    async with client.get(f"{server.address}{_PATH}", params=query) as answer:
        body = await answer.read()
    if (answer.status, b'"complete":true' in body) != (200, True):
        raise SystemExit(f"status {answer.status}: {body[:500]!r}")
    return time.perf_counter() - begun


@asynccontextmanager
async def _asking_for(
    client: aiohttp.ClientSession, server: Server, name: str
) -> AsyncIterator[None]:
    async def ask_on(limit: int) -> None:
        query = {"backend": name, "limit": str(limit)}
        while True:
            async with client.get(f"{server.address}{_PATH}", params=query) as answer:
                await answer.read()
            await asyncio.sleep(float(answer.headers.get("Retry-After", _SECONDS_UNTOLD)))

    asking = [asyncio.create_task(ask_on(number + 1)) for number in range(_CLIENTS)]
    try:
        yield
    finally:
        for task in asking:
            task.cancel()
        await asyncio.gather(*asking, return_exceptions=True)


def _print(without: list[Round], beside: list[Round]) -> None:
    print(f"{'':14}{'answers/s':>12}{'p99 ms':>10}{'CPU ms each':>14}")
    for name, rounds in (("without it", without), ("beside it", beside)):
        per_second, p99 = (median(r.per_second for r in rounds), median(r.p99_ms for r in rounds))
        cpu = median(r.cpu_ms for r in rounds)
        print(f"{name:14}{per_second:>12.1f}{p99:>10.1f}{cpu:>14.2f}")
    pairs = list(zip(without, beside, strict=True))
    print(f"\nOf {len(pairs)} rounds the median, and where half of them lie:\n")
    head()
    ratios = [b.per_second / a.per_second for a, b in pairs]
    tell("throughput of the others", "0.95 at least", _told(ratios, ".2f"))
    costs = [b.cpu_ms / a.cpu_ms for a, b in pairs]
    tell("CPU time for one of their answers", "1.05 at most", _told(costs, ".2f"))
    later = [b.p99_ms - a.p99_ms for a, b in pairs]
    tell("their slowest percent, ms later", "20 at most", _told(later, "+.1f"))


def _told(figures: list[float], form: str) -> str:
    lower, _, upper = quantiles(figures, n=4) if len(figures) > 1 else [*figures] * 3
    return f"{median(figures):{form}} ({lower:{form}} to {upper:{form}})"


if __name__ == "__main__":
    main()
