"""Following a vendor's link to its next page without being led anywhere else.

A link is text of the vendor's: whoever can write it could lead requests, and the credentials on
board, to any other server. So only its path and its query count, and both lie below the endpoint.
"""

import re
from typing import NoReturn
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from gateway.spi import BadAnswer, ErrorCode, HttpRequest

_DEFAULT_PORTS = {"http": 80, "https": 443}
_MAX_PARAMETERS = 100

# Readers of URLs differ over everything else: blanks, backslashes, what is not ASCII.
_URL = re.compile(r"(?:[!-\[\]-~](?<!%)|%[0-9A-Fa-f]{2})+", re.ASCII)


def rebased(link: str, endpoint_url: str) -> str:
    """Reduce a link to the path and the query that it has below an endpoint.

    That is good as a :class:`~gateway.spi.Token`. A link holds a whole URL or a path from the root.
    Raises :class:`~gateway.spi.BadAnswer` where it leads to another scheme, host or port, names a
    user, or does not lie below the endpoint's own path.
    """
    base = urlsplit(endpoint_url)
    parts = _split(link)
    if parts.netloc and _origin(parts, base.scheme) != _origin(base, base.scheme):
        _refuse()
    root = base.path.rstrip("/")
    if parts.scheme not in ("", base.scheme) or not parts.path.startswith(f"{root}/"):
        _refuse()
    path = parts.path.removeprefix(root)
    return f"{path}?{parts.query}" if parts.query else path


def request_for(place: str) -> HttpRequest:
    """Make the request for what :func:`rebased` gave."""
    # It is no URL any more: its path may begin with two slashes, and names no host by them.
    path, _, query = place.partition("?")
    return HttpRequest("GET", path, _parameters(query))


def _split(link: str) -> SplitResult:
    if not _URL.fullmatch(link):
        _refuse()
    try:
        parts = urlsplit(link)
        parts.port  # noqa: B018  # raises for what is no port
        _parameters(parts.query)
    except ValueError:
        _refuse()
    if "@" in parts.netloc or _has_steps(parts.path) or not (parts.netloc or parts.path):
        _refuse()
    return parts


def _origin(parts: SplitResult, scheme: str) -> tuple[str, str | None, int | None]:
    own = parts.scheme or scheme
    return own, parts.hostname, parts.port or _DEFAULT_PORTS.get(own)


def _has_steps(path: str) -> bool:
    """Say whether a path steps up or stays, in whatever writing a server may see through."""
    plain = unquote(unquote(path)).replace("\\", "/")
    return any(part in (".", "..") for part in plain.split("/"))


def _parameters(query: str) -> tuple[tuple[str, str], ...]:
    return tuple(
        parse_qsl(query, keep_blank_values=True, errors="strict", max_num_fields=_MAX_PARAMETERS)
    )


def _refuse() -> NoReturn:
    # The link itself may hold anything.
    raise BadAnswer(ErrorCode.PROTOCOL, "a link that does not lead to the same server")
