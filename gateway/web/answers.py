"""What a list answers, whoever carries it: a page's document, or stretch after stretch."""

from collections.abc import AsyncGenerator, Callable, Iterable, Sequence
from typing import Protocol

import msgspec
from msgspec import Raw, structs

from gateway.federation.deadline import Deadline
from gateway.federation.run import SessionPage
from gateway.model.report import BackendStatus, Count
from gateway.model.session import Session
from gateway.paging.rows import Row
from gateway.web.cursors import Cursors
from gateway.web.documents import ListAnswer
from gateway.web.parse import CountEffort, ListRequest
from gateway.web.refusals import refuse_unless_served

ROWS_AT_A_STRETCH = 500


class Pages(Protocol):
    """A query being carried out, page after page."""

    async def next_page(
        self, deadline: Deadline, limit: int | None = None, *, is_counted: bool = False
    ) -> SessionPage:
        """Read the next page."""


def rows_written(page: SessionPage, asked: ListRequest) -> bytes:
    """Write the sessions of a page as they were asked for."""
    return msgspec.json.encode(documents(page.rows, asked))


def page_document(
    page: SessionPage, cursors: Cursors, rows: Raw, following: str | None
) -> ListAnswer:
    """Make the document of a page around its sessions and the cursor of the next."""
    asked = cursors.asked
    return ListAnswer(
        data=rows,
        page={"limit": asked.page_size, "next": following},
        total=count_shown(page, asked),
        complete=is_complete(page),
        backends=dict(cursors.reports(page)),
    )


async def stretches(
    pages: Pages, cursors: Cursors, deadline: Callable[[], Deadline]
) -> AsyncGenerator[SessionPage, None]:
    """Read the whole answer, a stretch at a time, each within a deadline of its own.

    The last one tells of all of it. Raises the problem that fits if the first shows that there is
    no answer.
    """
    asked = cursors.asked
    left = asked.limit
    page = await _next(pages, asked, left, deadline())
    refuse_unless_served(page, cursors.reports(page), asked)
    yield page
    while page.next is not None and left != len(page.rows):
        left = None if left is None else left - len(page.rows)
        page = await _next(pages, asked, left, deadline())
        yield page


async def _next(
    pages: Pages, asked: ListRequest, left: int | None, deadline: Deadline
) -> SessionPage:
    """Read the next stretch; behind the last one the rest is counted, if that is wanted."""
    is_last = left is not None and left <= ROWS_AT_A_STRETCH
    return await pages.next_page(
        deadline,
        left if is_last else ROWS_AT_A_STRETCH,
        is_counted=is_last and asked.count is CountEffort.EXACT,
    )


def is_complete(page: SessionPage) -> bool:
    """Say whether every asked backend gave all it has."""
    return all(r.status is BackendStatus.OK for r in page.reports.values())


def count_shown(page: SessionPage, asked: ListRequest) -> Count | None:
    """Give the total, unless the client wants none."""
    return None if asked.count is CountEffort.NONE else page.total


def documents(rows: Iterable[Row], asked: ListRequest) -> Sequence[Session | dict[str, object]]:
    """Give the sessions of rows as they were asked for."""
    if asked.fields is None and not asked.is_raw_wanted:
        return [row.session for row in rows]
    return [document(row, asked) for row in rows]


def document(row: Row, asked: ListRequest) -> Session | dict[str, object]:
    """Give a session with the fields that were asked for, and its record if that was."""
    session = row.session
    if asked.is_raw_wanted:
        session = structs.replace(session, raw=row.raw)
    if asked.fields is None:
        return session
    fields = {name: getattr(session, name) for name in asked.fields}
    return fields | {"raw": row.raw} if asked.is_raw_wanted else fields
