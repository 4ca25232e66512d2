"""Asking Ekran's simulator over its socket: without an adapter, and beside one."""

import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import aiohttp
from msgspec import Raw

from adapters.ekran import EkranAdapter
from adapters.simulators.ekran import KEY, EkranSimulator, Manners
from adapters.simulators.world import Held
from gateway.spi import Session
from tests.support.adapters import Driver, driving, mapped, noon

_USUAL = Manners()


@dataclass(frozen=True)
class Answer:
    """What the vendor answers; ``body`` is what its JSON says."""

    status: int
    text: str

    @property
    def body(self) -> Any:  # noqa: ANN401  # any JSON
        """Read the body."""
        return json.loads(self.text)

    @property
    def rows(self) -> dict[str, dict[str, Any]]:
        """Give the rows of a page by their ids."""
        return {str(row["sessionId"]): row for row in self.body["sessions"]}


@dataclass(frozen=True)
class Visit:
    """A simulator, an adapter that reads it, and a client that asks it for anything."""

    simulator: EkranSimulator
    driver: Driver
    _client: aiohttp.ClientSession
    _address: str

    async def ask(
        self,
        path: str = "/ekranapi/sessions",
        method: str = "POST",
        key: str | None = KEY,
        **parameters: object,
    ) -> Answer:
        """Send one request of one's own."""
        headers = {} if key is None else {"ApiKey": key}
        url = self._address + path
        async with self._client.request(method, url, json=parameters, headers=headers) as answer:
            return Answer(answer.status, await answer.text())

    def read(self, record: object) -> Session:
        """Read a record as the adapter does."""
        return mapped(self.driver.adapter, Raw(json.dumps(record)), self.driver.now).session

    @property
    def held(self) -> dict[str, Held]:
        """Give what the simulator holds, by ids."""
        return {held.native_id: held for held in self.simulator.held()}


@asynccontextmanager
async def visiting(
    *,
    rows: int = 300,
    clock: Callable[[], datetime] = noon,
    manners: Manners = _USUAL,
    **options: object,
) -> AsyncIterator[Visit]:
    """Run a simulator, an adapter with these options, and a client."""
    simulator = EkranSimulator(rows=rows, seed=1, clock=clock, manners=manners)
    address = await simulator.start()
    try:
        told = simulator.options(address) | options
        async with (
            driving(EkranAdapter, told, now=clock()) as driver,
            aiohttp.ClientSession() as client,
        ):
            yield Visit(simulator, driver, client, address)
    finally:
        await simulator.stop()
