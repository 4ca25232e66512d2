"""What is said of each endpoint besides what its handler says: by the handler's name."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus

from gateway.model.schema import Schema
from gateway.web.formats import JSON, LINES, TABLE
from gateway.web.openapi import parameters

HTML = "text/html"

_SERVED = ("Cache-Control", "ETag", "Cache-Status", "Server-Timing", "Preference-Applied")
_TOLD_OF_WRITES = ("Cache-Control", "Idempotency-Replayed", "Preference-Applied")
_KEPT = ("ETag", "Cache-Control", "Cache-Status", "Server-Timing", "Link")


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer that is no problem: its shapes by media type, and its headers.

    A shape is the name of a component; several mean any of them, none a text.
    """

    status: HTTPStatus
    meaning: str
    content: Mapping[str, Sequence[str]]
    headers: Sequence[str] = ("Cache-Control",)


@dataclass(frozen=True, slots=True)
class Operation:
    """One endpoint."""

    answers: Sequence[Answer]
    tag: str
    problems: Sequence[str] = ()
    query: Sequence[Callable[[], list[Schema]]] = ()
    headers: Sequence[str] = ()
    body: str | None = None
    is_body_needed: bool = False
    is_keyed: bool = True
    is_key_needed: bool = False


def _ok(
    shape: str,
    *headers: str,
    meaning: str = "What was asked for.",
) -> Answer:
    return Answer(HTTPStatus.OK, meaning, {JSON: [shape]}, ("Cache-Control", *headers))


_NOT_MODIFIED = Answer(HTTPStatus.NOT_MODIFIED, "It is what the client has.", {}, _KEPT)
_DONE = Answer(
    HTTPStatus.OK,
    "It was done, or had been done already.",
    {JSON: ["WriteAnswer"]},
    _TOLD_OF_WRITES,
)
_NOT_TOLD_APART = Answer(
    HTTPStatus.ACCEPTED,
    "It was done, but the vendor does not tell the session.",
    {JSON: ["WriteAnswer"]},
    _TOLD_OF_WRITES,
)
_CREATED = Answer(
    HTTPStatus.CREATED,
    "It is new.",
    {JSON: ["WriteAnswer"]},
    (*_TOLD_OF_WRITES, "Location"),
)
_PAGE = Answer(
    HTTPStatus.OK,
    "One page, or the plan of it; as lines or a table, the whole answer.",
    {JSON: ["ListAnswer", "PlanAnswer"], LINES: (), TABLE: ()},
    (*_SERVED, "Link", "Content-Disposition"),
)
_SUMMARY = Answer(HTTPStatus.OK, "The counts.", {JSON: ["SummaryAnswer"]}, _SERVED)
_SESSION = Answer(HTTPStatus.OK, "The session.", {JSON: ["SessionAnswer"]}, _SERVED)

OF_EVERY_CALL = (
    *("malformed_request", "invalid_target", "method_not_allowed", "uri_too_long"),
    *("expectation_failed", "headers_too_large", "internal_error"),
    *("request_timeout", "overloaded"),
)
OF_KEYED_CALLS = (
    *("unauthorized", "forbidden", "too_many_requests", "not_acceptable"),
    *("unknown_parameter", "too_many_parameters"),
)
_OF_CALLS_TO_VENDORS = ("upstream_failed", "unavailable", "timeout")
_OF_QUESTIONS = (
    *("repeated_parameter", "invalid_parameter", "hidden_field", "filter_unanswerable"),
    *("too_many_values", "not_cached"),
    *_OF_CALLS_TO_VENDORS,
)
_OF_WRITES = (
    *("invalid_body", "body_too_large", "unsupported_media_type"),
    *("invalid_idempotency_key", "idempotency_not_available", "idempotency_key_in_use"),
    *("idempotency_key_reused", "idempotency_failed"),
    *("operation_not_enabled", "operation_not_supported"),
    *("unsupported_field", "wrong_kind", "missing_field", "invalid_field"),
    *("write_outcome_unknown", *_OF_CALLS_TO_VENDORS),
)
_ASKED = ("Prefer", "Cache-Control", "If-None-Match")
_WRITTEN = ("Prefer", "Idempotency-Key")

_CHANGE = Operation(
    answers=[_DONE, _NOT_TOLD_APART],
    tag="writes",
    problems=(*_OF_WRITES, "invalid_id", "not_found", "not_own_session"),
    headers=_WRITTEN,
    body="Change",
    is_key_needed=True,
)

OPERATIONS: Mapping[str, Operation] = {
    "list_sessions": Operation(
        answers=[_PAGE, _NOT_MODIFIED],
        tag="sessions",
        problems=(*_OF_QUESTIONS, "invalid_cursor", "cursor_mismatch", "incomplete"),
        query=[parameters.conditions, parameters.shaping],
        headers=_ASKED,
    ),
    "summarise_sessions": Operation(
        answers=[_SUMMARY, _NOT_MODIFIED],
        tag="sessions",
        problems=(*_OF_QUESTIONS, "missing_parameter", "too_many_cells", "incomplete"),
        query=[parameters.conditions, parameters.counting],
        headers=_ASKED,
    ),
    "get_session": Operation(
        answers=[_SESSION, _NOT_MODIFIED],
        tag="sessions",
        problems=(*_OF_CALLS_TO_VENDORS, "not_cached", "invalid_id", "not_found"),
        headers=_ASKED,
    ),
    "create_session": Operation(
        answers=[_CREATED, _DONE, _NOT_TOLD_APART],
        tag="writes",
        problems=(*_OF_WRITES, "invalid_parameter", "not_own_session", "not_found"),
        headers=_WRITTEN,
        body="Creation",
        is_body_needed=True,
        is_key_needed=True,
    ),
    "keep_session_alive": _CHANGE,
    "hide_session": _CHANGE,
    "end_session": _CHANGE,
    "list_backends": Operation(answers=[_ok("BackendsAnswer")], tag="backends"),
    "get_backend": Operation(
        answers=[_ok("BackendAnswer")], tag="backends", problems=["not_found"]
    ),
    "describe_problem": Operation(
        answers=[Answer(HTTPStatus.OK, "The meaning.", {HTML: (), JSON: ["KindDocument"]})],
        tag="description",
        problems=["not_found", "not_acceptable"],
        is_keyed=False,
    ),
    "health": Operation(answers=[_ok("StateDocument")], tag="process", is_keyed=False),
    "readiness": Operation(answers=[_ok("StateDocument")], tag="process", is_keyed=False),
    "give_description": Operation(
        answers=[
            Answer(HTTPStatus.OK, "This document.", {JSON: ["Description"]}, _KEPT[:2]),
            _NOT_MODIFIED,
        ],
        tag="description",
        headers=["If-None-Match"],
        is_keyed=False,
    ),
    "show_description": Operation(
        answers=[
            Answer(HTTPStatus.OK, "This document as a page.", {HTML: ()}, _KEPT[:2]),
            _NOT_MODIFIED,
        ],
        tag="description",
        problems=["unauthorized", "forbidden", "too_many_requests"],
        headers=["If-None-Match"],
        is_keyed=False,
    ),
}
