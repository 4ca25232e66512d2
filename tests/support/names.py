"""A system whose name server answers as a test says."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest


class Names:
    """Addresses by host name. Those that hang are looked up until the test ends."""

    def __init__(self) -> None:
        self.addresses: dict[str, list[str]] = {}
        self.hanging: set[str] = set()
        self.asked: list[str] = []
        self._ended = threading.Event()

    def look_up(
        self, host: str, port: int, *_: object, **__: object
    ) -> list[tuple[Any, Any, int, str, tuple[Any, ...]]]:
        """Stand in for ``socket.getaddrinfo``."""
        self.asked.append(host)
        if host in self.hanging:
            self._ended.wait()
        if host not in self.addresses:
            raise socket.gaierror(socket.EAI_NONAME, "unknown")
        return [_entry(address, port) for address in self.addresses[host]]

    def end(self) -> None:
        """Let go of every look-up that hangs."""
        self._ended.set()


def _entry(address: str, port: int) -> tuple[Any, Any, int, str, tuple[Any, ...]]:
    if ":" in address:
        place: tuple[Any, ...] = (address, port, 0, 0)
        return socket.AF_INET6, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", place
    return socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", (address, port)


@contextmanager
def named(monkeypatch: pytest.MonkeyPatch) -> Iterator[Names]:
    """Have the system look names up here."""
    names = Names()
    monkeypatch.setattr(socket, "getaddrinfo", names.look_up)
    try:
        yield names
    finally:
        names.end()
