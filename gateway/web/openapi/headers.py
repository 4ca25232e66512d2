"""The headers of calls and of answers."""

from collections.abc import Iterable, Mapping

from gateway.model.schema import Schema
from gateway.web.directives import LEAST_WAIT_SECONDS, MOST_WAIT_SECONDS

_SENT: Mapping[str, str] = {
    "Prefer": f"`wait=N`: an answer within N seconds, from {LEAST_WAIT_SECONDS:g} to"
    f" {MOST_WAIT_SECONDS:g}.",
    "Cache-Control": "`no-cache`, `max-age=N`, `min-fresh=N` or `only-if-cached`: how fresh the"
    " answer is to be; `no-store`: nobody is to store it.",
    "If-None-Match": "Answer 304 if the `ETag` is still one of these.",
    "Idempotency-Key": "1 to 255 visible ASCII characters that make it safe to send the call"
    " again. Refused where nothing is remembered.",
    "X-Request-Id": "What the request is to be called.",
    "traceparent": "The trace to be part of (W3C Trace Context).",
}
_TOLD: Mapping[str, str] = {
    "Allow": "The methods of the path.",
    "Cache-Control": "For how many seconds the answer serves, or `no-store`.",
    "Cache-Status": "For each backend, whether what was kept served (RFC 9211).",
    "Content-Disposition": "The name of the file.",
    "ETag": "A weak tag of what is answered.",
    "Idempotency-Replayed": "`true` where the answer is that to an earlier call of the same key.",
    "Link": "`rel=next` and `rel=first`, relative.",
    "Location": "Where the new session is.",
    "Preference-Applied": "What was heeded of `Prefer`.",
    "RateLimit": "What is left of the key's rate, where it has one.",
    "RateLimit-Policy": "The key's rate, where it has one.",
    "Retry-After": "After how many seconds to try again.",
    "Server-Timing": "For each backend, the milliseconds that were waited for it.",
    "Vary": "The headers that the answer depends on.",
    "WWW-Authenticate": "How to send a key.",
    "X-Request-Id": "What the request is called in the log.",
    "traceresponse": "The place that the call had in its trace here.",
}
OF_EVERY_CALL = ("X-Request-Id", "traceparent")
OF_EVERY_ANSWER = ("RateLimit", "RateLimit-Policy", "Vary", "X-Request-Id", "traceresponse")


def sent() -> Schema:
    """Describe every header that a call may have, as a parameter."""
    return {
        name: {"name": name, "in": "header", "description": meaning, "schema": {"type": "string"}}
        for name, meaning in _SENT.items()
    }


def told() -> Schema:
    """Describe every header that an answer may have."""
    return {
        name: {"description": meaning, "schema": {"type": "string"}}
        for name, meaning in _TOLD.items()
    }


def refer_to_told(names: Iterable[str]) -> Schema:
    """Refer to headers of answers."""
    return {name: {"$ref": f"#/components/headers/{name}"} for name in names}
