"""What windows of time cost a vendor with long pages, as the pages of real ones are."""

from datetime import timedelta

import pytest

from gateway.federation.deadline import Deadline
from gateway.federation.run import PageRequest
from gateway.model.query import Query
from gateway.paging.cursor import FROM_THE_START
from gateway.spi import ScanPlan
from tests.support.adapters import NOON
from tests.support.clipping import ClippingAdapter, microseconds
from tests.support.fakes import FakeRow, Manners, backend, federation

PAGE = 1000
DENSE = timedelta(minutes=15)


class InOrder(ClippingAdapter):
    """Sends the newest first, which it does not promise."""

    def stream(self, plan: ScanPlan) -> list[FakeRow]:
        return sorted(super().stream(plan), key=lambda row: -(row.started or 0))


class OldestFirst(ClippingAdapter):
    """Sends the oldest first: its first page tells nothing of the newest."""

    def stream(self, plan: ScanPlan) -> list[FakeRow]:
        return sorted(super().stream(plan), key=lambda row: row.started or 0)


def vendor(kind: type[ClippingAdapter], rows: int = 20_000) -> ClippingAdapter:
    """Make a vendor at which a session started every quarter of an hour, in pages of 1,000."""
    started = [NOON - (number + 1) * DENSE for number in range(rows)]
    found = [FakeRow(f"{number:05}", microseconds(start)) for number, start in enumerate(started)]
    return kind(found, Manners(page_cap=PAGE))


async def requests_of_pages(adapter: ClippingAdapter, pages: int, *, ttl: float) -> list[int]:
    """Walk over some pages of 100, and tell what each took of the vendor."""
    joined = federation(backend("a", adapter, ttl=ttl))
    position, taken = FROM_THE_START, []
    for _ in range(pages):
        request = PageRequest(Query(("a",)), 100, position)
        page = await joined.page(request, Deadline.within(60))
        taken.append(page.reports["a"].requests)
        position = page.next or pytest.fail("no next page")
    assert sum(taken) == adapter.requests
    return taken


@pytest.mark.parametrize("kind", [ClippingAdapter, InOrder])
async def test_a_first_page_takes_what_came_of_all_and_one_window(
    kind: type[ClippingAdapter],
) -> None:
    assert await requests_of_pages(vendor(kind), 1, ttl=60) == [2]


async def test_where_what_came_of_all_tells_nothing_the_newest_year_is_taken_to_be_even() -> None:
    [requests] = await requests_of_pages(vendor(OldestFirst), 1, ttl=60)

    assert requests <= 4


@pytest.mark.parametrize("kind", [ClippingAdapter, InOrder, OldestFirst])
async def test_with_nothing_kept_each_further_page_takes_one_request(
    kind: type[ClippingAdapter],
) -> None:
    taken = await requests_of_pages(vendor(kind), 12, ttl=0)

    assert taken[1:] == [1] * 11


@pytest.mark.parametrize("kind", [ClippingAdapter, InOrder, OldestFirst])
async def test_a_window_that_is_kept_serves_several_pages(kind: type[ClippingAdapter]) -> None:
    taken = await requests_of_pages(vendor(kind), 40, ttl=60)

    # Of the 1,000 rows of a page some 415 come beside those that lie in its window.
    assert sum(taken[1:]) <= 8
    assert set(taken[1:]) <= {0, 1}
