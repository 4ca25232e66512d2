"""A Redis server for tests, and shared caches over it."""

from collections.abc import AsyncIterator

import pytest

from tests.support.redis_server import RedisServer, redis_server


@pytest.fixture
async def server() -> AsyncIterator[RedisServer]:
    """Run a server."""
    async with redis_server() as running:
        yield running
