"""The problem that fits where nobody could be served, or not what was required."""

from collections.abc import Mapping
from http import HTTPStatus

from gateway.federation.run import SessionPage
from gateway.model.report import BackendReport, BackendStatus, BackendWarning, ErrorCode, Failure
from gateway.web.parse import ListRequest
from gateway.web.problems import Problem

_SERVED = {BackendStatus.OK, BackendStatus.STALE, BackendStatus.PARTIAL}
_PASSING = {
    ErrorCode.RATE_LIMITED,
    ErrorCode.CIRCUIT_OPEN,
    ErrorCode.OVERLOADED,
    ErrorCode.UNAVAILABLE,
}
LOST_ROWS = {
    BackendWarning.REJECTED_ROWS,
    BackendWarning.ORDER_VIOLATION,
    BackendWarning.PAGE_DRIFT,
    BackendWarning.HORIZON_REACHED,
}
_LACKING = LOST_ROWS | {BackendWarning.BUDGET_REACHED}
_DEFAULT_RETRY_AFTER_SECONDS = 5.0


def refuse_unless_served(
    page: SessionPage,
    reports: Mapping[str, BackendReport],
    asked: ListRequest | None = None,
) -> None:
    """Raise if no asked backend could serve, or one that is required did not in full.

    What is stale is in full where the client takes it.
    """
    if page.reports and not any(r.status in _SERVED for r in page.reports.values()):
        raise _not_served(page.reports, reports)
    if asked is None:
        return
    lacking = {
        name: report
        for name, report in page.reports.items()
        if name in asked.required and not (is_whole(report) and is_taken(name, page, asked))
    }
    if lacking:
        raise _not_served(lacking, reports)


def is_whole(report: BackendReport) -> bool:
    """Say whether a backend gave all it has, or had at the instant as of which it is stale."""
    if report.status is BackendStatus.STALE:
        return _LACKING.isdisjoint(report.warnings)
    return report.status is BackendStatus.OK


def is_taken(name: str, page: SessionPage, asked: ListRequest) -> bool:
    """Say whether a backend's part, if it is stale, is so for no longer than the client takes."""
    report = page.reports[name]
    if report.status is not BackendStatus.STALE:
        return True
    if report.error is None or asked.stale_taken_s is None:
        return asked.stale_taken_s is not None
    return -(page.servings[name].fresh_for_s or 0.0) <= asked.stale_taken_s


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
