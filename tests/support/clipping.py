"""A backend in memory that cannot sort, chooses by overlap with a window, and clips to it."""

import zlib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from gateway.spi import (
    Abilities,
    Address,
    AtOrAfter,
    Before,
    Condition,
    Context,
    Field,
    HttpTransport,
    Op,
    PagingAbility,
    PagingStyle,
    RawPage,
    ScanPlan,
    Support,
    VendorTotal,
)
from tests.support.fakes import EPOCH, FakeAdapter, FakeRow

MICROSECOND = timedelta(microseconds=1)
_LONGEST = timedelta(hours=25) // MICROSECOND
_WIDENING = timedelta(hours=26) // MICROSECOND


def microseconds(instant: datetime) -> int:
    """Give an instant as rows have it."""
    return (instant - EPOCH) // MICROSECOND


@dataclass
class ClippingAdapter(FakeAdapter):
    """Widens what it is asked for, so that no match is clipped; what is around may be.

    Rows without a start come with every window.
    """

    tells_total: bool = True

    def abilities(self) -> Abilities:
        """Declare to choose by start, roughly."""
        total = VendorTotal.PUSHED if self.tells_total else VendorTotal.NONE
        return Abilities(
            filters={
                (Field.STARTED_AT, Op.AT_OR_AFTER): Support.INEXACT,
                (Field.STARTED_AT, Op.BEFORE): Support.INEXACT,
            },
            always=frozenset({Field.STARTED_AT}),
            paging=PagingAbility(PagingStyle.OFFSET, self.manners.page_cap, total),
        )

    async def fetch_page(
        self, plan: ScanPlan, at: Address, context: Context[HttpTransport]
    ) -> RawPage:
        """Give a page, and how many rows the window has."""
        page = await super().fetch_page(plan, at, context)
        return replace(page, total=len(self.stream(plan))) if self.tells_total else page

    def stream(self, plan: ScanPlan) -> list[FakeRow]:
        """Give what overlaps the wider window, clipped to it, in no useful order."""
        since, before = _wider(plan.pushed)
        rows = [
            row
            for row in self.rows
            if row.started is None or _overlaps(row, row.started, since, before)
        ]
        rows.sort(key=lambda row: _scatter(row.native_id))
        return [_clipped(row, since) for row in rows]


def _wider(pushed: Iterable[Condition]) -> tuple[int | None, int | None]:
    since = max((microseconds(c.instant) for c in pushed if isinstance(c, AtOrAfter)), default=None)
    before = min((microseconds(c.instant) for c in pushed if isinstance(c, Before)), default=None)
    return (
        None if since is None else since - _WIDENING,
        None if before is None else before + _WIDENING,
    )


def _overlaps(row: FakeRow, started: int, since: int | None, before: int | None) -> bool:
    is_late_enough = since is None or _end(row, started) > since
    return is_late_enough and (before is None or started < before)


def _clipped(row: FakeRow, since: int | None) -> FakeRow:
    """Show a row to start at some activity within the window."""
    if row.started is None or since is None or row.started >= since:
        return row
    return replace(row, started=(since + _end(row, row.started)) // 2)


def _end(row: FakeRow, started: int) -> int:
    return started + _scatter(row.native_id) * 997 % _LONGEST


def _scatter(native_id: str) -> int:
    return zlib.crc32(native_id.encode())
