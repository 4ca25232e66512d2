"""Making the sessions of a page that is to be seen, of rows of which some were only outlined."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

from gateway.model.report import ErrorCode
from gateway.model.session import Outline, Session
from gateway.paging.rows import Row
from gateway.spi.errors import UpstreamError

_STRETCH = 100
"""Sessions made at a stretch: a few milliseconds."""


@dataclass(slots=True)
class Shown:
    """The rows of a page, and what became of the others.

    ``rejected`` are those whose records turned out to be no sessions, by backend. ``broken`` are
    the backends whose records cannot be made sessions of, with why: none of their rows is shown.
    """

    rows: list[Row] = field(default_factory=list)
    rejected: dict[str, int] = field(default_factory=dict)
    broken: dict[str, UpstreamError] = field(default_factory=dict)


async def shown(rows: Sequence[Row]) -> Shown:
    """Make the sessions of rows, some at a stretch."""
    page = Shown()
    for begin in range(0, len(rows), _STRETCH):
        if begin:
            await asyncio.sleep(0)
        stretch = rows[begin : begin + _STRETCH]
        for row in stretch:
            if isinstance(row.placed, Outline):
                _make(row, page)
        page.rows += [row for row in stretch if isinstance(row.placed, Session)]
    if page.broken:
        page.rows = [row for row in page.rows if row.placed.backend not in page.broken]
    return page


def _make(row: Row, page: Shown) -> None:
    name = row.placed.backend
    try:
        _ = row.session
    except UpstreamError as error:
        if error.code is ErrorCode.SCHEMA:
            page.rejected[name] = page.rejected.get(name, 0) + 1
        else:
            page.broken[name] = error
