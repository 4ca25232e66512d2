"""Commands as real processes: with pipes, or on a terminal of their own."""

import asyncio
import contextlib
import fcntl
import os
import pty
import signal
import struct
import sys
import termios
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import yaml
from pydantic import SecretStr

from gateway.config import BackendSettings


def written(folder: Path, backends: Iterable[BackendSettings], **sections: object) -> str:
    """Write a configuration file of these backends, their secrets in files beside it."""
    document = {
        "cursor": {"keys": [_referred(folder, "cursor", "a key of sixteen or more")]},
        **sections,
        "backends": [_entry(folder, backend) for backend in backends],
    }
    path = folder / "gateway.yaml"
    path.write_text(yaml.safe_dump(document), encoding="utf-8")
    return str(path)


def _entry(folder: Path, backend: BackendSettings) -> dict[str, object]:
    options = {
        name: _referred(folder, f"{backend.name}-{name}", value.get_secret_value())
        if isinstance(value, SecretStr)
        else value
        for name, value in backend.options
        if name in backend.options.model_fields_set
    }
    names: dict[str, object] = {"name": backend.name, "adapter": backend.adapter}
    rate = backend.limits.rate
    limits = {"rate": None if rate is None else str(rate)}
    return {**names, "enabled": backend.enabled, "limits": limits, "options": options}


def _referred(folder: Path, name: str, secret: str) -> str:
    (folder / name).write_text(secret, encoding="utf-8")
    return f"${{file:{name}}}"


@dataclass
class Ended:
    """A command that has ended."""

    status: int | None
    output: bytes
    error: str

    @property
    def text(self) -> str:
        """Give what it wrote as text."""
        return self.output.decode()


async def command(*arguments: str, env: Mapping[str, str] | None = None) -> Ended:
    """Run the program to its end."""
    process = await started(*arguments, env=env)
    output, error = await process.communicate()
    return Ended(process.returncode, output, error.decode())


async def started(
    *arguments: str,
    env: Mapping[str, str] | None = None,
    output: int = PIPE,
    stdin: int | None = None,
) -> Process:
    """Start the program, with pipes, or with an input and output of its own."""
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "gateway", *arguments),
        stdin=stdin,
        stdout=output,
        stderr=PIPE,
        env={**os.environ, **(env or {})},
    )


@dataclass
class Terminal:
    """A terminal on which a command runs."""

    process: Process
    shown: bytearray
    _end: asyncio.Future[None]
    _news: asyncio.Event

    @property
    def text(self) -> str:
        """Give everything that was sent to the terminal."""
        return self.shown.decode()

    async def wait_for(self, text: str) -> None:
        """Wait until this was sent to the terminal."""
        while text.encode() not in self.shown:
            self._news.clear()
            assert not self._end.done(), self.text
            await self._news.wait()

    def interrupt(self) -> None:
        """Press Ctrl-C."""
        os.killpg(self.process.pid, signal.SIGINT)

    async def end(self) -> int:
        """Wait for the end; give the exit status."""
        status = await self.process.wait()
        await self._end
        return status


@asynccontextmanager
async def on_terminal(
    *arguments: str,
    columns: int = 80,
    env: Mapping[str, str] | None = None,
    output: Path | None = None,
) -> AsyncIterator[Terminal]:
    """Run the program on a terminal that is so wide; its output may go to a file all the same."""
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    given = {name: value for name, value in os.environ.items() if name not in _TELLING}
    target = slave if output is None else os.open(output, os.O_WRONLY | os.O_CREAT)
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "gateway", *arguments),
        stdin=slave,
        stdout=target,
        stderr=slave,
        env={**given, "TERM": "xterm-256color", **(env or {})},
        start_new_session=True,
    )
    for descriptor in {slave, target}:
        os.close(descriptor)
    terminal = _reading(process, master)
    try:
        yield terminal
    finally:
        if process.returncode is None:
            os.killpg(process.pid, signal.SIGKILL)
            await process.wait()
        asyncio.get_running_loop().remove_reader(master)
        os.close(master)


_TELLING = frozenset({"NO_COLOR", "COLUMNS", "LINES", "TERM"})
"""Variables that tell of terminals: those of whoever runs the tests are not those of this one."""


def _reading(process: Process, master: int) -> Terminal:
    loop = asyncio.get_running_loop()
    terminal = Terminal(process, bytearray(), loop.create_future(), asyncio.Event())

    def read() -> None:
        content = b""
        with contextlib.suppress(OSError):  # Linux tells the end of a terminal by an error.
            content = os.read(master, 65536)
        terminal.shown.extend(content)
        terminal._news.set()  # noqa: SLF001  # it is ours
        if not content and not terminal._end.done():  # noqa: SLF001  # it is ours
            loop.remove_reader(master)
            terminal._end.set_result(None)  # noqa: SLF001  # it is ours

    loop.add_reader(master, read)
    return terminal
