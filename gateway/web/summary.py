"""``GET /v1/sessions/summary``: how many sessions there are of each kind."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from http import HTTPStatus

import msgspec
from aiohttp import web
from multidict import MultiMapping

from gateway.federation.deadline import Deadline
from gateway.federation.run import SessionPage
from gateway.federation.summary import GROUPINGS, MAX_CELLS, Tabulation, TooManyCellsError
from gateway.model.query import Field, Query
from gateway.model.report import Count, Relation
from gateway.web import values
from gateway.web.answers import is_complete
from gateway.web.callers import Caller
from gateway.web.documents import SummaryAnswer
from gateway.web.form import Form, Parameter
from gateway.web.hiding import refuse_hidden_names
from gateway.web.parse import Directory, is_condition, parse_question
from gateway.web.problems import Problem
from gateway.web.refusals import is_whole, refuse_unless_served
from gateway.web.render import json_response, page_headers
from gateway.web.views import RunView

ROWS_AT_A_TIME = 500

_BUCKETS = {
    "1m": timedelta(minutes=1),
    "5m": timedelta(minutes=5),
    "15m": timedelta(minutes=15),
    "1h": timedelta(hours=1),
    "6h": timedelta(hours=6),
    "1d": timedelta(days=1),
}
_BY = Parameter("by", values.SomeOf(GROUPINGS))
_BUCKET = Parameter("bucket", values.OneOf(tuple(_BUCKETS)))
PARAMETERS: Mapping[str, Callable[[str], object]] = dict([_BY, _BUCKET])
"""The parameters that say what is counted by; one of them is needed."""


@dataclass(frozen=True, slots=True)
class SummaryRequest:
    """Which sessions are to be counted, and by what: fields, and buckets of their start."""

    query: Query
    by: tuple[Field, ...]
    bucket: timedelta | None


def parse_summary(
    parameters: MultiMapping[str], caller: Caller, directory: Directory
) -> SummaryRequest:
    """Read the parameters of a summary, or raise a 400 that names everything that is wrong."""
    form = Form(parameters)
    form.refuse_all_but(lambda name: is_condition(name) or name in PARAMETERS)
    query = parse_question(form, caller, directory).query
    by = form.one(*_BY) or ()
    bucket = form.one(*_BUCKET)
    if not PARAMETERS.keys() & set(form.names()):
        form.refuse("by", "missing_parameter", f"is a comma list of {', '.join(GROUPINGS)}")
    grouping = tuple(map(Field, by))
    refuse_hidden_names(form, "by", grouping, query, caller.redaction)
    form.finish()
    return SummaryRequest(query, grouping, _BUCKETS[bucket] if bucket else None)


async def summarise(run: RunView, asked: SummaryRequest, deadline: Deadline) -> web.Response:
    """Count page after page, until the end or the deadline."""
    table = Tabulation(asked.by, asked.bucket)
    page = await run.next_page(deadline)
    refuse_unless_served(page, page.reports)
    _count(table, page)
    while page.next is not None:
        page = await run.next_page(deadline)
        _count(table, page)
    is_all = all(map(is_whole, page.reports.values()))
    relation = Relation.EQUAL if is_all else Relation.AT_LEAST
    cells = msgspec.json.encode(list(_cells(table, relation)))
    answer = SummaryAnswer(
        data=msgspec.Raw(cells),
        total=page.total,
        complete=is_complete(page),
        backends=dict(page.reports),
    )
    content = msgspec.json.encode(page.total) + cells
    return json_response(answer, headers=page_headers(page, content))


def _count(table: Tabulation, page: SessionPage) -> None:
    try:
        table.add(page.sessions)
    except TooManyCellsError:
        raise Problem(
            HTTPStatus.BAD_REQUEST,
            "too_many_cells",
            f"There are more than {MAX_CELLS} cells: count by less, or filter.",
        ) from None


def _cells(table: Tabulation, relation: Relation) -> Iterator[dict[str, object]]:
    """Write the cells, the largest first."""
    names = [*table.by, "bucket"] if table.bucket else table.by
    for cell, number in table.cells.most_common():
        yield {**dict(zip(names, cell, strict=True)), "count": Count(number, relation)}
