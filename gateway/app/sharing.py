"""What replicas share, built from the configuration."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import SecretStr

from gateway.config import AccountKey, BackendSettings, Settings
from gateway.federation.sharing import SharedTrouble
from gateway.federation.shelf import Shelf
from gateway.state.idempotency import CallRecords
from gateway.web.rates import SharedRates

if TYPE_CHECKING:
    from gateway.state.shared.cache import SharedCache


class Sharing:
    """One shared cache, and who has which part of it."""

    def __init__(self, cache: "SharedCache") -> None:
        """Take the cache, which is not open yet."""
        self._cache = cache

    @property
    def records(self) -> CallRecords:
        """Give where calls are remembered by their keys."""
        return self._cache.records

    @property
    def rates(self) -> SharedRates:
        """Give who counts how often callers call."""
        return self._cache.rates

    def shelf(self, settings: BackendSettings, files: Mapping[str, str]) -> Shelf:
        """Give what a backend shares with those alone that are built from the same.

        ``files`` are digests of the files that its options name.
        """
        plan = json.dumps([settings.model_dump(), files], sort_keys=True, default=_plain)
        scope = self._cache.scope("backend", plan)
        return Shelf(self._cache.pages, scope)

    def trouble(self, account: AccountKey) -> SharedTrouble:
        """Give the trouble with an account."""
        parts = (account.adapter, account.origin, account.credential)
        return self._cache.trouble(self._cache.scope("account", *parts))

    async def open(self) -> None:
        """Open the cache."""
        await self._cache.open()

    async def close(self) -> None:
        """Close it."""
        await self._cache.close()


def sharing_of(settings: Settings, timer: Callable[[], float]) -> Sharing | None:
    """Build what is shared; none if nothing is. The timer tells seconds."""
    if settings.shared_cache is None:
        return None
    # Not needed, and perhaps not there, where nothing is shared.
    from gateway.state.shared.cache import SharedCache  # noqa: PLC0415

    keys = [key.get_secret_value().encode() for key in settings.cursor.keys]
    return Sharing(SharedCache(settings.shared_cache, keys, timer=timer))


def _plain(value: object) -> str:
    match value:
        case SecretStr():
            return value.get_secret_value()
        case Path():
            return ""  # What the file holds counts: replicas may keep it in different places.
    return str(value)
