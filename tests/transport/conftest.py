"""What every test of a wire must leave behind: nothing, and no complaint of the event loop."""

import asyncio
import gc
from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.support.wires import open_sockets


@pytest.fixture(autouse=True)
async def _nothing_is_left() -> AsyncIterator[None]:
    complaints: list[dict[str, Any]] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, told: complaints.append(told))
    before = open_sockets()

    yield

    assert asyncio.all_tasks() == {asyncio.current_task()}
    assert open_sockets() == before
    gc.collect()  # an exception that nobody fetched is told when its task is collected
    assert complaints == []
