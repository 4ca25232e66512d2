"""The secrets of a configuration, to be kept out of whatever is written down."""

from collections.abc import Iterable, Iterator, Mapping
from urllib.parse import unquote, urlsplit

from pydantic import BaseModel, SecretStr

from gateway.config.settings import Settings

_SHORTEST = 6
"""Shorter ones would hit words that mean something else."""


def secrets_of(settings: Settings) -> frozenset[str]:
    """Find every text that is secret: credentials of vendors and proxies, and keys of cursors."""
    proxies = [backend.proxy for backend in settings.backends if backend.proxy]
    found = [*_in(settings), *(each for proxy in proxies for each in _passwords(proxy))]
    return frozenset(text for text in found if len(text) >= _SHORTEST)


def _in(value: object) -> Iterator[str]:
    match value:
        case SecretStr():
            yield value.get_secret_value()
        case BaseModel():
            yield from _of_all(each for _, each in value)
        case Mapping():
            yield from _of_all(value.values())
        case tuple() | list():
            yield from _of_all(value)


def _of_all(values: Iterable[object]) -> Iterator[str]:
    return (text for value in values for text in _in(value))


def _passwords(url: str) -> Iterator[str]:
    """Give the password in a URL, as it is written there and as it is."""
    password = urlsplit(url).password
    if password is not None:
        yield from {password, unquote(password)}
