"""Calls from web pages of other origins: none, but for those that are configured, exactly."""

from collections.abc import Collection, Mapping, Sequence

EXPOSED = (
    *("Cache-Status", "ETag", "Idempotency-Replayed", "Link", "Location", "Preference-Applied"),
    *("Retry-After", "Server-Timing", "traceresponse", "X-Request-Id"),
)
"""What a page may read of an answer, besides what it always may."""

ACCEPTED = (
    *("Accept", "Authorization", "Cache-Control", "Content-Type", "Idempotency-Key"),
    *("If-None-Match", "Prefer", "traceparent", "X-API-Key", "X-Request-Id"),
)
"""What a page may send."""

_PREFLIGHT_SECONDS = 600


def cors_headers(origin: str | None, allowed: Collection[str]) -> Mapping[str, str]:
    """Give what lets a page of an origin read an answer: nothing, if the origin is not allowed.

    Keys travel in headers, and cookies are not used, so credentials are never let in.
    """
    if origin is None or origin not in allowed:
        return {}
    return {
        "Access-Control-Allow-Origin": origin,
        "Access-Control-Expose-Headers": ", ".join(EXPOSED),
    }


def preflight_headers(
    origin: str | None, allowed: Collection[str], methods: Sequence[str]
) -> Mapping[str, str]:
    """Give what lets a page of an origin call: nothing, if the origin is not allowed."""
    if origin is None or origin not in allowed:
        return {}
    return {
        "Access-Control-Allow-Methods": ", ".join(methods),
        "Access-Control-Allow-Headers": ", ".join(ACCEPTED),
        "Access-Control-Max-Age": str(_PREFLIGHT_SECONDS),
    }
