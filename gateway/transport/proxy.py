"""The proxy by which one wire goes out: its address, and what it is told of who calls."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import aiohttp
from yarl import URL

_HEADER = "Proxy-Authorization"


@dataclass(frozen=True, slots=True)
class Proxy:
    """An HTTP proxy. ``credentials`` are headers for the proxy, and for nobody else."""

    url: URL
    credentials: Mapping[str, str] = field(repr=False)

    @classmethod
    def at(cls, address: str) -> "Proxy":
        """Read ``http://[user:password@]host:port``, with user and password percent-encoded."""
        url = URL(address)
        credentials = {}
        if url.user is not None:
            credentials[_HEADER] = aiohttp.encode_basic_auth(url.user, url.password or "")
        return cls(url.with_user(None), credentials)
