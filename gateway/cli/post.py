"""What a worker is told by its supervisor, and how each learns that the other has gone."""

import asyncio
import os
import socket
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec
from pydantic import SecretStr

from gateway.cli.settings import loaded
from gateway.config import Served, Settings, Source

READY = b"ready\n"
"""What a worker writes to its output once it serves."""

_ORDERS = 0
"""The descriptor of its input: a line of orders, and an end when the worker is to stop."""


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

    @property
    def source(self) -> Source:
        """Say where the worker has its settings from."""
        return Source(Path(self.path), self.served, SecretStr(self.cursor_key))

    def settings(self) -> Settings:
        """Load what is served first. Ends with exit status 2 where that is wrong."""
        settings = loaded(Path(self.path), text=self.text, is_remarked=False, **self.served)
        return self.source.completed(settings)


class Post:
    """A worker's place beside the others."""

    def __init__(self, orders: Orders) -> None:
        """Take the sockets over."""
        self.sockets = [socket.socket(fileno=number) for number in orders.sockets]

    @staticmethod
    def watch(stop: Callable[[], None]) -> None:
        """Stop once the supervisor says so, or has gone, however it went."""
        loop = asyncio.get_running_loop()

        def hear() -> None:
            if not os.read(_ORDERS, 1):
                loop.remove_reader(_ORDERS)
                stop()

        loop.add_reader(_ORDERS, hear)

    @staticmethod
    def begin() -> None:
        """Tell the supervisor that this worker serves."""
        sys.stdout.buffer.write(READY)
        sys.stdout.buffer.flush()


def received() -> Orders:
    """Read the orders."""
    return msgspec.json.decode(sys.stdin.buffer.readline(), type=Orders)
