"""A long page is read, made and handed over in turns of their own, its sessions 100 at a time."""

import asyncio

import pytest

from gateway.federation.deadline import Deadline
from gateway.federation.federation import Federation
from gateway.federation.run import PageRequest
from gateway.model.query import Query
from tests.support.fakes import FakeAdapter, FakeRow, Manners, backend, federation

LONG = 250


async def turns_taken(asked: Federation, limit: int) -> int:
    """Count the turns that others have while a page is read of what is kept."""
    turns = 0

    async def take_turns() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    others = asyncio.create_task(take_turns())
    page = await asked.page(PageRequest(Query(tuple(asked.backends)), limit), Deadline.within(60))
    others.cancel()
    assert len(page.rows) == limit
    return turns


@pytest.mark.parametrize(
    ("limit", "more"), [(100, 0), (101, 1), (LONG - 1, 2), (LONG, 5), (LONG + 1, 5)]
)
async def test_others_have_more_turns_while_a_long_page_is_made(limit: int, more: int) -> None:
    rows = [FakeRow(str(n), n) for n in range(2 * LONG)]
    adapter = FakeAdapter(rows, Manners(granule=1, page_cap=2 * LONG))
    asked = federation(backend("a", adapter, ttl=60))
    await asked.page(PageRequest(Query(("a",)), 2 * LONG), Deadline.within(60))

    usual = await turns_taken(asked, 1)

    assert await turns_taken(asked, limit) == usual + more


async def test_others_have_a_turn_between_what_two_backends_bring_at_once() -> None:
    taken = []
    for names in ("a", "ab"):
        adapters = {name: FakeAdapter([FakeRow("1", 1), FakeRow("2", 2)]) for name in names}
        asked = federation(*(backend(name, adapters[name], ttl=60) for name in names))
        await asked.page(PageRequest(Query(tuple(names)), 1), Deadline.within(60))
        taken.append(await turns_taken(asked, 1))

    assert taken[1] > taken[0]
