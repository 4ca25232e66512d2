"""What is said of each endpoint besides its handler's summary: by the handler's name."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus

from gateway.model.schema import Schema
from gateway.web.formats import JSON, LINES, PROMETHEUS, TABLE
from gateway.web.openapi import links, parameters

HTML = "text/html"

_SERVED = ("Cache-Control", "ETag", "Cache-Status", "Server-Timing", "Preference-Applied")
_TOLD_OF_WRITES = ("Cache-Control", "Idempotency-Replayed", "Preference-Applied")
_KEPT = ("ETag", "Cache-Control", "Cache-Status", "Server-Timing", "Link")


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer that is no problem: its shapes by media type, its headers, and its links.

    A shape is the name of a component; several mean any of them, none a text.
    """

    status: HTTPStatus
    meaning: str
    content: Mapping[str, Sequence[str]]
    headers: Sequence[str] = ("Cache-Control",)
    links: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Operation:
    """One endpoint."""

    answers: Sequence[Answer]
    tag: str
    description: str
    problems: Sequence[str] = ()
    query: Sequence[Callable[[], list[Schema]]] = ()
    headers: Sequence[str] = ()
    body: str | None = None
    is_body_needed: bool = False
    is_keyed: bool = True
    is_key_needed: bool = False


def _ok(shape: str, *leading_to: str) -> Answer:
    return Answer(HTTPStatus.OK, "What was asked for.", {JSON: [shape]}, links=leading_to)


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
    links.OF_NEW_SESSIONS,
)
_PAGE = Answer(
    HTTPStatus.OK,
    "One page, or the plan of it; as lines or a table, the whole answer.",
    {JSON: ["ListAnswer", "PlanAnswer"], LINES: (), TABLE: ()},
    (*_SERVED, "Link", "Content-Disposition"),
    links.OF_PAGES,
)
_SUMMARY = Answer(HTTPStatus.OK, "The counts.", {JSON: ["SummaryAnswer"]}, _SERVED)
_SESSION = Answer(
    HTTPStatus.OK, "The session.", {JSON: ["SessionAnswer"]}, _SERVED, links.OF_SESSIONS
)

_REFRESHED = Answer(
    HTTPStatus.OK,
    "The backend, and what was read of it.",
    {JSON: ["RefreshAnswer"]},
    _TOLD_OF_WRITES,
    links.OF_BACKEND,
)

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
_OF_POSTS = (
    *("invalid_body", "body_too_large", "unsupported_media_type", "unsupported_field"),
    *("invalid_idempotency_key", "idempotency_not_available", "idempotency_key_in_use"),
    *("idempotency_key_reused", "idempotency_failed"),
    *("write_outcome_unknown", *_OF_CALLS_TO_VENDORS),
)
_OF_WRITES = (
    *("operation_not_enabled", "operation_not_supported"),
    *("wrong_kind", "missing_field", "invalid_field"),
    *_OF_POSTS,
)
_ASKED = ("Prefer", "Cache-Control", "If-None-Match")
_WRITTEN = ("Prefer", "Idempotency-Key")

TAGS: Mapping[str, str] = {
    "backends": "The vendors' systems that are asked: how they are, and what they can do.",
    "description": "This API, told to programs and to people.",
    "page": "A page for people that shows all of this at a glance.",
    "process": "The gateway's own state, whatever that of the vendors is.",
    "sessions": "Sessions of all vendors, read as one.",
    "writes": "What vendors are told to do: each is sent once.",
}


def _change(description: str) -> Operation:
    return Operation(
        answers=[_DONE, _NOT_TOLD_APART],
        tag="writes",
        description=f"{description} A body may say more, as far as the vendor takes it.",
        problems=(*_OF_WRITES, "invalid_id", "not_found", "not_own_session"),
        headers=_WRITTEN,
        body="Change",
        is_key_needed=True,
    )


