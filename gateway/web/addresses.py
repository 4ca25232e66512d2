"""Where a call came from: the peer, or whom trusted proxies say that they asked for."""

import re
from collections.abc import Iterable, Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import TypeAlias

Address: TypeAlias = IPv4Address | IPv6Address
Network: TypeAlias = IPv4Network | IPv6Network

_QUOTED = r'"(?:[^"\\]|\\.)*"'
_WELL_QUOTED = re.compile(rf'(?:[^"]|{_QUOTED})*', re.DOTALL)
_ELEMENT = re.compile(rf'(?:[^",]|{_QUOTED})+', re.DOTALL)
_PAIR = re.compile(rf'(?:[^";]|{_QUOTED})+', re.DOTALL)
_WITH_PORT = re.compile(r"\[(?P<v6>[^\]]*)\](?::\w+)?|(?P<v4>[0-9.]+):\w+", re.ASCII)

_NEIGHBOURS = 64
"""The bits of an IPv6 address that one customer's addresses have in common."""


def client_address(
    peer: str | None,
    x_forwarded_for: Sequence[str],
    forwarded: Sequence[str],
    trusted: Sequence[Network],
) -> Address | None:
    """Find who called, by the lines of both headers: the last address that no trusted proxy has.

    What a proxy was told by others counts for nothing. Where the two headers differ the proxy
    wrote only one of them, and which is not known: then it is the proxy itself.
    """
    here = None if peer is None else _address(peer)
    if here is None or not is_in(here, trusted):
        return here
    chains = [_hops(x_forwarded_for), _forwarded_hops(forwarded)]
    found = {_behind(here, chain, trusted) for chain in chains if chain}
    return found.pop() if len(found) == 1 else here


def subject_of(address: Address | None) -> str:
    """Name those who are counted together: an IPv6 customer has very many addresses."""
    if isinstance(address, IPv6Address):
        return str(ip_network((address, _NEIGHBOURS), strict=False))
    return str(address)


def is_in(address: Address, networks: Iterable[Network]) -> bool:
    """Say whether an address is of one of the networks."""
    return any(address in network for network in networks)


def _behind(
    peer: Address | None, hops: Sequence[Address | None], trusted: Sequence[Network]
) -> Address | None:
    here = peer
    for hop in reversed(hops):
        if here is None or hop is None or not is_in(here, trusted):
            break
        here = hop
    return here


def _hops(lines: Iterable[str]) -> list[Address | None]:
    """Read ``X-Forwarded-For``; what is no address is none."""
    return [_address(each) for line in lines for each in line.split(",")]


def _forwarded_hops(lines: Iterable[str]) -> list[Address | None]:
    """Read ``Forwarded`` (RFC 7239); a line that is not well quoted tells of nobody."""
    return [
        _address(_for(element))
        for line in lines
        for element in (_ELEMENT.findall(line) if _WELL_QUOTED.fullmatch(line) else [""])
    ]


def _for(element: str) -> str:
    for pair in _PAIR.findall(element):
        name, _, value = pair.partition("=")
        if name.strip().lower() == "for":
            return re.sub(r"\\(.)", r"\1", value.strip().strip('"'))
    return ""


def _address(text: str) -> Address | None:
    """Read an address, with its port or without."""
    found = _WITH_PORT.fullmatch(text.strip())
    plain = (found["v6"] or found["v4"] or "") if found else text.strip()
    try:
        address = ip_address(plain.partition("%")[0])
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address
