"""Load on one server, closed or at a steady pace, from a process of its own.

    python benchmarks/load.py URL --connections 16 --requests 300 --seconds 10

Closed: every connection asks again as soon as it has its answer. With ``--per-second`` requests
begin at that pace instead, whether or not those before were answered. ``{number}`` in the URL is
six digits that are others each time, so that no two questions are the same, and ``{turn}`` is that
of the connection: nothing, ``-2``, ``-3`` and so on. Prints one line of JSON. Every answer must be
a 200 with so many rows, or it is no measurement; ``--may-refuse`` counts 503s apart.
"""

import argparse
import asyncio
import itertools
import random
import sys
import time
from collections.abc import Iterator
from contextlib import AsyncExitStack, closing
from http import HTTPStatus
from statistics import quantiles
from urllib.parse import urlsplit

import msgspec
from lean_http import LeanClient

_NUMBERS = 1_000_000
_PLAIN = {"Accept-Encoding": "identity"}
"""None but the gateway would compress: what that costs is no part of a comparison."""
_REFUSED_SECONDS = 0.05
"""How long a connection waits that was refused."""


class WrongAnswerError(Exception):
    """An answer was not the page that was asked for."""


class Load(msgspec.Struct):
    """What was sent, how long answers took, and how long sending it computed."""

    requests: int
    refused: int
    seconds: float
    p50_ms: float
    p99_ms: float
    cpu_seconds: float


class _Page(msgspec.Struct):
    data: list[msgspec.Raw]


_read = msgspec.json.Decoder(_Page).decode


class Sender:
    """Asks one question, or ever another."""

    def __init__(self, asked: argparse.Namespace) -> None:
        self._asked = asked
        self._url = urlsplit(asked.url)
        self._headers = _PLAIN | dict(header.split(": ", 1) for header in asked.header)
        self._numbers = itertools.count(random.randrange(_NUMBERS))
        self._idle: list[LeanClient] = []
        self.taken: list[float] = []
        self.refused = 0

    def client(self) -> LeanClient:
        """Make what asks over a connection of its own."""
        return LeanClient(str(self._url.hostname), self._url.port or 80, self._headers)

    async def ask(self, client: LeanClient, turn: int = 0) -> bool:
        """Ask once; say whether that was answered."""
        path = self._path(turn)
        begun = time.perf_counter()
        status, body = await client.get(path)
        taken = time.perf_counter() - begun
        if status == HTTPStatus.SERVICE_UNAVAILABLE and self._asked.may_refuse:
            self.refused += 1
            return False
        rows = len(_read(body).data) if status == HTTPStatus.OK else 0
        if rows != self._asked.rows:
            raise WrongAnswerError(f"{path}: status {status}, {rows} rows: {bytes(body[:200])!r}")
        self.taken.append(taken)
        return True

    async def ask_on(self, turn: int, turns: Iterator[int], until: float) -> None:
        """Ask again and again."""
        with closing(self.client()) as client:
            for _ in turns:
                if not await self.ask(client, turn):
                    await asyncio.sleep(_REFUSED_SECONDS)
                if time.perf_counter() > until:
                    return

    async def ask_at(self, pace: float, requests: int, until: float) -> None:
        """Ask at a steady pace, over as many connections as that takes."""
        begun = time.perf_counter()
        async with AsyncExitStack() as stack, asyncio.TaskGroup() as group:
            for number in range(requests):
                await asyncio.sleep(begun + number / pace - time.perf_counter())
                if time.perf_counter() > until:
                    return
                if not self._idle:
                    self._idle.append(stack.enter_context(closing(self.client())))
                group.create_task(self._ask_over(self._idle.pop()))

    async def _ask_over(self, client: LeanClient) -> None:
        await self.ask(client)
        self._idle.append(client)

    def _path(self, turn: int) -> str:
        number = f"{next(self._numbers) % _NUMBERS:06}"
        of_turn = f"-{turn + 1}" if turn else ""
        path = f"{self._url.path}?{self._url.query}" if self._url.query else self._url.path
        return path.replace("{number}", number).replace("{turn}", of_turn)


async def _load(asked: argparse.Namespace) -> Sender:
    until, turns = time.perf_counter() + asked.seconds, iter(range(asked.requests))
    sender = Sender(asked)
    async with asyncio.TaskGroup() as group:
        if asked.per_second:
            group.create_task(sender.ask_at(asked.per_second, asked.requests, until))
        else:
            for turn in range(asked.connections):
                group.create_task(sender.ask_on(turn, turns, until))
    return sender


def _told(sender: Sender, seconds: float, cpu_seconds: float) -> Load:
    taken = sender.taken
    percents = quantiles(taken, n=100, method="inclusive") if len(taken) > 1 else taken * 99
    p50_ms, p99_ms = (percents[at] * 1000 for at in (49, 98))
    return Load(len(taken), sender.refused, seconds, p50_ms, p99_ms, cpu_seconds)


def main() -> None:
    """Send the load that is asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("url")
    parser.add_argument("--connections", type=int, default=16)
    parser.add_argument("--requests", type=int, default=300)
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--per-second", type=float, help="a steady pace")
    parser.add_argument("--rows", type=int, default=100, help="of every answer")
    parser.add_argument("--may-refuse", action="store_true", help="count 503s apart")
    parser.add_argument("--header", action="append", default=[], help="to send, as NAME: VALUE")
    asked = parser.parse_args()
    begun, computed = time.perf_counter(), time.process_time()
    try:
        sender = asyncio.run(_load(asked))
    except* WrongAnswerError as wrong:
        sys.exit(str(wrong.exceptions[0]))
    load = _told(sender, time.perf_counter() - begun, time.process_time() - computed)
    print(msgspec.json.encode(load).decode())


if __name__ == "__main__":
    main()
