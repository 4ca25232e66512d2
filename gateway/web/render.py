"""Render: from a page over all backends to the answer, honest about what it lacks."""

from collections.abc import Mapping
from http import HTTPStatus

import msgspec
from aiohttp import web

from gateway.federation.federation import SessionPage
from gateway.federation.lookup import Found
from gateway.model.report import BackendReport, BackendStatus, ErrorCode, Failure
from gateway.web.problems import Problem

_SERVED = {BackendStatus.OK, BackendStatus.STALE, BackendStatus.PARTIAL}
_PASSING = {
    ErrorCode.RATE_LIMITED,
    ErrorCode.CIRCUIT_OPEN,
    ErrorCode.OVERLOADED,
    ErrorCode.UNAVAILABLE,
}
_DEFAULT_RETRY_AFTER_SECONDS = 5.0


def page_response(page: SessionPage, *, limit: int, cursor: str | None) -> web.Response:
    """Write a page down; raise the problem that fits if no asked backend could serve."""
    if page.reports and not any(r.status in _SERVED for r in page.reports.values()):
        raise _nothing_served(page.reports)
    return json_response(
        {
            "data": page.sessions,
            "page": {"limit": limit, "next": cursor},
            "total": page.total,
            "complete": all(r.status is BackendStatus.OK for r in page.reports.values()),
            "backends": page.reports,
        }
    )


def session_response(found: Found) -> web.Response:
    """Write one session down."""
    return json_response({"data": found.session, "backend": found.report})


def json_response(document: object) -> web.Response:
    """Write a document as JSON."""
    return web.Response(
        body=msgspec.json.encode(document),
        content_type="application/json",
        headers={"Cache-Control": "no-store"},
    )


def failure_problem(
    failures: list[Failure], backends: Mapping[str, BackendReport] | None = None
) -> Problem:
    """Find the status for a call that failed for these reasons, and no other."""
    codes = {failure.code for failure in failures}
    if codes == {ErrorCode.TIMEOUT}:
        status, code, detail = HTTPStatus.GATEWAY_TIMEOUT, "timeout", "No answer in time."
    elif codes <= _PASSING:
        status, code = HTTPStatus.SERVICE_UNAVAILABLE, "unavailable"
        detail = "Nothing can be served now; try again later."
    else:
        status, code = HTTPStatus.BAD_GATEWAY, "upstream_failed"
        detail = "No asked backend could be read."
    is_passing = status is HTTPStatus.SERVICE_UNAVAILABLE
    headers = {"Retry-After": _retry_after(failures)} if is_passing else {}
    return Problem(status, code, detail, backends=backends, headers=headers)


def _retry_after(failures: list[Failure]) -> str:
    waits = [f.retry_after_s for f in failures if f.retry_after_s is not None]
    return str(max(1, round(min(waits, default=_DEFAULT_RETRY_AFTER_SECONDS))))


def _nothing_served(reports: Mapping[str, BackendReport]) -> Problem:
    failures = [report.error for report in reports.values() if report.error is not None]
    if failures:
        return failure_problem(failures, reports)
    return Problem(
        HTTPStatus.BAD_REQUEST,
        "filter_unanswerable",
        "None of the asked backends has the field that is filtered on.",
        backends=reports,
    )