OPERATIONS: Mapping[str, Operation] = {
    "list_sessions": Operation(
        answers=[_PAGE, _NOT_MODIFIED],
        tag="sessions",
        description="What all asked backends have is merged in the order asked for. `complete` is"
        " false where some of it is missing; `backends` tells what each of them owes.",
        problems=(*_OF_QUESTIONS, "invalid_cursor", "cursor_mismatch", "incomplete"),
        query=[parameters.conditions, parameters.shaping],
        headers=_ASKED,
    ),
    "summarise_sessions": Operation(
        answers=[_SUMMARY, _NOT_MODIFIED],
        tag="sessions",
        description="They are counted by what they have in common, by stretches of time, or both."
        " The conditions are those of a list.",
        problems=(*_OF_QUESTIONS, "missing_parameter", "too_many_cells", "incomplete"),
        query=[parameters.conditions, parameters.counting],
        headers=_ASKED,
    ),
    "get_session": Operation(
        answers=[_SESSION, _NOT_MODIFIED],
        tag="sessions",
        description="It has all that its row in a list has, and what the vendor tells of it alone.",
        problems=(*_OF_CALLS_TO_VENDORS, "not_cached", "invalid_id", "not_found"),
        headers=_ASKED,
    ),
    "create_session": Operation(
        answers=[_CREATED, _DONE, _NOT_TOLD_APART],
        tag="writes",
        description="Nothing is sent to the vendor before the body is found to be in order. A field"
        " that would have no effect there is refused.",
        problems=(*_OF_WRITES, "invalid_parameter", "not_own_session", "not_found"),
        headers=_WRITTEN,
        body="Creation",
        is_body_needed=True,
        is_key_needed=True,
    ),
    "keep_session_alive": _change(
        "Some vendors take a session for ended that nothing is heard of."
    ),
    "hide_session": _change("It does not end: that it is still going on may be said again."),
    "end_session": _change("One that has ended already is answered as ended."),
    "list_backends": Operation(
        answers=[_ok("BackendsAnswer", *links.OF_BACKENDS)],
        tag="backends",
        description="Health, freshness and capabilities: what each vendor does itself.",
    ),
    "get_backend": Operation(
        answers=[_ok("BackendAnswer", *links.OF_BACKEND)],
        tag="backends",
        description="What the list of backends tells of it.",
        problems=["not_found"],
    ),
    "refresh_backend": Operation(
        answers=[_REFRESHED],
        tag="backends",
        description="Nothing that was read before is served any more, and the newest sessions are"
        " read at once. If they cannot be, it is a problem, and there is nothing to fall back on."
        " A backend is refreshed once a second: sooner, it is a 429. It takes the action `admin`.",
        problems=(*_OF_POSTS, "not_found"),
        headers=_WRITTEN,
        body="Nothing",
        is_key_needed=True,
    ),
    "show_dashboard": Operation(
        answers=[
            Answer(HTTPStatus.OK, "The page.", {HTML: ()}, _KEPT[:2]),
            _NOT_MODIFIED,
        ],
        tag="page",
        description="It holds no data, so it takes no key: it asks this API, with the key that it"
        " is told. It loads nothing from elsewhere.",
        headers=["If-None-Match"],
        is_keyed=False,
    ),
    "give_dashboard_file": Operation(
        answers=[
            Answer(
                HTTPStatus.OK,
                "The file.",
                dict.fromkeys(("text/javascript", "text/css", "image/svg+xml"), ()),
                _KEPT[:2],
            ),
            _NOT_MODIFIED,
        ],
        tag="page",
        description="The files are those that came with this gateway.",
        problems=["not_found"],
        headers=["If-None-Match"],
        is_keyed=False,
    ),
    "describe_problem": Operation(
        answers=[Answer(HTTPStatus.OK, "The meaning.", {HTML: (), JSON: ["KindDocument"]})],
        tag="description",
        description="The `type` of every problem leads here.",
        problems=["not_found", "not_acceptable"],
        is_keyed=False,
    ),
    "health": Operation(
        answers=[_ok("StateDocument")],
        tag="process",
        description="It is answered as long as anything is, beyond the limit of calls too.",
        is_keyed=False,
    ),
    "readiness": Operation(
        answers=[_ok("StateDocument")],
        tag="process",
        description="It, too, is answered beyond the limit of calls.",
        problems=["stopping"],
        is_keyed=False,
    ),
    "give_metrics": Operation(
        answers=[Answer(HTTPStatus.OK, "The metrics of all workers.", {PROMETHEUS: ()})],
        tag="process",
        description="In the text format of Prometheus. Beyond loopback it takes a key that may see"
        " all backends, with the action `read` or `admin`.",
        problems=["unauthorized", "forbidden", "too_many_requests"],
        is_keyed=False,
    ),
    "give_description": Operation(
        answers=[
            Answer(HTTPStatus.OK, "This document.", {JSON: ["Description"]}, _KEPT[:2]),
            _NOT_MODIFIED,
        ],
        tag="description",
        description="It is made from what is served, and says nothing of the configuration.",
        headers=["If-None-Match"],
        is_keyed=False,
    ),
    "show_description": Operation(
        answers=[
            Answer(HTTPStatus.OK, "This document as a page.", {HTML: ()}, _KEPT[:2]),
            _NOT_MODIFIED,
        ],
        tag="description",
        description="It loads and runs nothing. Beyond loopback it takes a key, as reading does.",
        problems=["unauthorized", "forbidden", "too_many_requests"],
        headers=["If-None-Match"],
        is_keyed=False,
    ),
}
