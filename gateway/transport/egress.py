"""Where a wire may connect to: judged on the address itself, after every look-up of its name."""

import socket
from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import TypeAlias

from aiohttp import AddrInfoType, SocketFactoryType

_Address: TypeAlias = IPv4Address | IPv6Address

_THIS_NETWORK = IPv4Network("0.0.0.0/8")
_BROADCAST = IPv4Address("255.255.255.255")

# Behind these stands an IPv4 address, in the last 32 bits: IPv4-compatible addresses, and those of
# translators from IPv6 to IPv4 (RFC 6052, RFC 8215).
_CARRIERS = tuple(map(IPv6Network, ("::/96", "64:ff9b::/96", "64:ff9b:1::/48")))


class RefusedAddressError(OSError):
    """An address must not be connected to."""

    # The same for all: where every address of a name is refused, that is what becomes of them.
    def __init__(self) -> None:
        super().__init__("not an address to connect to")


@dataclass(frozen=True, slots=True)
class Egress:
    """Which addresses one wire may connect to: those at one port, perhaps only this machine's.

    Never link-local addresses, under which clouds tell secrets, nor those of many or of nobody.
    """

    port: int
    is_loopback_only: bool

    def permits(self, address: str, port: int) -> bool:
        """Say whether an address may be connected to."""
        parsed = ip_address(address)
        return (
            port == self.port
            and not any(_is_never_meant(meant) for meant in _meant(parsed))
            and (_is_loopback(parsed) or not self.is_loopback_only)
        )


def guarded(egress: Egress) -> SocketFactoryType:
    """Make sockets for permitted addresses; raise :class:`RefusedAddressError` for all others."""

    def make(info: AddrInfoType) -> socket.socket:
        family, kind, protocol, _, (address, port, *_) = info
        if not egress.permits(str(address), int(port)):
            raise RefusedAddressError
        return socket.socket(family, kind, protocol)

    return make


def _meant(address: _Address) -> Iterator[_Address]:
    """Give an address, and those that are reached through it."""
    yield address
    if isinstance(address, IPv4Address):
        return
    if address.ipv4_mapped is not None:
        yield address.ipv4_mapped
    if address.sixtofour is not None:
        yield address.sixtofour
    if address.teredo is not None:
        yield from address.teredo
    if any(address in network for network in _CARRIERS) and not address.is_loopback:
        yield IPv4Address(address.packed[-4:])


def _is_never_meant(address: _Address) -> bool:
    if address.is_link_local or address.is_multicast or address.is_unspecified:
        return True
    return isinstance(address, IPv4Address) and (address in _THIS_NETWORK or address == _BROADCAST)


def _is_loopback(address: _Address) -> bool:
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        return address.ipv4_mapped.is_loopback
    return address.is_loopback
