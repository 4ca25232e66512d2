"""Keeping workers alive, over small programs that stand in for them."""

import asyncio
import os
import sys
from pathlib import Path

import pytest

from gateway.cli.crew import Crew
from gateway.cli.restarts import Restarts

OBEDIENT = """
import signal, sys
folder = sys.argv[1]
order = sys.stdin.readline().strip()
signal.signal(signal.SIGHUP, lambda *_: open(f"{folder}/{order}", "a").write("x"))
print("ready", flush=True)
sys.stdin.read()
"""
DYING = "print('ready', flush=True)"
USELESS = "raise SystemExit(3)"


def crew(program: str, *arguments: str, ready: asyncio.Event | None = None) -> Crew:
    return Crew(
        [sys.executable, "-c", program, *arguments],
        lambda number: f"order-{number}\n".encode(),
        when_ready=(ready or asyncio.Event()).set,
        restarts=lambda: Restarts(first_seconds=0.001),
    )


async def heard(folder: Path, orders: set[str]) -> None:
    """Wait until the workers that were given these orders have heard of a hang-up."""
    while set(os.listdir(folder)) != orders:  # noqa: ASYNC110, PTH208  # other processes tell it so
        await asyncio.sleep(0.01)


async def test_workers_serve_until_they_are_stopped(tmp_path: Path) -> None:
    ready = asyncio.Event()
    made = crew(OBEDIENT, str(tmp_path), ready=ready)
    running = asyncio.create_task(made.run(2))
    await ready.wait()

    made.stop()

    assert await running is None


async def test_every_worker_hears_a_hang_up(tmp_path: Path) -> None:
    ready = asyncio.Event()
    made = crew(OBEDIENT, str(tmp_path), ready=ready)
    running = asyncio.create_task(made.run(2))
    await ready.wait()

    made.hang_up()

    await heard(tmp_path, {"order-1", "order-2"})
    made.stop()
    assert await running is None


async def test_a_worker_that_is_not_ready_yet_hears_a_hang_up_once_it_is(tmp_path: Path) -> None:
    def orders(number: int) -> bytes:
        made.hang_up()
        return b"order-%d\n" % number

    made = Crew([sys.executable, "-c", OBEDIENT, str(tmp_path)], orders)
    running = asyncio.create_task(made.run(1))

    await heard(tmp_path, {"order-1"})
    made.stop()
    assert await running is None


async def test_workers_that_die_as_soon_as_they_serve_are_given_up() -> None:
    assert await crew(DYING).run(1) == (
        "worker-1 ended as often as it was started, by exit status 0"
    )


async def test_a_worker_that_never_served_is_not_tried_again() -> None:
    assert await crew(USELESS).run(1) == "worker-1 ended at the start, by exit status 3"


async def test_the_others_stop_where_one_is_given_up() -> None:
    half = "import sys\nif 'order-1' in sys.stdin.readline(): sys.exit(3)\n" + OBEDIENT.replace(
        "sys.stdin.readline()", "'order-2'"
    )

    assert await crew(half, ".").run(2) == "worker-1 ended at the start, by exit status 3"


def test_a_worker_that_dies_at_once_waits_longer_each_time_and_is_given_up() -> None:
    restarts = Restarts()

    pauses = [restarts.pause(1.0) for _ in range(5)]

    assert pauses == pytest.approx([0.1, 0.2, 0.4, 0.8, None])


def test_a_worker_that_lived_long_is_started_again_soon() -> None:
    restarts = Restarts()

    pauses = [restarts.pause(lived) for lived in (1, 1, 1, 1, 3600, 1)]

    assert pauses == pytest.approx([0.1, 0.2, 0.4, 0.8, 0.1, 0.2])
