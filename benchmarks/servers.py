"""The measured servers: processes of their own, what they take, and their end. Linux only."""

import json
import os
import re
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from workload import SECRET

_SCRIPTS = Path(__file__).parent
_START_SECONDS = 120.0
_STOP_SECONDS = 5.0
_ADDRESS = re.compile(rb"http://[0-9.]+:[0-9]+(?=\s)")


@dataclass(frozen=True)
class Server:
    """A server that runs."""

    address: str
    pid: int
    ready_seconds: float

    def cpu_seconds(self) -> float:
        """Give the time that all its threads have computed, in user mode and in the kernel."""
        # The clock of another process, numbered as in clock_getcpuclockid(3): /proc/PID/stat has
        # the same figure, but in hundredths of a second.
        return time.clock_gettime(~self.pid << 3 | 2)

    def family_cpu_seconds(self) -> float:
        """Give the time that it and the processes it has started have computed."""
        children = (Server(self.address, pid, 0).cpu_seconds() for pid in _children(self.pid))
        return self.cpu_seconds() + sum(children)

    def resident_mb(self) -> float:
        """Give the memory it takes now."""
        return self._status_mb("VmRSS")

    def peak_mb(self) -> float:
        """Give the most memory it took since its start, or since that was forgotten."""
        return self._status_mb("VmHWM")

    def forget_peak(self) -> None:
        """Let the peak begin anew at what it takes now."""
        Path(f"/proc/{self.pid}/clear_refs").write_text("5")  # as proc(5) has it

    def _status_mb(self, name: str) -> float:
        status = Path(f"/proc/{self.pid}/status").read_text()
        return int(status.partition(f"{name}:")[2].split()[0]) / 1024


def fetched(url: str) -> Any:  # noqa: ANN401  # JSON
    """Give what a server tells of itself, or end with why it does not."""
    try:
        with urllib.request.urlopen(url, timeout=30) as reply:  # noqa: S310  # our own servers
            return json.load(reply)
    except OSError as error:
        sys.exit(f"{url}: {error}")


def python(script: str, *arguments: str) -> list[str]:
    """Give the command that runs one of the scripts beside this one."""
    return [sys.executable, "-u", str(_SCRIPTS / script), *arguments]


def session_gateway(configuration: Path) -> list[str]:
    """Give the command that serves a configuration file."""
    program = Path(sys.executable).parent / "session-gateway"
    return [str(program), "serve", "-c", str(configuration)]


@contextmanager
def running(command: Sequence[str], log: Path) -> Iterator[Server]:
    """Run a server until the block is left, however it is left. It logs to a file."""
    begun = time.perf_counter()
    with log.open("wb") as output:
        process = subprocess.Popen(  # noqa: S603  # one of our own commands
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env={**os.environ, SECRET: "a made-up secret"},
            process_group=0,  # Ctrl-C is for whoever started it to handle.
        )
    try:
        address = _address(process, log)
        yield Server(address, process.pid, time.perf_counter() - begun)
    finally:
        _end(process)


def _children(parent: int) -> Iterator[int]:
    for status in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):  # It has ended meanwhile.
            # As in proc(5): the name, in parentheses, may hold anything.
            if int(status.read_text().rpartition(")")[2].split()[1]) == parent:
                yield int(status.parent.name)


def _address(process: subprocess.Popen[bytes], log: Path) -> str:
    """Wait for the line in which a server says where it listens."""
    until = time.perf_counter() + _START_SECONDS
    while process.poll() is None and time.perf_counter() < until:
        if found := _ADDRESS.search(log.read_bytes()):
            return found[0].decode()
        time.sleep(0.01)
    sys.exit(f"{process.args!r} did not start:\n{log.read_text()}")


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(_STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
