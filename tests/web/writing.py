"""A gateway over one vendor that can be written to, and callers with and without the right."""

import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from gateway.app import Clock
from gateway.config import AuthSettings, BackendSettings, KeySettings, ServerSettings, Settings
from gateway.config.settings import Action, CacheSettings
from gateway.spi import Operation
from tests.support.adapters import noon
from tests.support.gateway import Gateway, backend, running, settings_for
from tests.support.scribe import Scribe

WRITER = {"X-API-Key": "writer"}
OTHER_WRITER = {"X-API-Key": "other"}
READER = {"X-API-Key": "reader"}

ALL = (Operation.CREATE, Operation.KEEPALIVE, Operation.HIDE, Operation.END)


def key(name: str, *actions: Action, backends: tuple[str, ...] = ("*",)) -> KeySettings:
    """Let somebody in, by their name as a key."""
    digest = hashlib.sha256(name.encode()).hexdigest()
    return KeySettings(name=name, sha256=digest, actions=actions, backends=backends)


AUTH = AuthSettings(
    keys=(
        key("writer", Action.READ, Action.WRITE),
        key("other", Action.WRITE),
        key("reader", Action.READ),
        key("guest", Action.READ, Action.WRITE, backends=("attic",)),
    )
)


def notes(server: Scribe, **settings: Any) -> BackendSettings:  # noqa: ANN401  # any setting
    """Configure a backend over the vendor: all it can do is allowed, and lists are kept."""
    sorts = settings.pop("sorts", False)
    usual = {"name": "notes", "operations": ALL, "cache": CacheSettings(ttl_s=60)}
    return backend("scribe", {"url": server.url, "sorts": sorts}, **{**usual, **settings})


def writable(
    *backends: BackendSettings,
    state_dir: Path | None = None,
    deadline_s: float = 10,
    auth: AuthSettings = AUTH,
) -> Settings:
    """Configure a gateway that may be written to."""
    server = ServerSettings(port=0, state_dir=state_dir, deadline_s=deadline_s)
    return settings_for(*backends, server=server, auth=auth)


@asynccontextmanager
async def written(
    server: Scribe,
    *,
    clock: Clock = noon,
    **settings: Any,  # noqa: ANN401  # any setting
) -> AsyncIterator[Gateway]:
    """Run a gateway over the vendor alone."""
    sorts = settings.pop("sorts", False)
    async with running(writable(notes(server, sorts=sorts), **settings), clock=clock) as gateway:
        yield gateway
