"""The server that most quirks are shown by."""

from collections.abc import AsyncIterator

import pytest

from tests.quirks.raw import RawClient
from tests.quirks.roundware.museum import Museum, opened


@pytest.fixture
async def museum(raw_client: RawClient) -> AsyncIterator[Museum]:
    """Run a server as it was recorded."""
    async with opened(raw_client) as museum:
        yield museum
