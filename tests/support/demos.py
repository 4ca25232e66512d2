"""The demo as a process: real simulators, real ports."""

import asyncio
import os
import re
import signal
import sys
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import aiohttp


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
async def running_demo(
    *arguments: str, python: str | Path = sys.executable, folder: Path | None = None
) -> AsyncIterator[Demo]:
    """Run the demo, by this Python and in this folder, and end it in the end."""
    process = await asyncio.create_subprocess_exec(
        python,
        *("-m", "gateway", "demo", "--rows", "40", *arguments),
        cwd=folder,
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
    """Ask for a page."""
    async with (
        aiohttp.ClientSession() as client,
        client.get(f"{address}/v1/sessions", params={"limit": 100}) as response,
    ):
        body: dict[str, object] = await response.json()
        return body
