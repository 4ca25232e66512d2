"""The workers behind one address: each is started again when it dies, until all are to stop."""

import asyncio
import contextlib
import logging
import signal
import time
from asyncio.subprocess import PIPE, Process
from collections.abc import Callable, Collection, Sequence
from typing import Protocol

from gateway.cli.letters import MOST_BYTES
from gateway.cli.post import READY
from gateway.cli.restarts import Restarts

_LOG = logging.getLogger(__name__)

STOP_SECONDS = 40.0
"""How long workers may take to stop: longer than they give themselves."""


class Listener(Protocol):
    """Who hears what workers write, and of their deaths."""

    def hear(self, worker: int, text: bytes) -> None:
        """Take in a line."""

    def bury(self, worker: int) -> None:
        """Take in that a worker has died."""


class Crew:
    """Processes that are started alike, each told its orders by a line on its input.

    A worker stops when its input ends, so none outlives this process.
    """

    def __init__(  # noqa: PLR0913  # what is to be done of a crew, each by its name
        self,
        command: Sequence[str],
        orders: Callable[[int], bytes],
        *,
        descriptors: Sequence[int] = (),
        when_ready: Callable[[], None] = lambda: None,
        when_stopping: Callable[[], None] = lambda: None,
        restarts: Callable[[], Restarts] = Restarts,
    ) -> None:
        """Take what gives a worker's orders by its number.

        Something may be done once all serve, and once they were told to stop.
        """
        self._command = command
        self._orders = orders
        self._descriptors = descriptors
        self._when_ready = when_ready
        self._when_stopping = when_stopping
        self._restarts = restarts
        self._stopping = asyncio.Event()
        self._living: dict[int, Process] = {}
        self._serving: dict[int, Process] = {}
        self._hung_up = 0
        self._is_ready = False
        self._given_up: str | None = None
        self.restarts = 0
        """How often a worker was started again since it had died."""
        self.listener: Listener | None = None

    @property
    def serving(self) -> Collection[int]:
        """Number the workers that serve."""
        return self._serving.keys()

    def tell(self, number: int, text: bytes) -> None:
        """Write to a worker, if it is there to read it."""
        process = self._serving.get(number)
        if process is not None and process.stdin is not None:
            process.stdin.write(text)

    async def run(self, workers: int) -> str | None:
        """Keep so many workers until they are stopped; tell why, if that was not asked for."""
        async with asyncio.TaskGroup() as group:
            for number in range(1, workers + 1):
                group.create_task(self._keep(number, workers))
        return self._given_up

    def stop(self, number: signal.Signals = signal.SIGTERM) -> None:
        """Send every worker a signal by which it stops; one that takes too long is killed."""
        for process in self._serving.values():
            process.send_signal(number)
        if self._stopping.is_set():
            return
        self._stopping.set()
        for each, process in self._living.items():
            if each not in self._serving:  # A signal might come before it is minded.
                _end_input(process)
        self._when_stopping()
        asyncio.get_running_loop().call_later(STOP_SECONDS, self._kill)

    def hang_up(self) -> None:
        """Send SIGHUP to every worker, as soon as it is there to hear it."""
        self._hung_up += 1
        for process in self._serving.values():
            process.send_signal(signal.SIGHUP)

    async def _keep(self, number: int, workers: int) -> None:
        restarts = self._restarts()
        while not self._stopping.is_set():
            begun = time.monotonic()
            ended = await self._life(number, workers)
            if not self._stopping.is_set():
                pause = restarts.pause(time.monotonic() - begun) if self._is_ready else None
                await self._mourn(number, ended, pause)

    async def _life(self, number: int, workers: int) -> str:
        """See one worker through to its end; say what that was."""
        hung_up = self._hung_up
        process = await self._started(number)
        self._living[number] = process
        try:
            if await _is_ready(process) and not self._stopping.is_set():
                self._serving[number] = process
                if hung_up != self._hung_up:
                    process.send_signal(signal.SIGHUP)
                self._tell_ready(workers)
                await self._hear(number, process)
            return _end(await process.wait())
        finally:
            del self._living[number]
            self._serving.pop(number, None)
            if self.listener is not None:
                self.listener.bury(number)

    async def _hear(self, number: int, process: Process) -> None:
        """Hand on what a worker writes, until it dies."""
        if process.stdout is None:
            return
        async for line in process.stdout:
            if self.listener is not None:
                self.listener.hear(number, line)

    async def _started(self, number: int) -> Process:
        process = await asyncio.create_subprocess_exec(
            *self._command,
            stdin=PIPE,
            stdout=PIPE,
            limit=MOST_BYTES,
            pass_fds=self._descriptors,
            process_group=0,  # Ctrl-C is for this process alone: it tells the others to stop.
        )
        if process.stdin is not None:
            with contextlib.suppress(ConnectionError):  # It died before it could read.
                process.stdin.write(self._orders(number))
                await process.stdin.drain()
        if self._stopping.is_set():
            _end_input(process)
        return process

    def _tell_ready(self, workers: int) -> None:
        if not self._is_ready and len(self._serving) == workers:
            self._is_ready = True
            self._when_ready()

    async def _mourn(self, number: int, ended: str, pause: float | None) -> None:
        if pause is None:
            when = "as often as it was started" if self._is_ready else "at the start"
            self._given_up = f"worker-{number} ended {when}, by {ended}"
            self.stop()
            return
        self.restarts += 1
        _LOG.warning(
            "worker-%d ended by %s; another takes its place in %.1f s", number, ended, pause
        )
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._stopping.wait(), pause)

    def _kill(self) -> None:
        for number, process in self._living.items():
            _LOG.error("worker-%d did not stop in time and is killed", number)
            process.kill()


async def _is_ready(process: Process) -> bool:
    """Wait until a worker serves, or has ended."""
    return process.stdout is not None and await process.stdout.readline() == READY


def _end_input(process: Process) -> None:
    if process.stdin is not None:
        process.stdin.close()


def _end(status: int) -> str:
    return signal.Signals(-status).name if status < 0 else f"exit status {status}"
