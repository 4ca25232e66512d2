"""Single sessions that are kept: of a detail call, or of a listing; and in need, stale ones."""

import asyncio
from dataclasses import dataclass, field, replace

import pytest
from msgspec import Raw

from gateway.federation.deadline import Deadline
from gateway.federation.freshness import AS_KEPT, Freshness, Lifetimes
from gateway.federation.lookup import Found, Lookup, Missing
from gateway.model.report import BackendStatus, ErrorCode, Failure, ServedFrom
from gateway.spi import Abilities, Address, Context, HttpTransport, RawPage, ScanPlan, TryAgainLater
from tests.support.clock import Clock
from tests.support.fakes import FakeAdapter, FakeRow, backend, federation
from tests.support.payloads import raw

LIFETIMES = Lifetimes(10, 20, 60)


@dataclass
class Vendor(FakeAdapter):
    """A vendor that may be down or silent, with a detail call or without."""

    has_detail: bool = True
    is_down: bool = False
    is_silent: bool = False
    details: list[str] = field(default_factory=list)

    def abilities(self) -> Abilities:
        return replace(super().abilities(), has_detail=self.has_detail)

    async def get(self, native_id: str, context: Context[HttpTransport]) -> Raw | None:
        del context
        self.details.append(native_id)
        await self._answer()
        found = next((row for row in self.rows if row.native_id == native_id), None)
        return None if found is None else raw({"native_id": native_id, "started": found.started})

    async def fetch_page(
        self, plan: ScanPlan, at: Address, context: Context[HttpTransport]
    ) -> RawPage:
        await self._answer()
        return await super().fetch_page(plan, at, context)

    async def _answer(self) -> None:
        if self.is_silent:
            await asyncio.Event().wait()
        if self.is_down:
            raise TryAgainLater(ErrorCode.RESET, "the fake: down", attempts=1)


@dataclass
class Asking:
    vendor: Vendor
    clock: Clock = field(default_factory=Clock)

    def __post_init__(self) -> None:
        asked = backend("a", self.vendor, ttl=LIFETIMES)
        self.federation = federation(asked, timer=self.clock)

    async def one(
        self, native_id: str = "1", freshness: Freshness = AS_KEPT, *, seconds: float = 5
    ) -> Lookup:
        return await self.federation.session("a", native_id, Deadline.within(seconds), freshness)


@pytest.fixture(params=[True, False], ids=["by its call", "of its listing"])
def asking(request: pytest.FixtureRequest) -> Asking:
    return Asking(Vendor([FakeRow("1", 1)], has_detail=request.param))


def told(lookup: Lookup) -> tuple[BackendStatus, ServedFrom | None, Failure | None]:
    assert isinstance(lookup, Found), lookup
    return lookup.report.status, lookup.report.served_from, lookup.report.error


OK, STALE = BackendStatus.OK, BackendStatus.STALE
LIVE, CACHE, KEPT = ServedFrom.LIVE, ServedFrom.CACHE, ServedFrom.STALE


async def test_what_is_kept_of_one_session_serves(asking: Asking) -> None:
    first, second = await asking.one(), await asking.one()

    assert (told(first), told(second)) == ((OK, LIVE, None), (OK, CACHE, None))
    assert len(asking.vendor.details) + asking.vendor.requests == 1


async def test_where_a_vendor_is_down_or_silent_it_is_told_as_it_was(asking: Asking) -> None:
    await asking.one()
    asking.clock.now = 40

    asking.vendor.is_down = True
    down = await asking.one()
    asking.vendor.is_down, asking.vendor.is_silent = False, True
    silent = await asking.one(seconds=0.2)
    asking.clock.now = 70
    too_old = await asking.one(seconds=0.2)

    assert told(down) == (STALE, KEPT, Failure(ErrorCode.RESET, retryable=True))
    assert told(silent) == (STALE, KEPT, Failure(ErrorCode.TIMEOUT, retryable=True))
    assert too_old == Failure(ErrorCode.TIMEOUT, retryable=True)
    await asking.federation.close()


async def test_who_wants_no_older_is_told_why_there_is_none(asking: Asking) -> None:
    await asking.one()
    asking.clock.now = 15
    asking.vendor.is_down = True

    assert await asking.one(freshness=Freshness(max_age_s=5)) == Failure(
        ErrorCode.RESET, retryable=True
    )


async def test_only_what_is_kept_serves_who_asks_for_nothing_else(asking: Asking) -> None:
    kept_only = Freshness(is_kept_only=True)

    before = await asking.one(freshness=kept_only)
    await asking.one()
    after = await asking.one(freshness=kept_only)

    assert before == Failure(ErrorCode.NOT_CACHED, retryable=False)
    assert told(after) == (OK, CACHE, None)


async def test_that_there_is_none_serves_for_a_moment() -> None:
    asking = Asking(Vendor([]))

    first, second = await asking.one(), await asking.one()
    asking.vendor.rows = [FakeRow("1", 1)]
    asking.clock.now = 5
    third = await asking.one()

    assert (first, second) == (Missing(), Missing())
    assert asking.vendor.details == ["1", "1"]
    assert told(third) == (OK, LIVE, None)


async def test_beyond_its_time_one_is_served_while_it_is_read_anew() -> None:
    asking = Asking(Vendor([FakeRow("1", 1)]))
    await asking.one()
    asking.clock.now = 11

    second = await asking.one()
    for _ in range(20):
        await asyncio.sleep(0)
    third = await asking.one(freshness=Freshness(max_age_s=1))

    assert told(second) == (OK, CACHE, None)
    assert told(third) == (OK, CACHE, None)
    assert asking.vendor.details == ["1", "1"]
    await asking.federation.close()
