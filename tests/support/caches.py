"""Shared caches, open and tended as a test says."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from gateway.state.shared.cache import SharedCache

KEYS = (b"a key of sixteen or more",)


PATIENT_SECONDS = 30.0
"""How long answers may be late where a busy machine is to make no difference."""


@asynccontextmanager
async def cache_at(url: str) -> AsyncIterator[SharedCache]:
    """Give a cache that was tried once, and is tended by the test alone."""
    cache = SharedCache(url, KEYS, endurance_s=PATIENT_SECONDS)
    await cache.tend()
    try:
        yield cache
    finally:
        await cache.close()
