"""Backends that take the place of others of their name: nothing that was kept is handed on."""

import asyncio

import pytest

from gateway.federation.backend import Backend
from gateway.federation.deadline import Deadline
from gateway.federation.federation import Federation
from gateway.federation.filling import Listings
from gateway.federation.listings import KeptListings
from gateway.federation.ranges import KeptRanges
from gateway.federation.run import PageRequest
from gateway.model.query import Query
from tests.federation.liars import Scripted, never, rows
from tests.support.fakes import FakeAdapter, FakeRow, Manners, backend

TTL = 60.0

READ = {"whole": Manners(), "by pages": Manners(granule=1)}
"""How an adapter has its backend read."""


class Kept:
    """What the backends of several federations share."""

    def __init__(self) -> None:
        self.listings = Listings(KeptListings(timer=float))
        self.ranges = KeptRanges(timer=float)

    async def ids(self, asked: Backend) -> list[str]:
        """Name the sessions of a backend, by a federation of its own."""
        federation = Federation([asked], self.listings, self.ranges)
        page = await federation.page(PageRequest(Query((asked.name,)), 3), Deadline.within(60))
        return [session.native_id for session in page.sessions]


async def turns() -> None:
    """Let all that can go on do so."""
    for _ in range(20):
        await asyncio.sleep(0)


@pytest.mark.parametrize("manners", READ.values(), ids=READ)
async def test_a_backend_is_served_nothing_that_was_kept_of_its_predecessor(
    manners: Manners,
) -> None:
    kept, adapter = Kept(), FakeAdapter([FakeRow("2", 2)], manners)
    before = backend("x", FakeAdapter([FakeRow("1", 1)], manners), ttl=TTL)
    after = backend("x", adapter, ttl=TTL)

    found = [await kept.ids(each) for each in (before, after, after, before)]

    assert found == [["1"], ["2"], ["2"], ["1"]]
    assert adapter.requests == 1


async def test_a_fetch_that_ends_later_is_its_predecessors_alone() -> None:
    kept, is_let_through = Kept(), asyncio.Event()

    async def script(_at: object, _request: int) -> None:
        await is_let_through.wait()

    waiting = asyncio.create_task(kept.ids(backend("x", Scripted(rows(1), script=script), ttl=TTL)))
    await turns()
    after = backend("x", FakeAdapter([FakeRow("2", 2)]), ttl=TTL)
    first = await kept.ids(after)

    is_let_through.set()

    assert (await waiting, first, await kept.ids(after)) == (["0"], ["2"], ["2"])


async def test_of_a_forgotten_backend_nothing_goes_on_and_nothing_is_kept() -> None:
    kept, adapter = Kept(), FakeAdapter(rows(1))
    silent, other = backend("x", Scripted(rows(1), script=never), ttl=TTL), backend("y", adapter)
    waiting = asyncio.create_task(kept.ids(silent))
    asked = backend("x", adapter, ttl=TTL)
    await kept.ids(asked)
    await kept.ids(other)
    await turns()

    await kept.listings.forget(silent)
    await asyncio.wait([waiting])
    still = await kept.ids(asked)
    await kept.listings.forget(asked)
    await kept.ids(asked)

    assert asyncio.all_tasks() == {asyncio.current_task()}
    assert (still, adapter.requests) == (["0"], 3)
