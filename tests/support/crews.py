"""``serve`` as a process of its own, and what its log says of who did what. Linux only."""

import asyncio
import contextlib
import re
from asyncio.subprocess import Process
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp

from tests.support.commands import started

_URL = re.compile(r"workers serve on (\S+)")


@dataclass
class Serving:
    """A supervisor that runs, and the lines that it and its workers have logged."""

    process: Process
    lines: list[str] = field(default_factory=list)
    left: asyncio.Event = field(default_factory=asyncio.Event)
    """Is set once none of the processes is left to write to the log."""
    _news: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def workers(self) -> set[int]:
        """Give the process numbers of the workers that live."""
        pid = self.process.pid
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii")
        return {int(child) for child in children.split()}

    @property
    def url(self) -> str:
        """Give where the workers serve."""
        found = _URL.search("".join(self.lines))
        assert found, self.lines
        return found[1]

    async def logged(self, text: str, times: int = 1) -> str:
        """Wait for so many lines that hold a text; give the last."""
        while True:
            self._news.clear()
            found = [line for line in self.lines if text in line]
            if len(found) >= times:
                return found[-1]
            await self._news.wait()

    async def worker_of(self, answer: aiohttp.ClientResponse) -> str:
        """Name the worker that gave an answer."""
        line = await self.logged(answer.headers["X-Request-Id"])
        return line.split()[3]

    async def read(self) -> None:
        """Take in what is logged."""
        assert self.process.stderr is not None
        while line := (await self.process.stderr.readline()).decode():
            self.lines.append(line)
            self._news.set()
        self.left.set()


@asynccontextmanager
async def workers(path: str, *, env: Mapping[str, str] | None = None) -> AsyncIterator[Serving]:
    """Serve a file with two workers, until the block is left."""
    process = await started("serve", "-c", path, "--workers", "2", env=env)
    serving = Serving(process)
    reading = asyncio.create_task(serving.read())
    try:
        await serving.logged("workers serve on")
        yield serving
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.terminate()
        await process.wait()
        await reading


@asynccontextmanager
async def visits(serving: Serving) -> AsyncIterator[dict[str, aiohttp.ClientSession]]:
    """Give a client for every worker: each keeps the one connection that it has."""
    async with AsyncExitStack() as stack:
        found: dict[str, aiohttp.ClientSession] = {}
        while len(found) < len(serving.workers):
            connector = aiohttp.TCPConnector(limit=1)
            client = await stack.enter_async_context(
                aiohttp.ClientSession(serving.url, connector=connector)
            )
            async with client.get("/healthz") as answer:
                await answer.read()
            found.setdefault(await serving.worker_of(answer), client)
        yield found
