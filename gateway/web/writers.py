"""The formats that a whole answer is written in, stretch after stretch: lines of JSON, and CSV."""

from collections.abc import Mapping
from typing import ClassVar, Protocol

import msgspec

from gateway.federation.run import SessionPage
from gateway.model.report import BackendStatus
from gateway.web import csv_rows, formats
from gateway.web.answers import count_shown, documents, is_complete
from gateway.web.cursors import Cursors
from gateway.web.documents import Trailer
from gateway.web.parse import ListRequest
from gateway.web.refusals import LOST_ROWS, is_taken, is_whole

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

    def may_go_on(self, page: SessionPage, asked: ListRequest, /) -> bool:
        """Say whether what a stretch lacks can be told in this format, if it lacks anything."""


class Lines:
    """One session a line, and a last line that tells what the others lack."""

    media_type: ClassVar[str] = formats.LINES
    headers: ClassVar[Mapping[str, str]] = {}

    def begin(self, _asked: ListRequest) -> bytes:
        return b""

    def rows(self, page: SessionPage, asked: ListRequest) -> bytes:
        return _encoder.encode_lines(documents(page.rows, asked))

    def end(self, page: SessionPage, cursors: Cursors) -> bytes:
        trailer = Trailer(
            end=True,
            complete=is_complete(page),
            next=cursors.following(page),
            total=count_shown(page, cursors.asked),
            backends=dict(cursors.reports(page)),
        )
        return _encoder.encode(trailer) + b"\n"

    def may_go_on(self, _page: SessionPage, _asked: ListRequest) -> bool:
        return True


class Table:
    """CSV, in which there is no room to say that anything is missing."""

    media_type: ClassVar[str] = formats.TABLE
    headers: ClassVar[Mapping[str, str]] = {
        "Content-Disposition": 'attachment; filename="sessions.csv"'
    }

    def begin(self, asked: ListRequest) -> bytes:
        return csv_rows.encoded([_columns(asked)])

    def rows(self, page: SessionPage, asked: ListRequest) -> bytes:
        columns = _columns(asked)
        told = documents(page.rows, asked)
        return csv_rows.encoded(csv_rows.texts(document, columns) for document in told)

    def end(self, _page: SessionPage, _cursors: Cursors) -> bytes:
        return b""

    def may_go_on(self, page: SessionPage, asked: ListRequest) -> bool:
        return all(_is_whole(name, page) and is_taken(name, page, asked) for name in page.reports)


LINES, TABLE = Lines(), Table()
WRITERS: dict[str, Writer] = {each.media_type: each for each in (LINES, TABLE)}


def _columns(asked: ListRequest) -> tuple[str, ...]:
    return csv_rows.columns(asked.fields, is_raw_wanted=asked.is_raw_wanted)


def _is_whole(name: str, page: SessionPage) -> bool:
    """Say whether nothing is missing yet: where a budget ended a stretch the next goes on."""
    report = page.reports[name]
    if report.status in (BackendStatus.PARTIAL, BackendStatus.STALE) and page.next is not None:
        return LOST_ROWS.isdisjoint(report.warnings)
    return is_whole(report)
