"""A simulated Cortex, and an adapter that drives it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from adapters.cortex import CortexAdapter
from adapters.simulators.cortex import CortexSimulator, Manners
from tests.support.adapters import Driver, driving, noon

V1 = Manners()
V2 = Manners(dialect="v2")


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
    manners: Manners = V1, *, rows: int = 60, **options: object
) -> AsyncIterator[tuple[CortexSimulator, Driver]]:
    """Drive an adapter, with these options beside the simulator's own."""
    simulator = CortexSimulator(rows=rows, seed=1, clock=noon, manners=manners)
    async with (
        serving(simulator) as usual,
        driving(CortexAdapter, usual | options) as driver,
    ):
        yield simulator, driver
