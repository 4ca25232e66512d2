"""The sockets that a gateway listens on, and what they are called."""

import socket
from collections.abc import Sequence
from typing import Any

_WAITING = 128
"""Connections that wait to be accepted, as of a server of asyncio's."""


def listening(host: str, port: int) -> list[socket.socket]:
    """Listen at every address of a host; raise an ``OSError`` where that is not possible."""
    found: list[socket.socket] = []
    try:
        for family, address in _addresses(host, port):
            found.append(_listening(family, address))
    except OSError:
        for each in found:
            each.close()
        raise
    return found


def url_of(address: Sequence[Any], *, is_encrypted: bool) -> str:
    """Give a bound address as a URL."""
    host, port = address[:2]
    scheme = "https" if is_encrypted else "http"
    return f"{scheme}://[{host}]:{port}" if ":" in host else f"{scheme}://{host}:{port}"


def _addresses(host: str, port: int) -> list[tuple[socket.AddressFamily, Any]]:
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    return list(dict.fromkeys((family, address) for family, _, _, _, address in found))


def _listening(family: socket.AddressFamily, address: Any) -> socket.socket:  # noqa: ANN401  # as the system has it
    made = socket.socket(family, socket.SOCK_STREAM)
    try:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            # Or it would take the IPv4 address too, which has a socket of its own.
            made.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        made.bind(address)
        made.listen(_WAITING)
    except OSError:
        made.close()
        raise
    return made
