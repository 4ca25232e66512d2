"""How much is asked of a vendor at a time, and what is done about one that breaks its promises."""

from dataclasses import dataclass

import pytest

from gateway.federation import gathering as gathering_module
from gateway.federation.deadline import Deadline
from gateway.federation.federation import Federation
from gateway.federation.run import PageRequest, SessionPage
from gateway.model.query import AnyOf, Condition, Field, Query
from gateway.model.report import BackendStatus, BackendWarning, ErrorCode
from gateway.spi import PagingStyle, ScanPlan, Support
from tests.support.fakes import FakeAdapter, FakeRow, Manners, backend, federation

ACTIVE: Condition = AnyOf(Field.STATUS, frozenset({"active"}))


def rows(count: int, *, every: int = 1) -> list[FakeRow]:
    """Make rows, the newest first, of which one in so many is active."""
    return [
        FakeRow(f"{n:04d}", 10_000 - n, "ended" if n % every else "active") for n in range(count)
    ]


async def page(asked: Federation, *conditions: Condition, limit: int = 10) -> SessionPage:
    request = PageRequest(Query(tuple(asked.backends), conditions), limit)
    return await asked.page(request, Deadline.within(60))


@pytest.mark.parametrize(
    ("ttl", "conditions", "support", "asked_for"),
    [
        pytest.param(0, (), Support.EXACT, 11, id="a page, and one row to close its ties"),
        pytest.param(60, (), Support.EXACT, 22, id="twice that where the rest is kept"),
        pytest.param(0, (ACTIVE,), Support.EXACT, 11, id="no more where the vendor filters"),
        pytest.param(0, (ACTIVE,), Support.UNSUPPORTED, 100, id="all it has where it does not"),
    ],
)
async def test_a_vendor_is_first_asked_for_what_a_page_needs(
    ttl: float, conditions: tuple[Condition, ...], support: Support, asked_for: int
) -> None:
    adapter = FakeAdapter(rows(500), Manners(granule=1, page_cap=100, support=support))

    await page(federation(backend("a", adapter, ttl=ttl)), *conditions)

    assert adapter.sizes == [asked_for]


async def test_what_passed_lately_tells_how_much_to_ask_for() -> None:
    adapter = FakeAdapter(rows(500, every=5), Manners(granule=1, page_cap=100))
    asked = federation(backend("a", adapter))
    await page(asked, ACTIVE)
    adapter.sizes.clear()

    await page(asked, ACTIVE)

    assert adapter.sizes == [55], "eleven that pass, of which there is one in five"


async def test_further_pages_are_as_large_as_the_vendor_makes_them() -> None:
    adapter = FakeAdapter(
        [FakeRow(f"{n:04d}", 1) for n in range(150)], Manners(granule=1, page_cap=100)
    )

    await page(federation(backend("a", adapter)))

    assert adapter.sizes == [11, 100, 100]


async def test_pages_that_are_counted_have_one_size() -> None:
    manners = Manners(granule=1, page_cap=20, style=PagingStyle.PAGE_INDEX)
    adapter = FakeAdapter([FakeRow(f"{n:04d}", 1) for n in range(50)], manners)

    await page(federation(backend("a", adapter)))

    assert adapter.sizes == [20, 20, 20]


@dataclass
class Shuffling(FakeAdapter):
    """Promises an order, and keeps none while it lies."""

    is_lying: bool = True

    def stream(self, plan: ScanPlan) -> list[FakeRow]:
        found = super().stream(plan)
        return [*found[1::2], *found[::2]] if self.is_lying else found


async def test_an_order_that_is_broken_again_and_again_is_not_trusted() -> None:
    liar = Shuffling(rows(8), Manners(granule=1, page_cap=2))
    asked = federation(backend("a", liar))

    first, _, _ = [await page(asked) for _ in range(3)]
    then = await page(asked)

    assert first.reports["a"].warnings == (BackendWarning.ORDER_VIOLATION,)
    assert first.reports["a"].status is BackendStatus.PARTIAL
    assert then.reports["a"].status is BackendStatus.OK
    assert [s.native_id for s in then.sessions] == [f"{n:04d}" for n in range(8)]


async def test_an_order_that_is_kept_in_between_stays_trusted() -> None:
    liar = Shuffling(rows(8), Manners(granule=1, page_cap=2))
    asked = federation(backend("a", liar))

    for _ in range(4):
        liar.is_lying = True
        found = await page(asked)
        liar.is_lying = False
        await page(asked)

    assert found.reports["a"].status is BackendStatus.PARTIAL


async def test_a_list_of_too_many_pages_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gathering_module, "MAX_PAGES_OF_A_LISTING", 3)
    endless = FakeAdapter(rows(10), Manners(page_cap=2))
    good = FakeAdapter(rows(5), Manners(page_cap=2))

    found = await page(federation(backend("a", endless), backend("b", good)))

    error = found.reports["a"].error
    assert error is not None
    assert error.code is ErrorCode.BUDGET_EXCEEDED
    assert endless.requests == 3
    assert len(found.sessions) == 5
