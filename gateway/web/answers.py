"""What a list answers, whoever carries it: a page's document, or stretch after stretch of lines."""

from collections.abc import AsyncGenerator

import msgspec

from gateway.federation.fan_out import Deadline
from gateway.federation.run import Run, SessionPage
from gateway.web.cursors import Cursors
from gateway.web.parse import CountEffort, ListRequest
from gateway.web.render import count_shown, document, is_complete, refuse_unless_served
from gateway.web.streaming import ROWS_AT_A_STRETCH

_encoder = msgspec.json.Encoder()


def page_document(page: SessionPage, cursors: Cursors) -> dict[str, object]:
    """Make the document of a page."""
    asked = cursors.asked
    return {
        "data": [document(row, asked) for row in page.rows],
        "page": {"limit": asked.page_size, "next": cursors.following(page)},
        "total": count_shown(page, asked),
        "complete": is_complete(page),
        "backends": cursors.reports(page),
    }


async def stretches(
    run: Run, cursors: Cursors, seconds: float
) -> AsyncGenerator[SessionPage, None]:
    """Read the whole answer, a stretch at a time, each in so many seconds.

    The last one tells of all of it. Raises the problem that fits if the first shows that there is
    no answer.
    """
    asked = cursors.asked
    left = asked.limit
    page = await _next(run, asked, left, seconds)
    refuse_unless_served(page, cursors.reports(page), asked.required)
    yield page
    while page.next is not None and left != len(page.rows):
        left = None if left is None else left - len(page.rows)
        page = await _next(run, asked, left, seconds)
        yield page


def lines(page: SessionPage, asked: ListRequest) -> bytes:
    """Write the sessions of a stretch, each on a line of its own."""
    return _encoder.encode_lines([document(row, asked) for row in page.rows])


def trailer(page: SessionPage, cursors: Cursors) -> bytes:
    """Write the line behind the last session: what there is to know of them all."""
    told = {
        "end": True,
        "complete": is_complete(page),
        "next": cursors.following(page),
        "total": count_shown(page, cursors.asked),
        "backends": cursors.reports(page),
    }
    return _encoder.encode(told) + b"\n"


async def _next(run: Run, asked: ListRequest, left: int | None, seconds: float) -> SessionPage:
    """Read the next stretch; behind the last one the rest is counted, if that is wanted."""
    is_last = left is not None and left <= ROWS_AT_A_STRETCH
    return await run.next_page(
        Deadline.within(seconds),
        left if is_last else ROWS_AT_A_STRETCH,
        is_counted=is_last and asked.count is CountEffort.EXACT,
    )
