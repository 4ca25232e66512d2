"""Which backends use the same account of a vendor, whose limits they then share."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from urllib.parse import urlsplit

from pydantic import SecretStr

from gateway.config.settings import BackendSettings
from gateway.spi import AdapterOptions

_DEFAULT_PORTS = {"http": 80, "ws": 80, "https": 443, "wss": 443}


@dataclass(frozen=True, slots=True)
class AccountKey:
    """What limits and breakers belong to: an adapter, an origin and a credential.

    ``credential`` is a hash, so that an account can be compared and kept anywhere.
    """

    adapter: str
    origin: str
    credential: str = field(repr=False)


def account_key(backend: BackendSettings) -> AccountKey:
    """Give the account that a backend uses."""
    return AccountKey(backend.adapter, _origin(backend.options.url), _credential(backend.options))


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.hostname}:{parts.port or _DEFAULT_PORTS[parts.scheme]}"


def _credential(options: AdapterOptions) -> str:
    secrets = dict(_secrets(options))
    # Two people may have chosen one password. Where who it is is a secret too, it is among them.
    who = getattr(options, "username", None)
    told = None if isinstance(who, SecretStr) else who
    return sha256(json.dumps([secrets, told], sort_keys=True).encode()).hexdigest()


def _secrets(options: AdapterOptions) -> Iterator[tuple[str, str]]:
    for name, value in options:
        if isinstance(value, SecretStr):
            yield name, value.get_secret_value()
