"""The least that a vendor must be asked for one page, if nothing was kept of the pages before.

It is computed from what the adapter says its vendor can do, for an engine that knows beforehand
where the page ends:

- A vendor that lists everything at once: that list, 1 request.
- One that sorts: as many of its largest pages as hold its rows of the page, and the next one.
- One that can only choose by start: all that it gives for the starts that the page covers, widened
  as its adapter has to. They come in no order, so all its pages of them must be read; how many
  rows they are is asked of the vendor.
"""

import asyncio
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from math import ceil
from typing import Any

from pages import FROZEN_AT
from standing_gateway import Reach

from gateway.model.query import NEWEST_FIRST, AtOrAfter, Before, Condition, Field
from gateway.spi import BackendQuery, Context, First, PagingStyle, ScanPlan, SessionAdapter
from gateway.spi.registry import load_adapter
from gateway.transport.limits import Limits, Trust
from gateway.transport.wire import open_wire

_MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True)
class Stretch:
    """What one page covers, newest first: starts from ``newest`` to ``oldest``, open where none.

    ``rows`` is how many of the vendor's own rows are on it.
    """

    newest: datetime | None
    oldest: datetime | None
    rows: int

    def conditions(self) -> tuple[Condition, ...]:
        """Say as conditions that a start lies in it."""
        bounds: list[Condition] = []
        if self.oldest is not None:
            bounds.append(AtOrAfter(Field.STARTED_AT, self.oldest))
        if self.newest is not None:
            bounds.append(Before(Field.STARTED_AT, self.newest + _MICROSECOND))
        return tuple(bounds)


def least_requests(reach: Reach, stretch: Stretch) -> int:
    """Give the lower bound for a page. It may ask the vendor for a count."""
    adapter_class = load_adapter(reach.adapter)
    adapter = adapter_class(adapter_class.options_model.model_validate(reach.options))
    whole = adapter.plan(BackendQuery((), NEWEST_FIRST))
    if adapter.abilities().paging.style is PagingStyle.SINGLE or whole.page_size is None:
        return 1
    if whole.sorted_by is not None:
        return ceil((stretch.rows + 1) / whole.page_size)
    plan = adapter.plan(BackendQuery(stretch.conditions(), NEWEST_FIRST))
    rows = asyncio.run(_count(adapter, replace(plan, page_size=1)))
    return max(1, ceil(rows / whole.page_size))


async def _count(adapter: SessionAdapter[Any], plan: ScanPlan) -> int:
    wire = open_wire(adapter.endpoint(), Limits(), Trust())
    try:
        context: Context[Any] = Context(wire, await adapter.log_in(wire), FROZEN_AT)
        page = await adapter.fetch_page(plan, First(), context)
    finally:
        await wire.close()
    if page.total is None:
        raise SystemExit(f"{adapter.vendor} does not count, so no bound is known for it")
    return page.total
