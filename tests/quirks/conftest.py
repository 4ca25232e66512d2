"""What the tests of all vendors' quirks ask with."""

from collections.abc import AsyncIterator

import aiohttp
import pytest

from tests.quirks.raw import RawClient


@pytest.fixture
async def raw_client() -> AsyncIterator[RawClient]:
    """Ask any server for anything."""
    jar = aiohttp.DummyCookieJar()
    async with aiohttp.ClientSession(cookie_jar=jar) as session:
        yield RawClient(session)
