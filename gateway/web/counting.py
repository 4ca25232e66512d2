"""Counting calls, and the parts of answers. No word that a client chooses is counted by."""

from collections.abc import Mapping
from http import HTTPStatus

from aiohttp import web

from gateway.federation.backend import Backend
from gateway.figures.calls import CallFigures
from gateway.model.report import BackendReport, BackendStatus
from gateway.web.catalogue import CATALOGUE
from gateway.web.problems import ProblemResponse

UNKNOWN_ROUTE = "(unknown)"
"""Of a path that leads nowhere, or is not served by the method."""

_OTHER = "other"
_METHODS = frozenset({"GET", "HEAD", "POST", "OPTIONS"})
_NOT_READ = "none"
_NOTHING = BackendReport(status=BackendStatus.OK)


def route_of(request: web.Request) -> str:
    """Give the route of a call, as the table of routes has it."""
    resource = request.match_info.route.resource
    return resource.canonical if resource else UNKNOWN_ROUTE


def method_of(request: web.BaseRequest) -> str:
    """Give the method of a call, if it is one that is served anywhere."""
    return request.method if request.method in _METHODS else _OTHER


def problem_of(response: web.StreamResponse | None) -> str:
    """Give the code of the problem that an answer is: none of another answer, or without one."""
    if not isinstance(response, ProblemResponse):
        return ""
    return response.code if response.code in CATALOGUE else _OTHER


def status_of(response: web.StreamResponse | None) -> int:
    """Give the status of an answer: that of a bug where there is none."""
    return HTTPStatus.INTERNAL_SERVER_ERROR.value if response is None else response.status


def count_call(
    figures: CallFigures,
    request: web.Request,
    route: str,
    response: web.StreamResponse | None,
    seconds: float,
) -> None:
    """Count a call that was answered, or broke off before it was."""
    method, status = method_of(request), status_of(response)
    figures.answered[route, method, f"{status // 100}xx", problem_of(response)] += 1
    if route != UNKNOWN_ROUTE:
        figures.seconds[route, "GET" if method == "HEAD" else method].note(seconds)


def count_parts(
    backends: Mapping[str, Backend],
    reports: Mapping[str, BackendReport],
    before: Mapping[str, BackendReport] | None = None,
) -> None:
    """Count what each backend gave of an answer, since it was told what it had given ``before``."""
    told = before or {}
    for name, report in reports.items():
        if name not in backends:
            continue
        figures = backends[name].figures
        if before is None:
            figures.parts[report.status, report.served_from or _NOT_READ] += 1
        known = told.get(name, _NOTHING)
        figures.rows += report.rows - known.rows
        figures.late += report.late - known.late
        figures.duplicates += report.duplicates - known.duplicates
