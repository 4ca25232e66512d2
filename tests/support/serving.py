"""``serve`` as a process of its own, and many who ask it all the time."""

import asyncio
import re
import signal
from asyncio.subprocess import Process
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from http import HTTPStatus

import aiohttp

from tests.support.commands import started

ENOUGH_SECONDS = 20.0
"""After so long what is waited for will not come any more."""


@dataclass
class Serving:
    """A process that serves, and what it logged."""

    process: Process
    lines: list[str] = field(default_factory=list)
    _news: asyncio.Event = field(default_factory=asyncio.Event)
    _is_over: bool = False

    @property
    def address(self) -> str:
        """Give the address that it said it serves on."""
        return next(found[1] for line in self.lines if (found := _ADDRESS.search(line)))

    def tell(self, number: signal.Signals) -> None:
        """Send it a signal."""
        self.process.send_signal(number)

    async def said(self, text: str, times: int = 1) -> list[str]:
        """Wait until it has logged this so many times; give the lines."""
        async with asyncio.timeout(ENOUGH_SECONDS):
            while len(found := [line for line in self.lines if text in line]) < times:
                assert not self._is_over, "\n".join(self.lines)
                self._news.clear()
                await self._news.wait()
        return found

    async def reload(self) -> str:
        """Have it read its file again; give the line that tells what became of it."""
        before = len([line for line in self.lines if "reloaded: " in line])
        self.tell(signal.SIGHUP)
        return (await self.said("reloaded: ", before + 1))[-1].partition("reloaded: ")[2]

    async def ended(self) -> int:
        """Wait for the end; give the exit status."""
        async with asyncio.timeout(2 * ENOUGH_SECONDS):
            return await self.process.wait()

    async def read(self) -> None:
        """Read what it logs, to the end."""
        assert self.process.stderr is not None
        while line := await self.process.stderr.readline():
            self.lines.append(line.decode())
            self._news.set()
        self._is_over = True
        self._news.set()


_ADDRESS = re.compile(r"serving on ([^\s\"]+)")


@asynccontextmanager
async def serving(
    path: str, stdin: int | None = None, *, env: Mapping[str, str] | None = None
) -> AsyncIterator[Serving]:
    """Serve a configuration file; in the end nothing is left of it."""
    process = await started("serve", "-c", path, stdin=stdin, env=env)
    served = Serving(process)
    reading = asyncio.create_task(served.read())
    try:
        await served.said("serving on ")
        yield served
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()
        await reading


@dataclass
class Load:
    """What became of many requests. A connection that is refused was none: nobody serves there."""

    url: str
    good: int = 0
    failed: list[str] = field(default_factory=list)
    is_over: bool = False
    _news: asyncio.Event = field(default_factory=asyncio.Event)

    async def ask_on(self, client: aiohttp.ClientSession) -> None:
        """Ask again and again, until it is over or nobody listens any more."""
        while not self.is_over and not self.failed:
            try:
                await self._ask(client)
            except aiohttp.ClientConnectorError:
                return
            except (aiohttp.ClientError, OSError) as error:
                self.failed.append(repr(error))
            finally:
                self._news.set()

    async def grown(self, by: int) -> None:
        """Wait until so many more were answered, or one failed."""
        goal = self.good + by
        async with asyncio.timeout(ENOUGH_SECONDS):
            while self.good < goal and not self.failed:
                self._news.clear()
                await self._news.wait()

    async def _ask(self, client: aiohttp.ClientSession) -> None:
        async with client.get(self.url) as answer:
            body = await answer.read()
        if answer.status == HTTPStatus.OK and b'"complete":true' in body:
            self.good += 1
        else:
            self.failed.append(f"{answer.status}: {body!r}")


@asynccontextmanager
async def under_load(url: str, clients: int = 4) -> AsyncIterator[Load]:
    """Have clients ask all the time, half of them over a new connection for each request."""
    load = Load(url)
    kept = aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0))
    kept._retry_connection = False  # noqa: SLF001  # it would hide a connection that was closed
    fresh = aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0, force_close=True))
    async with kept, fresh:
        asking = [
            asyncio.create_task(load.ask_on((kept, fresh)[number % 2])) for number in range(clients)
        ]
        try:
            yield load
        finally:
            load.is_over = True
            async with asyncio.timeout(ENOUGH_SECONDS):
                await asyncio.gather(*asking)
