"""What may be wrong with the rows of Digital Samba, each time in an otherwise good answer."""

import json
from collections.abc import Callable
from dataclasses import replace

from tests.laboratory.http_faults import rewriting, saying
from tests.laboratory.messages import Reply, Request
from tests.laboratory.server import Exchange, Fault
from tests.laboratory.vendors import DigitalSamba, Row, digital_samba

_A_NAME = b"DailyEnglishLessons"


def with_first_row(change: Callable[[Row], Row]) -> Fault:
    """Send a first row that was changed."""
    return with_rows(lambda rows: [change(rows[0]), *rows[1:]])


def with_rows(change: Callable[[list[Row]], list[Row]]) -> Fault:
    """Send rows that were changed."""
    return saying(lambda document: document | {"data": change(document["data"])})


def with_each_row(change: Callable[[Row], Row]) -> Fault:
    """Send nothing but rows that were changed."""
    return with_rows(lambda rows: [change(row) for row in rows])


def naming(name: bytes) -> Fault:
    """Name every room with these bytes."""
    return rewriting(lambda body: body.replace(_A_NAME, name))


LATIN_1 = rewriting(lambda body: body.replace(_A_NAME, b"caf\xe9", 1))
"""One room has a name that is not UTF-8."""


def backwards(rows: list[Row]) -> list[Row]:
    """Turn the order round."""
    return rows[::-1]


def doubled(rows: list[Row]) -> list[Row]:
    """Send the first row twice."""
    return [rows[0], *rows]


def with_total(total: object) -> Fault:
    """Send another total."""
    return saying(lambda document: document | {"total_count": total})


def without_id(row: Row) -> Row:
    """Leave the id out."""
    return {name: value for name, value in row.items() if name != "id"}


def unreadable(row: Row) -> Row:
    """Write the start as what nobody can read."""
    return row | {"start_time": "the day before yesterday"}


def in_the_future(row: Row) -> Row:
    """Let it start tomorrow, as a vendor has it whose clock is wrong."""
    times = {"start_time": "2026-11-23 18:00:00", "end_time": "2026-11-23 18:01:00"}
    return row | times


async def same_page_for_ever(exchange: Exchange) -> None:
    """Send the first page whatever page is asked for."""
    target = exchange.request.target.partition("&after=")[0]
    await exchange.send(exchange.honest(replace(exchange.request, target=target)).written())


async def endless_pages(exchange: Exchange) -> None:
    """Send a full page of what was never sent before, and always tell of more."""
    size, begin = int(exchange.request.query["limit"]), exchange.number * 1000
    row = digital_samba(1).rows[0]
    rows = [row | {"id": f"samba-{begin + n}"} for n in range(size)]
    body = json.dumps({"total_count": 10**9, "data": rows}).encode()
    await exchange.send(Reply(body).written())


class Growing:
    """A vendor that has one more session, the newest, after its first answer."""

    def __init__(self, count: int) -> None:
        self._rows = digital_samba(count).rows
        self._asked = 0

    def __call__(self, request: Request) -> Reply:
        """Answer a page of what there is by now."""
        self._asked += 1
        newest = self._rows[0] | {"id": "samba-new", "start_time": "2026-11-22 11:00:00"}
        rows = self._rows if self._asked == 1 else [newest, *self._rows]
        return DigitalSamba(rows)(request)
