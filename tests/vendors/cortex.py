"""A simulated Cortex, an adapter that drives it, and what is written with it."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

import pytest

from adapters.cortex import CortexAdapter
from adapters.simulators.cortex import CortexSimulator, Manners
from gateway.spi import Done, Operation, Session, Status, Write
from tests.support.adapters import Driver, driving, mapped, noon

V1 = Manners()
V2 = Manners(dialect="v2")
BOTH = pytest.mark.parametrize("manners", [V1, V2])


@asynccontextmanager
async def serving(simulator: CortexSimulator) -> AsyncIterator[dict[str, object]]:
    """Start a simulator, and give the options to reach it with."""
    address = await simulator.start()
    try:
        yield simulator.options(address)
    finally:
        await simulator.stop()


@asynccontextmanager
async def lab(
    manners: Manners = V1, options: Mapping[str, object] | None = None, *, rows: int = 60
) -> AsyncIterator[tuple[CortexSimulator, Driver]]:
    """Drive an adapter, with these options beside the simulator's own."""
    simulator = CortexSimulator(rows=rows, seed=1, clock=noon, manners=manners)
    async with (
        serving(simulator) as usual,
        driving(CortexAdapter, {**usual, **(options or {})}) as driver,
    ):
        yield simulator, driver


def creating(**fields: str | None) -> Write:
    """Ask for a session; a double underscore stands for a dot."""
    return Write(
        Operation.CREATE, None, {name.replace("__", "."): value for name, value in fields.items()}
    )


def ending(native_id: str) -> Write:
    return Write(Operation.END, native_id)


async def done(driver: Driver, write: Write) -> Session:
    """Carry out a write that must succeed."""
    outcome = await driver.adapter.write(write, driver.context)
    assert isinstance(outcome, Done)
    assert outcome.record is not None
    assert outcome.is_new == (write.operation is Operation.CREATE)
    return mapped(driver.adapter, outcome.record).session


async def statuses(driver: Driver) -> dict[str, Status]:
    """Read what is listed now."""
    return {session.native_id: session.status for session in await driver.sessions()}


def held(simulator: CortexSimulator) -> dict[str, str]:
    return {held.native_id: held.status for held in simulator.held()}
