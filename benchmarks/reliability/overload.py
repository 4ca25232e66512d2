"""What the gateway does under three times the load that it can carry.

    PYTHONPATH=.:benchmarks python -m reliability.overload [--seconds 10]

One gateway over five vendors that answer after 20 ms; nothing is kept, so that every call costs.
First so many clients ask as fast as they are answered, to find the most that is answered in a
second. Then calls begin at three times that pace, whether others have been answered or not, and
somebody watches /healthz meanwhile.
"""

import argparse
import asyncio
import os
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import quantiles

import aiohttp
import msgspec
from servers import python, running
from standing_gateway import Reach, Terms

_CLIENTS = (4, 8, 16, 32)
_TIMES = 3
_DELAY_MS = 20
_WATCH_SECONDS = 0.1
_OK, _OVERLOADED = 200, 503
_GOALS = {"goodput": 0.8, "refused ms": 50, "late ms": 100, "health ms": 50}


@dataclass
class Load:
    """What became of the calls: how long each took, and what was neither an answer nor refused."""

    answered: list[float] = field(default_factory=list)
    refused: list[float] = field(default_factory=list)
    health: list[float] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)


def main() -> None:
    """Measure, and print a line of each figure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=10.0, help="of overload")
    seconds = parser.parse_args().seconds
    with tempfile.TemporaryDirectory(prefix="session-gateway-") as name:
        folder = Path(name)
        upstreams = python("upstreams.py", "--delay-ms", str(_DELAY_MS))
        with running(upstreams, folder / "upstreams.log") as vendors:
            terms, late = folder / "terms.json", folder / "late.json"
            terms.write_bytes(msgspec.json.encode(Terms(_reached(vendors.address), ttl_s=0)))
            command = [sys.executable, "-m", "reliability.probed", str(terms), str(late)]
            with running(command, folder / "gateway.log") as gateway:
                peak, begun, load = asyncio.run(_measured(gateway.address, seconds))
        lateness = msgspec.json.decode(late.read_bytes(), type=list[tuple[float, float]])
    _print(peak, seconds, load, [each for at, each in lateness if at >= begun])


def _reached(address: str) -> dict[str, Reach]:
    secret = {
        "canopsis": "auth_key",
        "digital_samba": "developer_key",
        "ekran": "api_key",
        "roundware": "token",
    }
    reached = {
        name.replace("_", "-"): Reach(name, {"url": f"{address}/{name}", option: "a made-up key"})
        for name, option in secret.items()
    }
    url = address.replace("http:", "ws:")
    return {**reached, "cortex": Reach("cortex", {"url": f"{url}/cortex", "dialect": "v1"})}


async def _measured(address: str, seconds: float) -> tuple[float, float, Load]:
    url = f"{address}/v1/sessions?limit=100"
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as client:
        await _closed(client, url, 4, seconds=1)  # to warm up
        peak = max([await _closed(client, url, clients, seconds=3) for clients in _CLIENTS])
        begun = time.monotonic()
        async with _watched(client, f"{address}/healthz") as load:
            await _open(client, url, _TIMES * peak, seconds, load)
        return peak, begun, load


async def _closed(client: aiohttp.ClientSession, url: str, clients: int, seconds: float) -> float:
    """Give how many calls were answered in a second, where each waits for the one before."""
    load, until = Load(), time.monotonic() + seconds

    async def ask_on() -> None:
        while time.monotonic() < until:
            await _ask(client, url, load)

    async with asyncio.TaskGroup() as group:
        for _ in range(clients):
            group.create_task(ask_on())
    if load.wrong:
        raise SystemExit(load.wrong[0])
    return len(load.answered) / seconds


async def _open(
    client: aiohttp.ClientSession, url: str, per_second: float, seconds: float, load: Load
) -> None:
    """Begin calls at a pace, and wait for what became of them."""
    begun = time.monotonic()
    async with asyncio.TaskGroup() as group:
        for number in range(round(per_second * seconds)):
            await asyncio.sleep(begun + number / per_second - time.monotonic())
            group.create_task(_ask(client, url, load))


async def _ask(client: aiohttp.ClientSession, url: str, load: Load) -> None:
    begun = time.monotonic()
    try:
        async with client.get(url) as answer:
            body = await answer.read()
    except (OSError, aiohttp.ClientError) as error:
        load.wrong.append(repr(error))
        return
    taken = time.monotonic() - begun
    if answer.status == _OK and b'"complete":true' in body:
        load.answered.append(taken)
    elif answer.status == _OVERLOADED and "Retry-After" in answer.headers:
        load.refused.append(taken)
    else:
        load.wrong.append(f"{answer.status} {body[:200]!r}")


@asynccontextmanager
async def _watched(client: aiohttp.ClientSession, url: str) -> AsyncIterator[Load]:
    load = Load()

    async def watch() -> None:
        while True:
            begun = time.monotonic()
            async with client.get(url) as answer:
                await answer.read()
            load.health.append(time.monotonic() - begun)
            await asyncio.sleep(_WATCH_SECONDS)

    watching = asyncio.create_task(watch())
    try:
        yield load
    finally:
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)


def _print(peak: float, seconds: float, load: Load, late: list[float]) -> None:
    print(
        f"peak {peak:.0f} answers/s; {_TIMES} times that for {seconds:g} s, {os.cpu_count()} cores"
    )
    print(f"answered {len(load.answered)} (p99 {_p99_ms(load.answered):.0f} ms),", end=" ")
    print(f"refused {len(load.refused)}, neither {len(load.wrong)} {load.wrong[:2]}\n")
    measured = {
        "goodput": len(load.answered) / seconds / peak,
        "refused ms": _p99_ms(load.refused),
        "late ms": _p99_ms(late),
        "health ms": _p99_ms(load.health),
    }
    print(f"{'':14}{'measured':>10}{'goal':>8}")
    for name, figure in measured.items():
        print(f"{name:14}{figure:>10.2f}{_GOALS[name]:>8}")


def _p99_ms(seconds: list[float]) -> float:
    return quantiles(seconds, n=100)[-1] * 1000 if len(seconds) > 1 else 0.0


if __name__ == "__main__":
    main()
