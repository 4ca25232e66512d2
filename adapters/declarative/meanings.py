"""What answers mean by the table of a file, and the errors that belong to that."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import assert_never

from adapters.declarative.answers import Answer
from adapters.declarative.documents import Selector
from adapters.declarative.language.outcomes import CallName, ErrorRule, Meaning
from gateway.spi import (
    Address,
    BadAnswer,
    ErrorCode,
    First,
    GiveUp,
    LogInAgain,
    SlowDown,
    StartOver,
    TryAgainLater,
    UpstreamError,
)


class Meanings:
    """The table of a file: the first rule that fits an answer says what it means."""

    def __init__(self, rules: Sequence[ErrorRule]) -> None:
        """Compile what the rules look for."""
        self._rules = [
            (rule, None if rule.when.body is None else Selector(rule.when.body)) for rule in rules
        ]

    def rule_for(self, call: CallName, answer: Answer) -> ErrorRule | None:
        """Give the rule that fits, if there is one."""
        return next((rule for rule, body in self._rules if _fits(rule, body, call, answer)), None)

    def check(self, call: CallName, answer: Answer) -> None:
        """Raise the error that an answer is, by the table or else by its status."""
        rule = self.rule_for(call, answer)
        if rule is not None:
            raise error_of(rule, answer)
        answer.raise_for_failure()

    def is_no_page(self, answer: Answer, at: Address) -> bool:
        """Say whether there is no page at an address; raise the error that any other answer is."""
        rule = self.rule_for("list", answer)
        is_beyond = rule is not None and rule.is_ == "no_page"
        is_lost = rule.is_ == "start_over" if rule else answer.status == HTTPStatus.GONE
        if is_beyond and at != First():
            return True
        if is_lost and at != First():
            raise StartOver(f"{answer.what}: a place that is no longer known")
        if is_beyond or is_lost or rule is None:  # The beginning of a list cannot be missing.
            answer.raise_for_failure()
        if rule is not None:
            raise error_of(rule, answer)
        return False


def _fits(rule: ErrorRule, body: Selector | None, call: CallName, answer: Answer) -> bool:
    when = rule.when
    if when.op is not None and not _is_among(call, when.op):
        return False
    if when.status is not None and not _is_among(answer.status, when.status):
        return False
    if when.rpc_code is not None and not _is_among(answer.rpc_code, when.rpc_code):
        return False
    return body is None or _is_true_of(body, answer)


def _is_among(told: object, wanted: object) -> bool:
    return told in wanted if isinstance(wanted, tuple) else told == wanted


def _is_true_of(body: Selector, answer: Answer) -> bool:
    """Say whether an expression is true: it is not of what cannot be read, or makes it fail."""
    try:
        return body.is_true_of(answer.document)
    except BadAnswer:
        return False


def error_of(rule: ErrorRule, answer: Answer) -> UpstreamError:  # noqa: PLR0911  # a closed table
    """Make the error for what an answer means, where its call has no other end for that."""
    meaning: Meaning = rule.is_
    message = f"{answer.what}: {meaning} by the rules of its file"
    wait = answer.wait_seconds if rule.retry_after == "header" else None
    match meaning:
        case "auth_failed":
            return LogInAgain(message)
        case "forbidden":
            return GiveUp(ErrorCode.FORBIDDEN, message)
        case "rate_limited":
            return SlowDown(message, retry_after_seconds=wait)
        case "unavailable":
            return TryAgainLater(ErrorCode.UNAVAILABLE, message, retry_after_seconds=wait)
        case "upstream_error" | "unclear":
            return TryAgainLater(ErrorCode.UPSTREAM_ERROR, message)
        case "bad_answer":
            return BadAnswer(ErrorCode.UPSTREAM_ERROR, message)
        case "start_over":
            return StartOver(message)
        case "wrong_address" | "not_found":
            return GiveUp(ErrorCode.CONFIG, message)
        case "no_page" | "already_done" | "perhaps_done" | "invalid_field" | "not_own_session":
            return GiveUp(ErrorCode.PROTOCOL, message)
        case _:
            assert_never(meaning)
