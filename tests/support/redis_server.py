"""A real Redis of one's own: Debian's ``redis-server``, or whatever is called so."""

import asyncio
import contextlib
import os
import shutil
import socket
import tempfile
from asyncio.subprocess import DEVNULL, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from redis.asyncio import Redis
from redis.exceptions import RedisError

PROGRAM = shutil.which("redis-server")

_HOST = "127.0.0.1"


def program(name: str, found: str | None) -> str:
    """Give the path of a program; skip the test where it is missing, and fail it in CI."""
    if found is not None:
        return found
    reason = f"{name} is not installed (apt-get install {name})"
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)


def free_port() -> int:
    """Find a port of this machine that nobody listens on."""
    with socket.socket() as probe:
        probe.bind((_HOST, 0))
        return int(probe.getsockname()[1])


@dataclass
class RedisServer:
    """A server that keeps nothing on the disk, and may be ended and started again."""

    folder: Path
    port: int = field(default_factory=free_port)
    process: Process | None = None

    @property
    def url(self) -> str:
        """Give its address."""
        return f"redis://{_HOST}:{self.port}/0"

    async def start(self) -> None:
        """Start it, and wait until it answers."""
        path = program("redis-server", PROGRAM)
        options = ["--save", "", "--appendonly", "no", "--bind", _HOST, "--port", str(self.port)]
        self.process = await asyncio.create_subprocess_exec(
            path, *options, "--dir", str(self.folder), stdout=DEVNULL, stderr=DEVNULL
        )
        async with self.client() as client:
            while True:
                with contextlib.suppress(RedisError, OSError):
                    await client.ping()
                    return
                await asyncio.sleep(0.01)

    async def kill(self) -> None:
        """End it at once."""
        if self.process is not None and self.process.returncode is None:
            self.process.kill()
            await self.process.wait()

    @asynccontextmanager
    async def client(self) -> AsyncIterator[Redis]:
        """Give a client that looks at it, or spoils what is there."""
        client = Redis(host=_HOST, port=self.port)
        try:
            yield client
        finally:
            await client.aclose()


@asynccontextmanager
async def redis_server() -> AsyncIterator[RedisServer]:
    """Run a server for as long as the block lasts."""
    with tempfile.TemporaryDirectory() as folder:
        server = RedisServer(Path(folder))
        await server.start()
        try:
            yield server
        finally:
            await server.kill()
