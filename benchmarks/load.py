"""Closed-loop load: every connection asks again as soon as it has its answer.

    python benchmarks/load.py URL --connections 16 --requests 300 --seconds 10

Prints one line of JSON. Every answer must be a 200 with 100 rows, or it is no measurement.
"""

import argparse
import asyncio
import sys
import time
from collections.abc import Iterator
from statistics import median

import aiohttp
import msgspec
import orjson
from pages import RECORDS


class WrongAnswerError(Exception):
    """An answer was not the page that was asked for."""


class Load(msgspec.Struct):
    """What was sent, and how long answers took."""

    requests: int
    p50_ms: float


async def _ask(client: aiohttp.ClientSession, url: str) -> float:
    begun = time.perf_counter()
    async with client.get(url) as reply:
        body = await reply.read()
    taken = time.perf_counter() - begun
    rows = len(orjson.loads(body)["data"]) if reply.status == 200 else 0  # noqa: PLR2004  # OK
    if rows != RECORDS:
        raise WrongAnswerError(f"{url}: status {reply.status}, {rows} rows: {body[:200]!r}")
    return taken


async def _load(url: str, connections: int, requests: int, seconds: float) -> list[float]:
    until = time.perf_counter() + seconds
    turns, taken = iter(range(requests)), []

    async def one_connection(turns: Iterator[int]) -> None:
        for _ in turns:
            taken.append(await _ask(client, url))
            if time.perf_counter() > until:
                return

    connector = aiohttp.TCPConnector(limit=connections)
    async with aiohttp.ClientSession(connector=connector) as client, asyncio.TaskGroup() as group:
        for _ in range(connections):
            group.create_task(one_connection(turns))
    return taken


def main() -> None:
    """Send the load that is asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("url")
    parser.add_argument("--connections", type=int, default=16)
    parser.add_argument("--requests", type=int, default=300)
    parser.add_argument("--seconds", type=float, default=10.0)
    asked = parser.parse_args()
    try:
        taken = asyncio.run(_load(asked.url, asked.connections, asked.requests, asked.seconds))
    except* WrongAnswerError as wrong:
        sys.exit(str(wrong.exceptions[0]))
    print(msgspec.json.encode(Load(len(taken), median(taken) * 1000)).decode())


if __name__ == "__main__":
    main()
