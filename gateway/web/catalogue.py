"""Every kind of problem there is: its status, what it means, and what to do about it."""

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus


@dataclass(frozen=True, slots=True)
class ProblemKind:
    """A kind of problem, in words for whoever meets it. Its title never changes."""

    status: HTTPStatus
    title: str
    meaning: str
    remedy: str


_BAD = HTTPStatus.BAD_REQUEST
_UNPROCESSABLE = HTTPStatus.UNPROCESSABLE_ENTITY
_NOT_TWICE = "Nothing was sent to the vendor."

CATALOGUE: Mapping[str, ProblemKind] = {
    "unknown_parameter": ProblemKind(
        _BAD,
        "Unknown parameter",
        "A query parameter has a name that this endpoint does not know.",
        "Take it out, or correct its name: `errors` tells which it is.",
    ),
    "repeated_parameter": ProblemKind(
        _BAD,
        "Repeated parameter",
        "A query parameter that may be given once was given again.",
        "Give it once.",
    ),
    "invalid_parameter": ProblemKind(
        _BAD,
        "Invalid parameter",
        "A query parameter has a value that it cannot have, or names what does not exist.",
        "`errors` tells which parameter, and what its values are.",
    ),
    "missing_parameter": ProblemKind(
        _BAD,
        "Missing parameter",
        "A query parameter without which there is nothing to answer was not given.",
        "Give one of those that `errors` names.",
    ),
    "too_many_parameters": ProblemKind(
        _BAD,
        "Too many parameters",
        "The query has more than 50 different parameters, or more than 100 values in all.",
        "Ask for less at once.",
    ),
    "too_many_values": ProblemKind(
        _BAD,
        "Too many values",
        "A parameter that may be repeated has more than 50 values.",
        "Ask for some of them at a time.",
    ),
    "too_many_cells": ProblemKind(
        _BAD,
        "Too many cells",
        "The summary would have more than 5,000 cells.",
        "Count by fewer fields or longer buckets, or filter.",
    ),
    "invalid_id": ProblemKind(
        _BAD,
        "Invalid id",
        "The id in the path has percent-escapes that are not UTF-8, or is too long.",
        "Send the `id` of a session document, percent-encoded.",
    ),
    "invalid_cursor": ProblemKind(
        _BAD,
        "Invalid cursor",
        "The cursor was altered, or is of another gateway, or of keys that are gone.",
        "Begin again without a cursor.",
    ),
    "cursor_mismatch": ProblemKind(
        _BAD,
        "Cursor of another query",
        "The cursor belongs to other filters, another sort, or another caller.",
        "Send the same parameters and key as for the page before, or begin without a cursor.",
    ),
    "hidden_field": ProblemKind(
        _BAD,
        "Hidden field",
        "What is filtered, sorted or counted by is hidden from the key.",
        "Ask without it, or with a key that may see it.",
    ),
    "filter_unanswerable": ProblemKind(
        _BAD,
        "Filter that nobody can answer",
        "No asked backend has the field that is filtered on, or a required one has not.",
        "Take the filter out, or ask backends whose `capabilities` do not call the field `absent`.",
    ),
    "invalid_body": ProblemKind(
        _BAD,
        "Invalid body",
        "The body is not one JSON object, holds too much or a name twice, or could not be read.",
        "Send one JSON object in UTF-8; `detail` tells what is wrong.",
    ),
    "invalid_idempotency_key": ProblemKind(
        _BAD,
        "Invalid idempotency key",
        "`Idempotency-Key` is given twice, or is not 1 to 255 visible ASCII characters.",
        "Send one random key, such as a UUID.",
    ),
    "idempotency_not_available": ProblemKind(
        _BAD,
        "Idempotency keys not available",
        "This gateway remembers no calls, so the key would have no effect.",
        "Send the call without a key, or have `server.state_dir` configured.",
    ),
    "malformed_request": ProblemKind(
        _BAD,
        "Malformed request",
        "What was sent is not a request of HTTP/1.1.",
        "Look at what stands between you and the gateway; the connection was closed.",
    ),
    "invalid_target": ProblemKind(
        _BAD,
        "Target on another host",
        "The request line names another host than the `Host` header, or that names none.",
        "Send the path alone, or the same host in both places.",
    ),
    "unauthorized": ProblemKind(
        HTTPStatus.UNAUTHORIZED,
        "Key needed",
        "No API key was sent where one is needed, or several, or one that is unknown or expired.",
        "Send `Authorization: Bearer KEY` or `X-API-Key: KEY`, one of them, once.",
    ),
    "forbidden": ProblemKind(
        HTTPStatus.FORBIDDEN,
        "Not allowed to this key",
        "The API key is known and may not do that.",
        "Ask whoever gave you the key for the action that `detail` names.",
    ),
    "operation_not_enabled": ProblemKind(
        HTTPStatus.FORBIDDEN,
        "Operation not enabled",
        "The configuration of the backend does not allow this write.",
        f"{_NOT_TWICE} The operator can add it to the backend's `operations`.",
    ),
    "not_found": ProblemKind(
        HTTPStatus.NOT_FOUND,
        "Not found",
        "There is no such thing, or none that the caller may know of.",
        "Look at the path, and at what `/v1/backends` lists for your key.",
    ),
    "method_not_allowed": ProblemKind(
        HTTPStatus.METHOD_NOT_ALLOWED,
        "Method not allowed",
        "The path is there, but not for this method.",
        "Use one of the methods that the `Allow` header names.",
    ),
    "not_acceptable": ProblemKind(
        HTTPStatus.NOT_ACCEPTABLE,
        "No acceptable format",
        "The `Accept` header refuses every format that this path can be answered in.",
        "Accept one of the formats that `detail` names, or send no `Accept`.",
    ),
    "not_own_session": ProblemKind(
        HTTPStatus.CONFLICT,
        "Session of another account",
        "The vendor lets the backend's account write to its own session only.",
        "Nothing was done. Write to the session that the backend itself has begun.",
    ),
    "idempotency_key_in_use": ProblemKind(
        HTTPStatus.CONFLICT,
        "Idempotency key in use",
        "A call with this key is under way.",
        "Send it again a little later: it is then answered as the first call was.",
    ),
    "request_timeout": ProblemKind(
        HTTPStatus.REQUEST_TIMEOUT,
        "Body too slow",
        "The body of the request did not come in time.",
        f"{_NOT_TWICE} Send it at once; the connection was closed.",
    ),
    "body_too_large": ProblemKind(
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        "Body too large",
        "The body is longer than 64 KiB.",
        "Send a shorter one.",
    ),
    "uri_too_long": ProblemKind(
        HTTPStatus.REQUEST_URI_TOO_LONG,
        "Request line too long",
        "The request line is longer than 8 KiB.",
        "Ask for less at once; the connection was closed.",
    ),
    "unsupported_media_type": ProblemKind(
        HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
        "Unsupported media type",
        "The body is not sent as `application/json`, or in an unknown `Content-Encoding`.",
        "Send JSON, and say so with `Content-Type: application/json`.",
    ),
    "expectation_failed": ProblemKind(
        HTTPStatus.EXPECTATION_FAILED,
        "Unknown expectation",
        "The `Expect` header asks for something other than `100-continue`.",
        "Leave the header out.",
    ),
    "unsupported_field": ProblemKind(
        _UNPROCESSABLE,
        "Unsupported field",
        "The body has a field that would have no effect at the vendor.",
        f"{_NOT_TWICE} `errors` names the fields that the vendor takes.",
    ),
    "wrong_kind": ProblemKind(
        _UNPROCESSABLE,
        "Field of a wrong kind",
        "A field of the body is of another kind than the vendor takes.",
        f"{_NOT_TWICE} `errors` tells what the field is.",
    ),
    "missing_field": ProblemKind(
        _UNPROCESSABLE,
        "Missing field",
        "The body lacks a field that is needed.",
        f"{_NOT_TWICE} `errors` names it.",
    ),
    "invalid_field": ProblemKind(
        _UNPROCESSABLE,
        "Invalid field",
        "The vendor does not take this value of a field.",
        "Nothing was done. `errors` names the field.",
    ),
    "idempotency_key_reused": ProblemKind(
        _UNPROCESSABLE,
        "Idempotency key reused",
        "This key was sent before with another body.",
        "Use a new key for every call that is not a repetition.",
    ),
    "too_many_requests": ProblemKind(
        HTTPStatus.TOO_MANY_REQUESTS,
        "Too many requests",
        "The key's rate is spent, the address has called too often without a good key, or the"
        " backend was refreshed a moment ago.",
        "Wait as long as `Retry-After` says.",
    ),
    "headers_too_large": ProblemKind(
        HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE,
        "Headers too large",
        "A header is longer than 8 KiB, or there are more than 128 of them.",
        "Send fewer or shorter headers; the connection was closed.",
    ),
    "internal_error": ProblemKind(
        HTTPStatus.INTERNAL_SERVER_ERROR,
        "Bug in the gateway",
        "The gateway broke. It is not your fault, and no vendor's.",
        "Tell the operator the id in `X-Request-Id`: the log knows it.",
    ),
    "operation_not_supported": ProblemKind(
        HTTPStatus.NOT_IMPLEMENTED,
        "Operation not supported",
        "The vendor cannot do that.",
        "`capabilities.operations` of the backend tells what it can do.",
    ),
    "write_outcome_unknown": ProblemKind(
        HTTPStatus.BAD_GATEWAY,
        "Outcome of a write unknown",
        "The vendor may have carried out the write, or not.",
        "Look at the session before you send it again.",
    ),
    "upstream_failed": ProblemKind(
        HTTPStatus.BAD_GATEWAY,
        "Vendors failed",
        "No asked backend could be read, or a required one could not.",
        "`backends` tells why for each of them, and whether trying again may help.",
    ),
    "incomplete": ProblemKind(
        HTTPStatus.BAD_GATEWAY,
        "Answer would be incomplete",
        "A required backend could be read in part only, or is switched off.",
        "`backends` tells which. Ask without `require` for what there is.",
    ),
    "unavailable": ProblemKind(
        HTTPStatus.SERVICE_UNAVAILABLE,
        "Unavailable for now",
        "All that was asked for wants to be left alone for a while.",
        "Try again after the seconds that `Retry-After` tells.",
    ),
    "overloaded": ProblemKind(
        HTTPStatus.SERVICE_UNAVAILABLE,
        "Too much at once",
        "More connections are open, or calls under way, than the gateway serves at a time.",
        f"{_NOT_TWICE} Try again after the seconds that `Retry-After` tells.",
    ),
    "stopping": ProblemKind(
        HTTPStatus.SERVICE_UNAVAILABLE,
        "Not ready",
        "The process that answered is about to end, and says so to whoever watches it.",
        "Send calls elsewhere, or again in a moment: another process may take its place.",
    ),
    "idempotency_failed": ProblemKind(
        HTTPStatus.SERVICE_UNAVAILABLE,
        "Idempotency key not recorded",
        "The key cannot be recorded now, so the call was not carried out.",
        f"{_NOT_TWICE} Try again later.",
    ),
    "timeout": ProblemKind(
        HTTPStatus.GATEWAY_TIMEOUT,
        "No answer in time",
        "No asked backend answered within the deadline of the call.",
        "Try again, with `Prefer: wait=N` for a longer deadline.",
    ),
    "not_cached": ProblemKind(
        HTTPStatus.GATEWAY_TIMEOUT,
        "Nothing kept",
        "`Cache-Control: only-if-cached` was sent, and nothing that is kept answers.",
        "Send the call without it: the vendors are asked then.",
    ),
}


def problem_type(code: str) -> str:
    """Give the URL of a kind of problem, relative to the gateway."""
    return f"/problems/{code}" if code in CATALOGUE else "about:blank"
