"""What an answer lacks, in words: nothing of it goes unsaid."""

from datetime import UTC, datetime

import pytest

from gateway.cli.progress import progress_line
from gateway.cli.words import FAILURES, WARNINGS, counted, in_words, misfits_in_words, remarks
from gateway.federation.misfits import Misfits
from gateway.model.report import (
    BackendReport,
    BackendStatus,
    BackendWarning,
    Count,
    ErrorCode,
    Failure,
    Relation,
)

READ_AT = datetime(2026, 11, 22, 6, 0, 5, tzinfo=UTC)


def test_every_failure_and_every_warning_has_its_words() -> None:
    assert set(FAILURES) == set(ErrorCode)
    assert set(WARNINGS) == set(BackendWarning)


@pytest.mark.parametrize("status", set(BackendStatus) - {BackendStatus.OK})
def test_no_status_but_ok_goes_unsaid(status: BackendStatus) -> None:
    error = Failure(ErrorCode.DNS, retryable=False) if status is BackendStatus.FAILED else None
    is_partial = status is BackendStatus.PARTIAL
    warnings = (BackendWarning.BUDGET_REACHED,) if is_partial else ()
    report = BackendReport(status=status, error=error, warnings=warnings)

    assert len(list(remarks({"museum": report}))) == 1


def test_what_is_whole_needs_no_words() -> None:
    assert not list(remarks({"museum": BackendReport(status=BackendStatus.OK)}))


def test_a_failure_says_whether_to_try_again() -> None:
    passing = Failure(ErrorCode.TIMEOUT, retryable=True)
    waiting = Failure(ErrorCode.RATE_LIMITED, retryable=True, retry_after_s=30)
    lasting = Failure(ErrorCode.AUTH, retryable=False)

    assert in_words(passing) == "it did not answer in time (timeout); trying again may help"
    assert in_words(waiting).endswith("(rate_limited); try again in 30 s")
    assert in_words(lasting) == "it does not accept the credentials (auth)"


@pytest.mark.parametrize(
    ("given", "total", "told"),
    [
        (1, None, "1 session"),
        (50, None, "50 sessions"),
        (50, Count(2533, Relation.EQUAL), "50 of 2,533 sessions"),
        (50, Count(2533, Relation.AT_LEAST), "50 of at least 2,533 sessions"),
    ],
)
def test_sessions_are_counted(given: int, total: Count | None, told: str) -> None:
    assert counted(given, total) == told


def test_all_that_does_not_fit_is_told_and_counted() -> None:
    known = Misfits()
    known.note_records(1200, 2, READ_AT)
    known.unknown_statuses = 3
    known.note_failure(ErrorCode.BAD_PAYLOAD, READ_AT)
    known.note_unreadable(["ended_at", "x" * 500])

    assert [*misfits_in_words(known)] == [
        "records that are no sessions (of 1,200): 2",
        "records with a word for their status that nobody knows: 3",
        "answers that could not be read: 1",
        "records of which other fields could not be read: 1",
        "records of which ended_at could not be read: 1",
    ]


def test_of_what_fits_nothing_is_told() -> None:
    known = Misfits()
    known.note_records(7, 0, READ_AT)

    assert not [*misfits_in_words(known)]


def test_progress_tells_the_time_too() -> None:
    assert progress_line(500, Count(1000, Relation.EQUAL), 12.4) == "500 of 1,000 sessions, 12 s"


def test_what_is_stale_is_not_missing_and_its_age_is_told() -> None:
    report = BackendReport(
        status=BackendStatus.STALE,
        as_of=READ_AT,
        error=Failure(ErrorCode.RESET, retryable=True),
    )

    (told,) = remarks({"museum": report})

    assert told == (
        "museum: it broke the connection off (reset); trying again may help; these sessions of it"
        " were read at 2026-11-22 06:00:05 UTC, and are not fresh any more"
    )
