"""What the tests of Digital Samba share: samples, a prepared reply, a simulator with a driver."""

import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any

from adapters.digital_samba import DigitalSambaAdapter, DigitalSambaOptions
from adapters.simulators.digital_samba import DEVELOPER_KEY, DigitalSambaSimulator, Manners
from gateway.spi import NO_TICKET, Condition, First, HttpReply, HttpRequest, RawPage
from tests.support.adapters import NOON, Driver, driving, noon
from tests.support.payloads import sample

KEY = {"url": "https://api.digitalsamba.com/api/v1", "developer_key": DEVELOPER_KEY}

LIVE_ROW, ENDED_ROW = sample("digital_samba/list.json")["data"]
STATISTICS = sample("digital_samba/get.json")
OPENAPI_ROW = sample("digital_samba/openapi_row.json")
OPENAPI_STATISTICS = sample("digital_samba/openapi_statistics.json")


class PreparedReply:
    """A wire that gives one reply, and keeps what was asked."""

    def __init__(self, body: object, status: int = 200) -> None:
        self.requests: list[HttpRequest] = []
        self._reply = HttpReply(status, {}, json.dumps(body).encode())

    async def send(self, request: HttpRequest) -> HttpReply:
        self.requests.append(request)
        return self._reply

    async def page(self, *conditions: Condition, **options: object) -> RawPage:
        """Read the first page."""
        adapter = DigitalSambaAdapter(DigitalSambaOptions.model_validate({**KEY, **options}))
        driver = Driver(adapter, self, NO_TICKET, NOON)
        return await adapter.fetch_page(driver.plan(*conditions), First(), driver.context)


@asynccontextmanager
async def team(
    *,
    rows: int = 250,
    clock: Callable[[], datetime] = noon,
    **manners: Any,  # noqa: ANN401  # the simulator's
) -> AsyncIterator[tuple[DigitalSambaSimulator, Driver]]:
    """Run a simulator, with an adapter that asks it."""
    simulator = DigitalSambaSimulator(rows=rows, seed=2, clock=clock, manners=Manners(**manners))
    address = await simulator.start()
    try:
        async with driving(DigitalSambaAdapter, simulator.options(address)) as driver:
            yield simulator, driver
    finally:
        await simulator.stop()


def ids(page: RawPage) -> list[str]:
    """Name the records of a page."""
    return [json.loads(bytes(record))["id"] for record in page.records]
