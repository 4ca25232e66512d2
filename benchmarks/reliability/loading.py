"""Clients that ask replicas all the time, each going on elsewhere where nobody listens any more."""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from http import HTTPStatus

import aiohttp
from workload import QUERY

CLIENTS = 8


@dataclass
class Asking:
    """What became of the requests, and how many are under way, by replica."""

    replicas: Sequence[str]
    good: int = 0
    failed: list[str] = field(default_factory=list)
    under_way: dict[str, int] = field(default_factory=dict)
    slowest_ms: float = 0
    is_over: bool = False

    async def ask_on(self, client: aiohttp.ClientSession, number: int) -> None:
        """Ask until it is over, or nobody listens."""
        listening = list(self.replicas[number % len(self.replicas) :]) + list(
            self.replicas[: number % len(self.replicas)]
        )
        while listening and not self.is_over:
            try:
                await self._ask(client, listening[0])
            except aiohttp.ClientConnectorError:
                listening.pop(0)
            except (aiohttp.ClientError, OSError) as error:
                self.failed.append(repr(error))

    async def grown(self, by: int) -> None:
        """Wait until so many more have been answered."""
        goal = self.good + by
        while self.good < goal:  # noqa: ASYNC110  # what is measured should not have to tell
            await asyncio.sleep(0.005)

    async def _ask(self, client: aiohttp.ClientSession, replica: str) -> None:
        begun = time.perf_counter()
        self.under_way[replica] = self.under_way.get(replica, 0) + 1
        try:
            async with client.get(replica + QUERY) as answer:
                body = await answer.read()
        finally:
            self.under_way[replica] -= 1
        self.slowest_ms = max(self.slowest_ms, (time.perf_counter() - begun) * 1000)
        if answer.status == HTTPStatus.OK and b'"complete":true' in body:
            self.good += 1
        else:
            self.failed.append(f"{answer.status}: {body[:300]!r}")


@asynccontextmanager
async def asking(*replicas: str) -> AsyncIterator[Asking]:
    """Have clients ask: every second one over a new connection each time."""
    asked = Asking(replicas)
    kept = aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0))
    kept._retry_connection = False  # noqa: SLF001  # it would hide a connection that was closed
    fresh = aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0, force_close=True))
    async with kept, fresh:
        tasks = [
            asyncio.create_task(asked.ask_on((kept, fresh)[number % 2], number // 2))
            for number in range(CLIENTS)
        ]
        try:
            yield asked
        finally:
            asked.is_over = True
            await asyncio.gather(*tasks)
