"""Sessions that start well after they were read are given all the same, and are told of."""

from collections.abc import Mapping, Sequence
from datetime import timedelta

import pytest

from gateway.federation.deadline import Deadline
from gateway.federation.federation import Federation
from gateway.federation.lookup import Found
from gateway.federation.run import PageRequest
from gateway.federation.writing import Carried
from gateway.model.query import Query
from gateway.model.report import BackendReport, BackendStatus, BackendWarning, Count, Relation
from gateway.spi import Done, Write
from gateway.spi.abilities import Operation
from tests.federation.liars import ORDERED
from tests.federation.test_growing import TTL, Growing, Time, ask, growing
from tests.federation.test_lookup import Detailed
from tests.federation.test_lookup import backend as detailed
from tests.federation.test_writing import Taking
from tests.support.adapters import NOON
from tests.support.clipping import MICROSECOND, ClippingAdapter, microseconds
from tests.support.fakes import FakeAdapter, FakeRow, Manners, backend, federation, record

TOLERATED = timedelta(seconds=60)
SKEWED = (BackendWarning.CLOCK_SKEW,)
STYLES: Mapping[str, tuple[type[FakeAdapter], Manners]] = {
    "page by page": (FakeAdapter, ORDERED),
    "whole": (FakeAdapter, Manners(page_cap=2)),
    "at once": (FakeAdapter, Manners()),
    "by windows": (ClippingAdapter, Manners(page_cap=2)),
}


def starting(*ahead: timedelta) -> list[FakeRow]:
    """Make rows that start so long after noon, which is when they are read."""
    return [FakeRow(str(n), microseconds(NOON + each)) for n, each in enumerate(ahead)]


async def reports(asked: Federation, times: int = 2) -> Sequence[BackendReport]:
    """Ask for everything, so many times."""
    request = PageRequest(Query(("a",)), 50)
    return [(await asked.page(request, Deadline.within(60))).reports["a"] for _ in range(times)]


@pytest.mark.parametrize("style", STYLES)
async def test_a_session_that_starts_ahead_is_given_and_told_of_also_when_it_is_kept(
    style: str,
) -> None:
    adapter, manners = STYLES[style]
    rows = starting(-TOLERATED, timedelta(), TOLERATED + MICROSECOND)
    asked = federation(backend("a", adapter(rows, manners), ttl=60))

    read, kept = await reports(asked)

    for report in (read, kept):
        assert (report.status, report.rows, report.warnings) == (BackendStatus.OK, 3, SKEWED)
        assert report.total == Count(3, Relation.EQUAL)
    assert (read.requests > 0, kept.requests) == (True, 0)


@pytest.mark.parametrize("style", STYLES)
async def test_clocks_may_differ_by_a_minute(style: str) -> None:
    adapter, manners = STYLES[style]
    rows = [*starting(-TOLERATED, TOLERATED), FakeRow("without a start", None)]
    asked = federation(backend("a", adapter(rows, manners), ttl=60))

    assert [report.warnings for report in await reports(asked)] == [(), ()]


@pytest.mark.parametrize("native_id", ["0", "1"])
@pytest.mark.parametrize("has_detail", [True, False])
async def test_one_session_is_told_of_by_itself(native_id: str, *, has_detail: bool) -> None:
    adapter = (Detailed if has_detail else FakeAdapter)(starting(TOLERATED, 2 * TOLERATED))
    asked = federation(detailed(adapter))

    for _ in range(2):
        found = await asked.session("a", native_id, Deadline.within(60))

        assert isinstance(found, Found)
        is_told = BackendWarning.CLOCK_SKEW in found.report.warnings
        assert is_told == (native_id == "1")


async def test_what_a_listing_grew_by_is_told_of() -> None:
    time, vendor = Time(), Growing(starting(timedelta()))
    asked = growing(vendor, time)
    before = await ask(asked)
    vendor.rows = starting(timedelta(), 2 * TOLERATED)
    time.passed = TTL

    grown = [await ask(asked) for _ in range(2)]

    assert (before.report.warnings, before.ids) == ((), ["0"])
    assert [(each.report.warnings, each.ids) for each in grown] == [(SKEWED, ["1", "0"])] * 2


async def test_what_was_new_when_a_listing_grew_is_not_ahead_of_it() -> None:
    time = Time()
    vendor = Growing(starting(timedelta()))
    asked = federation(backend("a", vendor, ttl=TTL, clock=time.clock), timer=time.timer)
    await ask(asked)
    vendor.rows = starting(timedelta(), 2 * TOLERATED)
    time.passed = 2 * TOLERATED.total_seconds()

    assert (await ask(asked)).report.warnings == ()


async def test_what_was_written_is_told_of() -> None:
    adapter = Taking(())
    (row,) = starting(2 * TOLERATED)
    adapter.writing.outcome = lambda _: Done(record(row), is_new=True)
    writable = backend("a", adapter)
    writable.operations = frozenset({Operation.CREATE})

    result = await federation(writable).write(
        "a", Write(Operation.CREATE, None), Deadline.within(60)
    )

    assert isinstance(result, Carried)
    assert (result.report.status, result.report.warnings) == (BackendStatus.OK, SKEWED)
