"""Render: from a page over all backends to the answer, honest about what it lacks."""

from collections.abc import Collection, Mapping
from http import HTTPStatus

import msgspec
from aiohttp import web
from msgspec import structs

from gateway.federation.lookup import Found
from gateway.federation.run import SessionPage
from gateway.model.report import BackendReport, BackendStatus, Count, ErrorCode, Failure
from gateway.model.session import Session
from gateway.paging.merge import Row
from gateway.web.answers import ListAnswer, SessionAnswer
from gateway.web.caching import NO_STORE, freshness_headers, service_headers
from gateway.web.formats import JSON
from gateway.web.parse import CountEffort, ListRequest
from gateway.web.problems import Problem

_SERVED = {BackendStatus.OK, BackendStatus.STALE, BackendStatus.PARTIAL}
_PASSING = {
    ErrorCode.RATE_LIMITED,
    ErrorCode.CIRCUIT_OPEN,
    ErrorCode.OVERLOADED,
    ErrorCode.UNAVAILABLE,
}
_DEFAULT_RETRY_AFTER_SECONDS = 5.0


def page_response(
    page: SessionPage,
    asked: ListRequest,
    *,
    cursor: str | None,
    reports: Mapping[str, BackendReport],
    links: Mapping[str, str],
) -> web.Response:
    """Write a page down; raise the problem that fits if it is not what was required."""
    refuse_unless_served(page, reports, asked.required)
    rows = msgspec.json.encode([document(row, asked) for row in page.rows])
    total = count_shown(page, asked)
    content = msgspec.json.encode([JSON, asked.page_size, cursor is None, total]) + rows
    answer = ListAnswer(
        data=msgspec.Raw(rows),
        page={"limit": asked.page_size, "next": cursor},
        total=total,
        complete=is_complete(page),
        backends=dict(reports),
    )
    return json_response(answer, headers={**links, **page_headers(page, content)})


def page_headers(page: SessionPage, content: bytes) -> dict[str, str]:
    """Say how long an answer over a page serves, and who served it."""
    return {
        **freshness_headers(page.reports, page.servings, content),
        **service_headers(page.reports, page.servings),
    }


def refuse_unless_served(
    page: SessionPage,
    reports: Mapping[str, BackendReport],
    required: Collection[str] = (),
) -> None:
    """Raise if no asked backend could serve, or one that is required did not in full."""
    if page.reports and not any(r.status in _SERVED for r in page.reports.values()):
        raise _not_served(page.reports, reports)
    lacking = {n: r for n, r in page.reports.items() if n in required and not _is_ok(r)}
    if lacking:
        raise _not_served(lacking, reports)


def is_complete(page: SessionPage) -> bool:
    """Say whether every asked backend gave all it has."""
    return all(_is_ok(report) for report in page.reports.values())


def count_shown(page: SessionPage, asked: ListRequest) -> Count | None:
    """Give the total, unless the client wants none."""
    return None if asked.count is CountEffort.NONE else page.total


def document(row: Row, asked: ListRequest) -> Session | dict[str, object]:
    """Give a session with the fields that were asked for, and its record if that was."""
    session = row.session
    if asked.is_raw_wanted:
        session = structs.replace(session, raw=row.raw)
    if asked.fields is None:
        return session
    fields = {name: getattr(session, name) for name in asked.fields}
    return fields | {"raw": row.raw} if asked.is_raw_wanted else fields


def session_response(found: Found) -> web.Response:
    """Write one session down."""
    name, session = found.session.backend, msgspec.json.encode(found.session)
    reports, servings = {name: found.report}, {name: found.serving}
    headers = {
        **freshness_headers(reports, servings, session),
        **service_headers(reports, servings),
    }
    answer = SessionAnswer(data=msgspec.Raw(session), backend=found.report)
    return json_response(answer, headers=headers)


def json_response(
    document: object,
    status: HTTPStatus = HTTPStatus.OK,
    headers: Mapping[str, str] | None = None,
) -> web.Response:
    """Write a document as JSON."""
    return web.Response(
        status=status.value,
        body=msgspec.json.encode(document),
        content_type=JSON,
        headers={**NO_STORE, **(headers or {})},
    )


def failure_problem(
    failures: list[Failure], backends: Mapping[str, BackendReport] | None = None
) -> Problem:
    """Find the status for a call that failed for these reasons, and no other."""
    codes = {failure.code for failure in failures}
    if codes == {ErrorCode.TIMEOUT}:
        status, code, detail = HTTPStatus.GATEWAY_TIMEOUT, "timeout", "No answer in time."
    elif codes == {ErrorCode.NOT_CACHED}:
        status, code, detail = HTTPStatus.GATEWAY_TIMEOUT, "not_cached", "Nothing kept answers."
    elif codes <= _PASSING:
        status, code = HTTPStatus.SERVICE_UNAVAILABLE, "unavailable"
        detail = "Nothing can be served now; try again later."
    else:
        status, code = HTTPStatus.BAD_GATEWAY, "upstream_failed"
        detail = "What was asked for could not be read."
    is_passing = status is HTTPStatus.SERVICE_UNAVAILABLE
    headers = {"Retry-After": _retry_after(failures)} if is_passing else {}
    return Problem(status, code, detail, backends=backends, headers=headers)


def _retry_after(failures: list[Failure]) -> str:
    waits = [f.retry_after_s for f in failures if f.retry_after_s is not None]
    return str(max(1, round(min(waits, default=_DEFAULT_RETRY_AFTER_SECONDS))))


def _is_ok(report: BackendReport) -> bool:
    return report.status is BackendStatus.OK


def _not_served(
    lacking: Mapping[str, BackendReport], reports: Mapping[str, BackendReport]
) -> Problem:
    """Say why there is no answer without these backends."""
    failures = [report.error for report in lacking.values() if report.error is not None]
    if failures:
        return failure_problem(failures, reports)
    if any(report.status is BackendStatus.UNANSWERABLE for report in lacking.values()):
        status, code = HTTPStatus.BAD_REQUEST, "filter_unanswerable"
        detail = "A backend does not have the field that is filtered on."
    else:
        status, code = HTTPStatus.BAD_GATEWAY, "incomplete"
        detail = "A backend that was named is switched off, or could be read in part only."
    return Problem(status, code, detail, backends=reports)
