"""The demo as a newcomer runs it: real processes, real ports, one Ctrl-C."""

import asyncio
import os
import re
import signal
import sys
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from time import monotonic

import aiohttp
import pytest

pytestmark = pytest.mark.timeout(120)

VENDORS = {"canopsis", "cortex", "digital-samba", "ekran", "roundware"}


@dataclass
class Demo:
    """A demo that runs, and what it printed before it waited."""

    process: asyncio.subprocess.Process
    printed: str

    @property
    def address(self) -> str:
        """Find the gateway's address."""
        found = re.search(r"simulated vendors on (\S+)", self.printed)
        assert found, self.printed
        return found[1]

    @property
    def simulators(self) -> dict[str, int]:
        """Find the process of each simulator."""
        return {
            name: int(pid)
            for name, pid in re.findall(r"(\w+) +http\S+ +process (\d+)", self.printed)
        }

    async def interrupt(self) -> int:
        """Press Ctrl-C: the whole group of processes is told."""
        os.killpg(self.process.pid, signal.SIGINT)
        return await self.process.wait()


@asynccontextmanager
async def running_demo(*arguments: str) -> AsyncIterator[Demo]:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "gateway", "demo", "--rows", "40", *arguments),
        stdout=PIPE,
        start_new_session=True,
    )
    assert process.stdout is not None
    try:
        printed = await process.stdout.readuntil(b"Ctrl-C.\n")
        yield Demo(process, printed.decode())
    finally:
        if process.returncode is None:
            os.killpg(process.pid, signal.SIGKILL)
            await process.wait()


async def sessions(address: str) -> dict[str, object]:
    async with (
        aiohttp.ClientSession() as client,
        client.get(f"{address}/v1/sessions", params={"limit": 100}) as response,
    ):
        body: dict[str, object] = await response.json()
        return body


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


async def test_the_demo_shows_five_vendors_and_leaves_nothing_behind() -> None:
    async with running_demo() as demo:
        simulators = demo.simulators
        status = await demo.interrupt()

    assert status == 0
    assert len(simulators) == len(VENDORS)
    assert not any(is_alive(pid) for pid in simulators.values())
    assert all(f" {vendor}:" in demo.printed for vendor in VENDORS), demo.printed
    assert "complete: true" in demo.printed
    assert f"curl '{demo.address}/v1/sessions?limit=" in demo.printed


@pytest.mark.parametrize("killed", ["digital_samba", "roundware", "cortex"])
async def test_a_simulator_that_is_killed_is_named_by_the_next_answer(killed: str) -> None:
    name = killed.replace("_", "-")
    async with running_demo("--frozen") as demo:
        before = await sessions(demo.address)
        os.kill(demo.simulators[killed], signal.SIGKILL)
        begun = monotonic()
        after = await sessions(demo.address)
        elapsed = monotonic() - begun
        await demo.interrupt()

    assert before["complete"] is True
    assert after["complete"] is False
    reports = after["backends"]
    assert isinstance(reports, dict)
    failed = {name for name, report in reports.items() if report["status"] == "failed"}
    assert failed == {name}
    assert reports[name]["error"]["code"] in {"connect", "reset"}
    rows = after["data"]
    assert isinstance(rows, list)
    assert {row["backend"] for row in rows} == VENDORS - {name}
    assert elapsed < 10


async def test_simulators_end_with_a_demo_that_is_killed() -> None:
    async with running_demo() as demo:
        simulators = demo.simulators
        os.kill(demo.process.pid, signal.SIGKILL)
        await demo.process.wait()
        # Their input has ended. They are nobody's children now: wait for them to be gone.
        async with asyncio.timeout(20):
            while any(is_alive(pid) for pid in simulators.values()):  # noqa: ASYNC110  # nobody tells of the end of another's child
                await asyncio.sleep(0.05)
