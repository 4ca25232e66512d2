"""Calls for one backend, at a steady pace, and what came of them."""

import asyncio
import itertools
import tempfile
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import aiohttp

from reliability.gateways import gateway, samba

_BACKEND = "vendor"
_LONG_AGO = datetime(1950, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Call:
    """A call that was answered. ``begun`` is on the clock of ``time.monotonic``."""

    begun: float
    seconds: float
    code: str | None
    retry_after_s: float | None

    @property
    def is_left_alone(self) -> bool:
        """Say whether the breaker kept it from the vendor."""
        return self.code == "circuit_open"


class Client:
    """Asks a gateway for sessions: no two questions are the same, so no two share a request."""

    def __init__(self, session: aiohttp.ClientSession, address: str) -> None:
        self._session = session
        self._address = address
        self._days = itertools.count()

    async def ask(self) -> Call:
        """Make one call."""
        since = _LONG_AGO + timedelta(days=next(self._days))
        query = {"backend": _BACKEND, "started_after": since.isoformat()}
        begun = time.monotonic()
        async with self._session.get(f"{self._address}/v1/sessions", params=query) as answer:
            document = await answer.json(content_type=None)
        error = document["backends"][_BACKEND]["error"] or {}
        seconds = time.monotonic() - begun
        return Call(begun, seconds, error.get("code"), error.get("retry_after_s"))

    async def ping(self) -> float:
        """Make a call that asks no vendor, and give the seconds it took."""
        begun = time.monotonic()
        async with self._session.get(f"{self._address}/healthz") as answer:
            await answer.read()
        return time.monotonic() - begun

    async def ask_on(
        self, per_second: float, seconds: float, until: Callable[[], bool] = lambda: False
    ) -> list[Call]:
        """Make calls whether or not those before were answered, until it is time."""
        begun = time.monotonic()
        calls: list[asyncio.Task[Call]] = []
        async with asyncio.TaskGroup() as group:
            for number in range(int(per_second * seconds)):
                await asyncio.sleep(begun + number / per_second - time.monotonic())
                if until():
                    break
                calls.append(group.create_task(self.ask()))
        return [call.result() for call in calls]


@asynccontextmanager
async def asking(url: str) -> AsyncIterator[Client]:
    """Run a gateway over a vendor, and ask it."""
    with (
        tempfile.TemporaryDirectory(prefix="session-gateway-") as name,
        gateway({_BACKEND: samba(url)}, Path(name)) as server,
    ):
        async with aiohttp.ClientSession() as session:
            yield Client(session, server.address)
