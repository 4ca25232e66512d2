"""What it costs those who ask when a gateway is told to stop, and when it is killed.

    PYTHONPATH=.:benchmarks python -m reliability.stopping [--rounds 10] [--requests 200]

Eight clients ask one gateway over five backends all the time, half of them over connections that
are kept. It is sent SIGTERM while somebody watches its ready page. Then one of two gateways is
killed.
"""

import argparse
import asyncio
import os
import signal
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path

import aiohttp
import yaml
from servers import Server, python, running, session_gateway
from workload import write_configuration

from reliability.loading import asking

_LAME_DUCK_SECONDS = 1.0
_GOALS = "goals: not ready within 100 ms, none failed, over within 30 s"


@dataclass(frozen=True)
class Stop:
    """How a stop went: when it was told, what failed, and how long it took."""

    told_ms: float
    failed: list[str]
    good: int
    seconds: float


def main() -> None:
    """Stop and kill gateways, and print what it cost."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--requests", type=int, default=200, help="before each stop")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="session-gateway-") as name:
        folder = Path(name)
        with running(python("upstreams.py"), folder / "upstreams.log") as upstreams:
            stops = []
            for _ in range(asked.rounds):
                with _gateway(folder, upstreams.address) as server:
                    stops.append(asyncio.run(_stopped(server, asked.requests)))
            kills = []
            for _ in range(asked.rounds):
                first = _gateway(folder, upstreams.address)
                with first as one, _gateway(folder, upstreams.address) as other:
                    kills.append(asyncio.run(_killed(one, other, asked.requests)))
    _print(stops, kills)


@contextmanager
def _gateway(folder: Path, upstreams: str) -> Iterator[Server]:
    file = write_configuration(folder / "gateway.yaml", upstreams, ttl_seconds=0)
    tree = yaml.safe_load(file.read_text())
    tree["server"]["lame_duck_s"] = _LAME_DUCK_SECONDS
    for backend in tree["backends"]:
        backend["limits"] = {"rate": None}
    file.write_text(yaml.safe_dump(tree))
    with running(session_gateway(file), folder / "gateway.log") as server:
        yield server


async def _stopped(server: Server, requests: int) -> Stop:
    async with aiohttp.ClientSession() as watcher, asking(server.address) as asked:
        await _ready(watcher, server)
        await asked.grown(requests)
        begun = time.perf_counter()
        os.kill(server.pid, signal.SIGTERM)
        while await _ready(watcher, server):  # noqa: ASYNC110  # as those do who watch
            await asyncio.sleep(0.002)
        told_ms = (time.perf_counter() - begun) * 1000
        await asyncio.to_thread(_wait_for_end, server)
        seconds = time.perf_counter() - begun
    return Stop(told_ms, asked.failed, asked.good, seconds)


async def _ready(watcher: aiohttp.ClientSession, server: Server) -> bool:
    async with watcher.get(f"{server.address}/readyz") as answer:
        return answer.status == HTTPStatus.OK


def _wait_for_end(server: Server) -> None:
    # Whoever started it is left to take its status.
    os.waitid(os.P_PID, server.pid, os.WEXITED | os.WNOWAIT)


async def _killed(killed: Server, other: Server, requests: int) -> tuple[int, int, int]:
    """Kill one of two; count what failed, what it had under way, and what was answered."""
    async with asking(killed.address, other.address) as asked:
        await asked.grown(requests)
        under_way = asked.under_way[killed.address]
        os.kill(killed.pid, signal.SIGKILL)
        await asked.grown(requests)
    return len(asked.failed), under_way, asked.good


def _print(stops: list[Stop], kills: list[tuple[int, int, int]]) -> None:
    told, seconds = max(s.told_ms for s in stops), max(s.seconds for s in stops)
    good, lost = sum(s.good for s in stops), [each for s in stops for each in s.failed]
    print(f"{len(stops)} x SIGTERM: {good} answered, {len(lost)} failed,", end=" ")
    print(f"not ready after {told:.1f} ms, over after {seconds:.1f} s at the longest", *lost[:3])
    failed, under_way, good = (sum(column) for column in zip(*kills, strict=True))
    print(f"{len(kills)} x SIGKILL of one of two: {good} answered, {failed} failed,", end=" ")
    print(f"{under_way} under way at the one that was killed")
    print(f"\n{_GOALS}; of those that are killed, only what is under way fails")


if __name__ == "__main__":
    main()
