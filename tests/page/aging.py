"""Vendors and a gateway over them, for which time goes by as a test says."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from gateway.config.settings import CacheSettings
from tests.support.adapters import NOON
from tests.support.clock import Clock
from tests.support.gateway import Gateway, Vendors, all_vendors, running, settings_for


@dataclass
class Aging:
    """What there is, and the clock of it."""

    vendors: Vendors
    gateway: Gateway
    clock: Clock


@asynccontextmanager
async def aging(rows: int = 20, **cache: float) -> AsyncIterator[Aging]:
    """Run them, with this in mind of what is kept, from noon on."""
    clock = Clock()

    def now() -> datetime:
        return NOON + timedelta(seconds=clock.now)

    async with all_vendors(rows) as vendors:
        kept = CacheSettings(stale_while_revalidate_s=0, **cache)
        backends = [each.model_copy(update={"cache": kept}) for each in vendors.backends.values()]
        async with running(settings_for(*backends), clock=now, timer=clock) as gateway:
            yield Aging(vendors, gateway, clock)
