"""What the tests of new Roundware sessions share: an adapter, writes, and prepared replies."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from adapters.roundware import RoundwareAdapter, RoundwareOptions
from adapters.simulators.roundware import AS_RECORDED, TOKEN, Manners, RoundwareSimulator
from gateway.spi import Operation, Write, WriteOutcome
from tests.support.adapters import Driver, driving, noon
from tests.support.replies import Replies

ADAPTER = RoundwareAdapter(
    RoundwareOptions.model_validate({"url": "https://museum.example/api/2", "token": TOKEN})
)


def creating(**fields: str | int | bool | None) -> Write:
    """Name fields with an underscore or two for their dots."""
    named = {name.replace("__", "."): value for name, value in fields.items()}
    return Write(Operation.CREATE, None, {"space.id": "1", **named})


async def outcome_of(wire: Replies, write: Write) -> WriteOutcome:
    """Write over prepared replies."""
    return await ADAPTER.write(write, wire.driver(ADAPTER).context)


def body_of(wire: Replies) -> dict[str, Any]:
    """Read what the last request said."""
    assert wire.sent[-1].body is not None
    said: dict[str, Any] = json.loads(wire.sent[-1].body)
    return said


@asynccontextmanager
async def museum(
    manners: Manners = AS_RECORDED,
) -> AsyncIterator[tuple[RoundwareSimulator, Driver]]:
    """Run a simulator of sixty sessions, with an adapter that asks it."""
    simulator = RoundwareSimulator(rows=60, seed=1, clock=noon, manners=manners)
    address = await simulator.start()
    try:
        async with driving(RoundwareAdapter, simulator.options(address)) as driver:
            yield simulator, driver
    finally:
        await simulator.stop()
