"""The sockets that a gateway listens on, and what they are called."""

import errno
import socket
from collections.abc import Sequence
from typing import Any

from gateway.web.serving import BACKLOG


def listen(host: str, port: int) -> list[socket.socket]:
    """Listen on every address of a host; raise an ``OSError`` where that cannot be done."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    listening: list[socket.socket] = []
    try:
        for family, address in dict.fromkeys((each[0], each[4][:2]) for each in found):
            listening.extend(_listening(family, (str(address[0]), int(address[1]))))
    except OSError:
        for each in listening:
            each.close()
        raise
    return listening


def _listening(family: int, address: tuple[str, int]) -> list[socket.socket]:
    try:
        return [socket.create_server(address, family=family, backlog=BACKLOG)]
    except OSError as error:
        if error.errno == errno.EAFNOSUPPORT:
            return []  # A name may have an address of a kind that this machine does not speak.
        raise


def url_of(address: Sequence[Any], *, is_encrypted: bool = False) -> str:
    """Give a bound address as a URL."""
    host, port = address[:2]
    scheme = "https" if is_encrypted else "http"
    return f"{scheme}://[{host}]:{port}" if ":" in host else f"{scheme}://{host}:{port}"
