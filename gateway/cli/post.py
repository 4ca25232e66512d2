"""What a worker is told by its supervisor, and how each learns that the other has gone."""

import asyncio
import os
import signal
import socket
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec
from pydantic import SecretStr

from gateway.cli.letters import Ask, Joined, Told, ToWorker, line, to_worker
from gateway.cli.mask import Mask
from gateway.cli.settings import loaded
from gateway.config import Served, Settings, Source
from gateway.metrics.families import Family

READY = b"ready\n"
"""What a worker writes to its output once it serves, and letters after that."""

_ORDERS = 0
"""The descriptor of its input: a line of orders, and an end when the worker is to stop.

In between there are letters.
"""

_MOST_AT_ONCE = 1024 * 1024
_PATIENCE_SECONDS = 3.0
"""For so long the supervisor is waited for, which waits for others itself."""


class Orders(msgspec.Struct, frozen=True):
    """What one worker serves: a file's text as it was last accepted, on sockets that it inherits.

    ``cursor_key`` takes the place of ``cursor.keys`` where there are none.
    """

    number: int
    path: str
    text: str
    served: Served
    cursor_key: str
    sockets: Sequence[int]

    @property
    def name(self) -> str:
        """Name the worker, as log lines do."""
        return f"worker-{self.number}"

    def source(self, mask: Mask) -> Source:
        """Say where the worker has its settings from; what is secret in them is masked."""
        key = SecretStr(self.cursor_key)
        return Source(Path(self.path), self.served, key, on_read=mask.learn)

    def settings(self, source: Source) -> Settings:
        """Load what is served first. Ends with exit status 2 where that is wrong."""
        settings = loaded(Path(self.path), text=self.text, is_remarked=False, **self.served)
        return source.completed(settings)


class Post:
    """A worker's place beside the others."""

    def __init__(self, orders: Orders) -> None:
        """Take the sockets over."""
        self.sockets = [socket.socket(fileno=number) for number in orders.sockets]
        self.worker = str(orders.number)
        self._own: Callable[[], Sequence[Family]] = list
        self._heard = b""
        self._awaiting: set[asyncio.Future[Sequence[Family]]] = set()
        self._output: asyncio.WriteTransport | None = None

    async def begin(self, own: Callable[[], Sequence[Family]]) -> None:
        """Tell the supervisor that this worker serves, and hear it from now on.

        The worker stops once its input ends: the supervisor says so, or has gone, however it went.
        """
        loop = asyncio.get_running_loop()
        self._own = own
        self._output, _ = await loop.connect_write_pipe(asyncio.BaseProtocol, sys.stdout)
        self._output.write(READY)
        loop.add_reader(_ORDERS, self._hear)

    async def metrics(self, own: Sequence[Family]) -> Sequence[Family]:
        """Ask the supervisor for the metrics of all, and give this worker's to it."""
        answer: asyncio.Future[Sequence[Family]] = asyncio.get_running_loop().create_future()
        self._awaiting.add(answer)
        try:
            self._write(Told([*own], is_asking=True))
            async with asyncio.timeout(_PATIENCE_SECONDS):
                return await answer
        finally:
            self._awaiting.discard(answer)

    def _hear(self) -> None:
        read = os.read(_ORDERS, _MOST_AT_ONCE)
        if not read:
            asyncio.get_running_loop().remove_reader(_ORDERS)
            os.kill(os.getpid(), signal.SIGTERM)
        *letters, self._heard = (self._heard + read).split(b"\n")
        for letter in letters:
            self._take(to_worker(letter))

    def _take(self, letter: ToWorker) -> None:
        match letter:
            case Ask():
                self._write(Told([*self._own()]))
            case Joined(families=families):
                for each in self._awaiting:
                    if not each.done():
                        each.set_result(families)

    def _write(self, letter: Told) -> None:
        if self._output is not None:
            self._output.write(line(letter))


def received() -> Orders:
    """Read the orders."""
    return msgspec.json.decode(sys.stdin.buffer.readline(), type=Orders)
