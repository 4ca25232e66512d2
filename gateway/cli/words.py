"""What an answer lacks, in words. All is pure."""

from collections.abc import Iterator, Mapping

from gateway.federation.misfits import OTHER_FIELDS, Misfits
from gateway.model.report import (
    BackendReport,
    BackendStatus,
    BackendWarning,
    Count,
    ErrorCode,
    Failure,
    Relation,
)

FAILURES: Mapping[ErrorCode, str] = {
    ErrorCode.TIMEOUT: "it did not answer in time",
    ErrorCode.CONNECT: "no connection to it could be made",
    ErrorCode.DNS: "the name in its url leads nowhere",
    ErrorCode.TLS: "its certificate is not trusted",
    ErrorCode.RESET: "it broke the connection off",
    ErrorCode.RATE_LIMITED: "it asks to be left alone for a while",
    ErrorCode.UNAVAILABLE: "it says that it is not available now",
    ErrorCode.UPSTREAM_ERROR: "it answered with an error of its own",
    ErrorCode.AUTH: "it does not accept the credentials",
    ErrorCode.FORBIDDEN: "the credentials may not read this",
    ErrorCode.BAD_PAYLOAD: "what it answered cannot be read",
    ErrorCode.SCHEMA: "what it answered holds no sessions that are known here",
    ErrorCode.TOO_LARGE: "its answer is larger than limits.max_body",
    ErrorCode.PROTOCOL: "it does not speak as its vendor's servers do",
    ErrorCode.CIRCUIT_OPEN: "it failed again and again, and is left alone for a while",
    ErrorCode.OVERLOADED: "too much is being read at once",
    ErrorCode.CONFIG: "its configuration, or the adapter it names, cannot be used",
    ErrorCode.BUDGET_EXCEEDED: "reading it takes more than one answer may cost",
    ErrorCode.GROUP_TOO_LARGE: "it leaves too many sessions in an open order",
    ErrorCode.NOT_CACHED: "nothing of it is kept",
    ErrorCode.WRITE_OUTCOME_UNKNOWN: "nobody knows whether it carried the write out",
}

WARNINGS: Mapping[BackendWarning, str] = {
    BackendWarning.REJECTED_ROWS: "records without a usable id were left out",
    BackendWarning.UNREADABLE_FIELDS: "fields that could not be read are null,"
    " and stand among the attributes",
    BackendWarning.DUPLICATES: "it sent sessions twice; each is given once",
    BackendWarning.PAGE_DRIFT: "sessions moved while its pages were read, so some may be missing",
    BackendWarning.ORDER_VIOLATION: "sessions came too late for their place in the order"
    " and are missing",
    BackendWarning.HORIZON_REACHED: "sessions older than its horizon were not looked for",
    BackendWarning.BUDGET_REACHED: "the page ended early, since reading it took all it may cost",
    BackendWarning.WARMING: "its whole list is still being read",
    BackendWarning.CLOCK_SKEW: "sessions start later than now: its clock is ahead of the one here",
}

_NO_SESSIONS = "records that are no sessions"
_STRANGE_WORDS = "records with a word for their status that nobody knows"
_NOT_READ = "answers that could not be read"


def remarks(reports: Mapping[str, BackendReport]) -> Iterator[str]:
    """Say of each backend what it could not give, and what else to know of its part."""
    for name, report in reports.items():
        for remark in _remarks(report):
            yield f"{name}: {remark}"


def misfits_in_words(known: Misfits) -> Iterator[str]:
    """Say what of a vendor's answers did not fit its adapter, and how much of it."""
    counts = {
        f"{_NO_SESSIONS} (of {known.records:,})": known.rejected,
        _STRANGE_WORDS: known.unknown_statuses,
        _NOT_READ: known.bad_answers,
    }
    yield from (f"{what}: {count:,}" for what, count in counts.items() if count)
    for name, count in sorted(known.unreadable_fields.items()):
        field = "other fields" if name == OTHER_FIELDS else name
        yield f"records of which {field} could not be read: {count:,}"


def counted(given: int, total: Count | None) -> str:
    """Say how many of all sessions these are."""
    if total is None:
        return f"{given:,} session{'' if given == 1 else 's'}"
    least = "" if total.relation is Relation.EQUAL else "at least "
    return f"{given:,} of {least}{total.value:,} sessions"


def in_words(failure: Failure) -> str:
    """Say why a backend failed, and whether to try again."""
    said = f"{FAILURES[failure.code]} ({failure.code.value})"
    if failure.retry_after_s is not None:
        return f"{said}; try again in {failure.retry_after_s:.0f} s"
    return f"{said}; trying again may help" if failure.retryable else said


def _remarks(report: BackendReport) -> Iterator[str]:
    match report.status:
        case BackendStatus.SKIPPED:
            yield "is switched off (enabled: false), so its sessions are missing"
        case BackendStatus.UNANSWERABLE:
            yield "its vendor has no such field to filter on, so its sessions are missing"
        case BackendStatus.STALE:
            yield _stale(report)
        case BackendStatus.FAILED if report.error is not None:
            yield f"{in_words(report.error)}; sessions of it are missing"
    yield from (WARNINGS[warning] for warning in report.warnings)


def _stale(report: BackendReport) -> str:
    """Say as of when a backend's sessions are, and why there are no newer ones."""
    read = "earlier" if report.as_of is None else f"at {report.as_of:%Y-%m-%d %H:%M:%S} UTC"
    told = f"these sessions of it were read {read}, and are not fresh any more"
    return told if report.error is None else f"{in_words(report.error)}; {told}"
