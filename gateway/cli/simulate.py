"""One simulator in a process of its own: it serves until its standard input ends.

The demo starts one for each vendor. That it watches its input means that it ends with the demo,
however that ends.
"""

import asyncio
import json
import signal
import sys
from collections.abc import Callable
from datetime import UTC, datetime

import click

from gateway.spi.registry import load_simulator


@click.command()
@click.argument("name")
@click.option("--rows", type=click.IntRange(1, 100_000), required=True)
@click.option("--seed", type=int, required=True)
@click.option("--frozen-at", type=datetime.fromisoformat)
def main(name: str, rows: int, seed: int, frozen_at: datetime | None) -> None:
    """Serve the simulator NAME, and print how to reach it as one line of JSON."""
    # Ctrl-C reaches the whole group of processes: it is for the demo to decide.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    asyncio.run(_serve(name, rows=rows, seed=seed, clock=_clock(frozen_at)))


def _clock(frozen_at: datetime | None) -> Callable[[], datetime]:
    def clock() -> datetime:
        return frozen_at or datetime.now(UTC)

    return clock


async def _serve(name: str, *, rows: int, seed: int, clock: Callable[[], datetime]) -> None:
    simulator = load_simulator(name)(rows=rows, seed=seed, clock=clock)
    address = await simulator.start()
    print(
        json.dumps(
            {
                "adapter": simulator.adapter,
                "address": address,
                "options": simulator.options(address),
            }
        ),
        flush=True,
    )
    try:
        await asyncio.to_thread(sys.stdin.buffer.read)
    finally:
        await simulator.stop()


if __name__ == "__main__":
    main()
