"""What a request line may name, and how the rest of a request may be framed."""

import re
from collections.abc import Sequence

from yarl import URL

_HOST = re.compile(r"[A-Za-z0-9._~!$&'()*+,;=%:\[\]-]*")
_SCHEMES = ("http", "https")
_VERSIONS = ((1, 0), (1, 1))


def is_for(target: str, host: str) -> bool:
    """Say whether a request target is on the host that the request was sent to.

    One that is a path is, unless the host is none. One that is a whole URL, as proxies are sent,
    names a host itself.
    """
    if not _HOST.fullmatch(host):
        return False
    if target.startswith("/") or target == "*":
        return True
    try:
        named = URL(target, encoded=True)
        sent_to = URL(f"{named.scheme}://{host}", encoded=True)
        places = [(each.host, each.port) for each in (named, sent_to)]
    except ValueError:
        return False
    return named.scheme in _SCHEMES and bool(named.host) and places[0] == places[1]


def is_well_framed(version: tuple[int, int], codings: Sequence[str]) -> bool:
    """Say whether everybody agrees where a request ends, by its ``Transfer-Encoding``."""
    if version not in _VERSIONS:
        return False
    return not codings or (version != (1, 0) and [each.lower() for each in codings] == ["chunked"])
