"""Asking Digital Samba's simulator over its socket: without an adapter, and beside one."""

import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import aiohttp
from msgspec import Raw

from adapters.simulators.digital_samba import DEVELOPER_KEY, DigitalSambaSimulator
from gateway.spi import Session
from tests.support.adapters import Driver, mapped, noon
from tests.vendors.digital_samba import team

KEY = {"Authorization": f"Bearer {DEVELOPER_KEY}"}


@dataclass(frozen=True)
class Answer:
    """What the vendor answers; ``body`` is what its JSON says."""

    status: int
    headers: dict[str, str]
    text: str

    @property
    def body(self) -> Any:  # noqa: ANN401  # any JSON
        """Read the body."""
        return json.loads(self.text)

    @property
    def ids(self) -> list[str]:
        """Name the rows of a page."""
        return [row["id"] for row in self.body["data"]]


@dataclass(frozen=True)
class Visit:
    """A simulator, an adapter that reads it, and a client that asks it for anything."""

    simulator: DigitalSambaSimulator
    driver: Driver
    _client: aiohttp.ClientSession

    async def ask(
        self,
        path: str = "/sessions",
        method: str = "GET",
        headers: dict[str, str] = KEY,
        **query: str,
    ) -> Answer:
        """Send one request of one's own."""
        url = self.driver.adapter.endpoint().url + path
        call = self._client.request(
            method, url, params=query, headers=headers, allow_redirects=False
        )
        async with call as answer:
            told = {name.lower(): value for name, value in answer.headers.items()}
            return Answer(answer.status, told, await answer.text())

    def read(self, record: object) -> Session:
        """Read a record as the adapter does."""
        return mapped(self.driver.adapter, Raw(json.dumps(record))).session

    async def alone(self, native_id: str) -> Session:
        """Read one session as the adapter does."""
        record = await self.driver.adapter.get(native_id, self.driver.context)
        assert record is not None
        return mapped(self.driver.adapter, record).session


@asynccontextmanager
async def visiting(
    *,
    rows: int = 250,
    clock: Callable[[], datetime] = noon,
    **manners: Any,  # noqa: ANN401  # the simulator's
) -> AsyncIterator[Visit]:
    """Run a simulator, an adapter and a client."""
    async with (
        team(rows=rows, clock=clock, **manners) as (simulator, driver),
        aiohttp.ClientSession() as client,
    ):
        yield Visit(simulator, driver, client)
