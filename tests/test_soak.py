"""After a long time among troubled vendors the gateway holds no more than at its beginning.

``make soak`` takes ten minutes; ``SOAK_SECONDS`` says how long it is.
"""

import asyncio
import json
import os
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.soak.clients import Clients
from tests.soak.gateway import Sample

SECONDS = float(os.environ.get("SOAK_SECONDS", "60" if os.environ.get("CI") else "15"))
WARMING_SECONDS = 8.0
QUIET_SECONDS = 40.0
LONG_SECONDS = 300.0
WARMING_ANSWERS = 25_000 if SECONDS >= LONG_SECONDS else 1
"""After so many memory grows no more: the pools of the allocator have met what comes at worst."""
MOST_WARMING_SECONDS = 900.0
REFILLING_SECONDS = 130.0 if SECONDS >= LONG_SECONDS else 0.0
"""After so long what a refresh has emptied is full again: records are familiar for two minutes."""
SEED = 4711
MOST_MB_IN_TEN_MINUTES = 8.0
MOST_BLOCKS_IN_TEN_MINUTES = 0.05
"""By how much memory may grow: the goal is 1 MiB, and the rest are gaps the allocator leaves."""
NEVER = (
    "Unclosed",
    "never retrieved",
    "never awaited",
    " ERROR ",
    "Traceback",
    "leaked",
    "destroyed",
)


@dataclass
class Soaked:
    """The gateway that runs, and what it told of itself."""

    process: Process
    url: str
    samples: list[Sample] = field(default_factory=list)

    async def read(self) -> None:
        """Take in what it tells."""
        assert self.process.stdout is not None
        while line := await self.process.stdout.readline():
            self.samples.append(Sample(**json.loads(line)))

    async def rest(self, like: Sample | None = None) -> Sample:
        """Wait until it holds no more than it did, or does not let go of anything more."""
        steady, last = 0, self.samples[-1]
        for _ in range(round(QUIET_SECONDS)):
            await asyncio.sleep(1.1)
            now = self.samples[-1]
            steady = steady + 1 if held(now) == held(last) else 0
            last = now
            is_done = steady >= 18 if like is None else within(now, like)
            if is_done:
                break
        return last


def held(sample: Sample) -> tuple[int, int, int]:
    return sample.tasks, sample.descriptors, sample.connections


def within(sample: Sample, base: Sample) -> bool:
    return all(abs(now - then) <= 2 for now, then in zip(held(sample), held(base), strict=True))


@asynccontextmanager
async def program(module: str, *arguments: str, errors: Path) -> AsyncIterator[Process]:
    """Run one of the programs of the soak, whose input ends with the block."""
    with errors.open("wb") as log:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-W", "default", "-m", f"tests.soak.{module}", *arguments),
            stdin=PIPE,
            stdout=PIPE,
            stderr=log,
        )
    try:
        yield process
    finally:
        assert process.stdin is not None
        process.stdin.close()
        await process.wait()


@asynccontextmanager
async def soaked(folder: Path) -> AsyncIterator[Soaked]:
    """Run the gateway over the vendors."""
    async with (
        program("vendors", str(SEED), errors=folder / "vendors.log") as vendors,
        program("gateway", str(folder), errors=folder / "gateway.log") as gateway,
    ):
        assert gateway.stdin is not None
        gateway.stdin.write(await told(vendors))
        found = Soaked(gateway, (await told(gateway)).decode().strip())
        reading = asyncio.create_task(found.read())
        yield found
        gateway.stdin.close()
        await reading


async def told(process: Process) -> bytes:
    """Give the first line that a program tells."""
    assert process.stdout is not None
    line = await process.stdout.readline()
    assert line, "it has ended"
    return line


def slope_of(ys: Sequence[float]) -> float:
    """Give the slope of the line through what was seen each second, in ten minutes."""
    n = len(ys)
    middle, mean = (n - 1) / 2, sum(ys) / n
    spread = sum((x - middle) ** 2 for x in range(n))
    return 600 * sum((x - middle) * (y - mean) for x, y in enumerate(ys)) / spread


@pytest.mark.timeout(SECONDS + MOST_WARMING_SECONDS + REFILLING_SECONDS + 2 * QUIET_SECONDS + 60)
async def test_nothing_is_left_behind_by_a_long_time_of_trouble(tmp_path: Path) -> None:
    async with soaked(tmp_path) as gateway:
        clients = Clients(gateway.url, SEED)
        while sum(clients.statuses.values()) < WARMING_ANSWERS:
            await clients.ask(WARMING_SECONDS)
        await clients.refresh()
        base = await gateway.rest()
        await clients.ask(REFILLING_SECONDS)
        begin = len(gateway.samples)
        await clients.ask(SECONDS)
        loaded = gateway.samples[begin:]
        await clients.refresh()
        end = await gateway.rest(base)

    worst = max(loaded, key=lambda each: each.held_ms)
    slope = slope_of([each.resident_mb for each in loaded])
    print(f"\n{sum(clients.statuses.values())} answers: {dict(sorted(clients.statuses.items()))}")  # noqa: T201  # for make soak
    growth = slope_of([each.blocks for each in loaded]) / base.blocks
    print(f"base {base}\nend  {end}\nslope {slope:+.2f} MiB in 10 min, {growth:+.1%} blocks")  # noqa: T201  # likewise
    left_mb, left = end.resident_mb - base.resident_mb, end.blocks / base.blocks - 1
    print(f"left at rest: {left_mb:+.2f} MiB, {left:+.1%} blocks")  # noqa: T201  # likewise
    print(f"loop held for {worst.held_ms:.0f} ms at {worst.where}")  # noqa: T201  # likewise
    log = (tmp_path / "gateway.log").read_text(encoding="utf-8")
    assert [line for line in log.splitlines() if any(word in line for word in NEVER)] == []
    assert within(end, base), (base, end)
    assert clients.statuses[200] > 0
    assert not clients.statuses[500]
    if SECONDS >= LONG_SECONDS:
        assert slope < MOST_MB_IN_TEN_MINUTES
        assert growth < MOST_BLOCKS_IN_TEN_MINUTES
