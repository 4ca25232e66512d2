"""Records are mapped some at a stretch."""

import asyncio
from collections import Counter
from dataclasses import dataclass, field

from msgspec import Raw

from gateway.federation.mapping import BackendPage
from gateway.spi import (
    Address,
    Context,
    HttpTransport,
    Mapped,
    Provenance,
    RawPage,
    Rejected,
    ScanPlan,
)
from tests.support.fakes import FakeAdapter, FakeRow, Leaving, Manners, backend

COUNT = 2_000
STRETCH = 200


@dataclass
class Turns(FakeAdapter):
    """Notes in which turn of the loop it does what, as far as somebody counts them."""

    now: int = 0
    fetched: int = 0
    mapped: Counter[int] = field(default_factory=Counter)

    async def fetch_page(
        self, plan: ScanPlan, at: Address, context: Context[HttpTransport]
    ) -> RawPage:
        self.fetched = self.now
        return await super().fetch_page(plan, at, context)

    def normalise(self, record: Raw, provenance: Provenance) -> Mapped | Rejected:
        self.mapped[self.now] += 1
        return super().normalise(record, provenance)


async def test_others_take_turns_before_a_long_page_is_mapped_and_within_it() -> None:
    adapter = Turns([FakeRow(str(n), n) for n in range(COUNT)], Manners(page_cap=COUNT))

    async def take_turns() -> None:
        while True:
            adapter.now += 1
            await asyncio.sleep(0)

    others = asyncio.create_task(take_turns())
    page = await backend("a", adapter).only_page(ScanPlan({}, None, None), Leaving(), lambda: None)
    others.cancel()

    assert isinstance(page, BackendPage)
    assert page.received == COUNT
    assert adapter.mapped.total() == COUNT
    assert max(adapter.mapped.values()) <= STRETCH
    assert min(adapter.mapped) > adapter.fetched
