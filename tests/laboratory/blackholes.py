"""Addresses at which nobody answers, and names that lead nowhere. Linux only."""

import asyncio
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest

from tests.laboratory.server import HOST

_MANY = 8
"""More connections than a backlog of none has room for."""


@contextmanager
def refused_port() -> Iterator[int]:
    """Hold a port at which nobody listens."""
    with socket.socket() as held:
        held.bind((HOST, 0))
        yield held.getsockname()[1]


@contextmanager
def black_hole() -> Iterator[int]:
    """Hold a port at which every further SYN is dropped: its backlog is full."""
    with ExitStack() as stack:
        listening = stack.enter_context(socket.socket())
        listening.bind((HOST, 0))
        listening.listen(0)
        for _ in range(_MANY):
            waiting = stack.enter_context(socket.socket())
            waiting.settimeout(0)
            waiting.connect_ex(listening.getsockname())
        yield listening.getsockname()[1]


@dataclass
class Tries:
    """How often something was tried."""

    count: int = 0


@contextmanager
def counting_connects(port: int) -> Iterator[Tries]:
    """Count how often the running loop is told to connect to a port."""
    tries = Tries()
    loop = asyncio.get_running_loop()
    connect = loop.sock_connect

    async def counted(opened: socket.socket, address: tuple[Any, ...]) -> None:
        tries.count += address[1] == port
        await connect(opened, address)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(loop, "sock_connect", counted)
        yield tries


@dataclass
class NameServer:
    """What answers for a name and all below it: none exists, or threads hang until released.

    Everything else is looked up as ever.
    """

    name: str
    is_hanging: bool
    tries: Tries = field(default_factory=Tries)
    released: threading.Event = field(default_factory=threading.Event)

    def look_up(self, asked: Callable[..., Any], host: object, *rest: Any, **named: Any) -> Any:  # noqa: ANN401  # the library's own signature
        """Answer in the place of the library."""
        asked_for = host.decode() if isinstance(host, bytes) else str(host)
        if not f".{asked_for}".endswith(f".{self.name}"):
            return asked(host, *rest, **named)
        self.tries.count += 1
        if self.is_hanging:
            self.released.wait()
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")


@contextmanager
def name_server(name: str, *, is_hanging: bool) -> Iterator[NameServer]:
    """Answer for a name, and all below it, with a server that knows none of them, or that hangs."""
    server = NameServer(name, is_hanging)
    asked = socket.getaddrinfo

    def look_up(host: object, *rest: Any, **named: Any) -> Any:  # noqa: ANN401  # the library's own signature
        return server.look_up(asked, host, *rest, **named)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket, "getaddrinfo", look_up)
        try:
            yield server
        finally:
            server.released.set()
