"""Two gateways that share a cache, which is tended when a test says so."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from gateway.app.sharing import Sharing
from gateway.config import CursorSettings, Settings
from gateway.state.shared.cache import SharedCache
from tests.support.adapters import noon
from tests.support.caches import KEYS, PATIENT_SECONDS
from tests.support.gateway import Answer, Gateway, Vendors, running
from tests.support.redis_server import RedisServer

CURSOR = CursorSettings(keys=tuple(key.decode() for key in KEYS))


@dataclass
class Replicas:
    """Gateways side by side."""

    gateways: Sequence[Gateway]
    caches: Sequence[SharedCache]
    server: RedisServer
    _asked: int = field(default=0)

    async def get(self, path: str = "/v1/sessions", **query: Any) -> Answer:  # noqa: ANN401  # any parameter
        """Ask one after the other, as a load balancer does."""
        self._asked += 1
        return await self.gateways[self._asked % len(self.gateways)].get(path, **query)

    async def tend(self) -> None:
        """Let all of them do what is due."""
        for cache in self.caches:
            await cache.tend()

    async def settled(self) -> None:
        """Wait until what they share behind the scenes lies there, and nobody waits any more."""
        async with self.server.client() as client:
            leases = await client.keys("*:lease:*")
            while leases:
                await asyncio.sleep(0.005)
                leases = await client.keys("*:lease:*")


@asynccontextmanager
async def replicas(
    server: RedisServer,
    settings: Settings | Sequence[Settings],
    *,
    timer: Callable[[], float] = time.monotonic,
    endurance_s: float = PATIENT_SECONDS,
    url: str | None = None,
) -> AsyncIterator[Replicas]:
    """Run two gateways, of the same settings or of one each."""
    each_settings = [settings] * 2 if isinstance(settings, Settings) else settings
    caches = [
        SharedCache(url or server.url, KEYS, timer=timer, endurance_s=endurance_s)
        for _ in each_settings
    ]
    async with AsyncExitStack() as stack:
        gateways = [
            await stack.enter_async_context(
                running(each, clock=noon, timer=timer, sharing=Sharing(cache))
            )
            for each, cache in zip(each_settings, caches, strict=True)
        ]
        yield Replicas(gateways, caches, server)


def lists(vendors: Vendors) -> dict[str, int]:
    """Count the lists, and pages of lists, that each vendor was asked for."""
    return {name: server.served["listing"] for name, server in vendors.servers.items()}
