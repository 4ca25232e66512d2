"""The whole answer as a stream, never held as a whole: as lines of JSON, or as a table."""

from collections.abc import Callable, Mapping
from typing import ClassVar, Protocol

import msgspec
from aiohttp import web

from gateway.federation.fan_out import Deadline
from gateway.federation.run import Run, SessionPage
from gateway.model.report import BackendReport, BackendStatus, BackendWarning
from gateway.web import formats, gzip, table
from gateway.web.answers import Trailer
from gateway.web.caching import NO_STORE, service_headers
from gateway.web.cursors import Cursors
from gateway.web.keys import IS_STREAMING
from gateway.web.parse import CountEffort, ListRequest
from gateway.web.render import count_shown, document, is_complete, refuse_unless_served

ROWS_AT_A_STRETCH = 500

_LOST_ROWS = {
    BackendWarning.REJECTED_ROWS,
    BackendWarning.ORDER_VIOLATION,
    BackendWarning.PAGE_DRIFT,
    BackendWarning.HORIZON_REACHED,
}

_encoder = msgspec.json.Encoder()


class Writer(Protocol):
    """Writes stretch after stretch of an answer in one format."""

    media_type: ClassVar[str]
    headers: ClassVar[Mapping[str, str]]

    def begin(self, asked: ListRequest, /) -> bytes:
        """Write what stands before all rows."""

    def rows(self, page: SessionPage, asked: ListRequest, /) -> bytes:
        """Write the rows of a stretch."""

    def end(self, page: SessionPage, cursors: Cursors, /) -> bytes:
        """Write what there is to know behind the last row."""

    def may_go_on(self, page: SessionPage, /) -> bool:
        """Say whether what a stretch lacks can be told in this format, if it lacks anything."""


class Lines:
    """One session a line, and a last line that tells what the others lack."""

    media_type: ClassVar[str] = formats.LINES
    headers: ClassVar[Mapping[str, str]] = {}

    def begin(self, _asked: ListRequest) -> bytes:
        return b""

    def rows(self, page: SessionPage, asked: ListRequest) -> bytes:
        return _encoder.encode_lines([document(row, asked) for row in page.rows])

    def end(self, page: SessionPage, cursors: Cursors) -> bytes:
        trailer = Trailer(
            end=True,
            complete=is_complete(page),
            next=cursors.following(page),
            total=count_shown(page, cursors.asked),
            backends=dict(cursors.reports(page)),
        )
        return _encoder.encode(trailer) + b"\n"

    def may_go_on(self, _page: SessionPage) -> bool:
        return True


class Table:
    """CSV, in which there is no room to say that anything is missing."""

    media_type: ClassVar[str] = formats.TABLE
    headers: ClassVar[Mapping[str, str]] = {
        "Content-Disposition": 'attachment; filename="sessions.csv"'
    }

    def begin(self, asked: ListRequest) -> bytes:
        return table.header(asked)

    def rows(self, page: SessionPage, asked: ListRequest) -> bytes:
        return table.lines(page.rows, asked)

    def end(self, _page: SessionPage, _cursors: Cursors) -> bytes:
        return b""

    def may_go_on(self, page: SessionPage) -> bool:
        return all(_is_whole(report, page) for report in page.reports.values())


WRITERS: dict[str, Writer] = {each.media_type: each for each in (Lines(), Table())}


async def stream(
    request: web.Request,
    run: Run,
    cursors: Cursors,
    deadline: Callable[[], Deadline],
    writer: Writer,
) -> web.StreamResponse:
    """Send every session, and at the end what there is to know of them, if there is room for it.

    Whether anything can be served is decided on the first stretch; each has a deadline of its
    own, or all have the one that the client gave. When the client leaves, nothing more is read.
    """
    asked = cursors.asked
    left = asked.limit
    page = await _next(run, asked, left, deadline())
    refuse_unless_served(page, cursors.reports(page), asked.required)
    coding = gzip.coding_for(request)
    response = _head(page, cursors, writer, coding)
    await response.prepare(request)
    request[IS_STREAMING] = True
    if request.method == "HEAD":
        return response
    written = writer.begin(asked)
    while True:
        await response.write(coding.encode(written + writer.rows(page, asked)))
        written = b""
        left = None if left is None else left - len(page.rows)
        if page.next is None or left == 0:
            break
        page = await _next(run, asked, left, deadline())
        if not writer.may_go_on(page):
            return _broken_off(request, response)
    await response.write_eof(coding.encode(writer.end(page, cursors)) + coding.finish())
    return response


def _head(
    page: SessionPage, cursors: Cursors, writer: Writer, coding: gzip.Coding
) -> web.StreamResponse:
    """Begin the answer. Who served the rows is told of the first stretch."""
    response = web.StreamResponse(
        headers={
            **NO_STORE,
            **writer.headers,
            **coding.headers,
            **cursors.links(),
            **service_headers(page.reports, page.servings),
        }
    )
    response.content_type = writer.media_type
    if writer.media_type == formats.TABLE:
        response.charset = "utf-8"
    return response


async def _next(run: Run, asked: ListRequest, left: int | None, deadline: Deadline) -> SessionPage:
    """Read the next stretch; behind the last one the rest is counted, if that is wanted."""
    is_last = left is not None and left <= ROWS_AT_A_STRETCH
    return await run.next_page(
        deadline,
        left if is_last else ROWS_AT_A_STRETCH,
        is_counted=is_last and asked.count is CountEffort.EXACT,
    )


def _is_whole(report: BackendReport, page: SessionPage) -> bool:
    """Say whether nothing is missing yet: where a budget ended a stretch the next goes on."""
    if report.status is BackendStatus.PARTIAL and page.next is not None:
        return _LOST_ROWS.isdisjoint(report.warnings)
    return report.status is BackendStatus.OK


def _broken_off(request: web.Request, response: web.StreamResponse) -> web.StreamResponse:
    """End the connection without an end of the answer, so that nobody takes it for whole."""
    if request.transport is not None:
        request.transport.abort()
    return response
