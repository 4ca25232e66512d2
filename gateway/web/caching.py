"""What an answer says of its own freshness, and of who served which part of it."""

import math
import re
from collections.abc import Iterable, Mapping
from functools import lru_cache

import msgspec

from gateway.federation.freshness import Need
from gateway.federation.run import Serving
from gateway.model.report import BackendReport, BackendStatus, ErrorCode, ServedFrom
from gateway.web.etags import weak_tag

NO_STORE = {"Cache-Control": "no-store"}

_TOKEN = re.compile(r"[A-Za-z*][!#$%&'*+.^_`|~0-9A-Za-z:/-]*")
_LONGEST_HEADER = 6000
"""Clients and proxies refuse longer ones; every backend has its report in the body besides."""

_MOST_NAMES = 1024

_NOT_READ = Serving(None, 0.0)


def freshness_headers(
    reports: Mapping[str, BackendReport], servings: Mapping[str, Serving], content: bytes
) -> dict[str, str]:
    """Say how long an answer serves, with the tag of its content: not at all if it lacks some."""
    if not all(report.status is BackendStatus.OK for report in reports.values()):
        return dict(NO_STORE)
    statuses = {name: (report.status, report.total) for name, report in reports.items()}
    told = msgspec.json.encode(statuses, order="deterministic")
    return {
        "Cache-Control": cache_control(servings.values()),
        "ETag": weak_tag(told + content),
    }


def cache_control(servings: Iterable[Serving]) -> str:
    """Say how long an answer that lacks nothing serves."""
    return f"private, max-age={_max_age(servings)}"


def service_headers(
    reports: Mapping[str, BackendReport], servings: Mapping[str, Serving]
) -> dict[str, str]:
    """Say of each backend whether what was kept served, and how long was waited for it."""
    parts = [(name, report, servings.get(name, _NOT_READ)) for name, report in reports.items()]
    headers = {
        "Cache-Status": ", ".join(_status(*part) for part in parts),
        "Server-Timing": ", ".join(
            f"{name};dur={serving.seconds * 1000:.1f}" for name, _, serving in parts
        ),
    }
    return {name: value for name, value in headers.items() if 0 < len(value) <= _LONGEST_HEADER}


def _max_age(servings: Iterable[Serving]) -> int:
    """Give the whole seconds that the strictest backend leaves; none if nothing was read."""
    left = [each.fresh_for_s for each in servings if each.fresh_for_s is not None]
    return max(0, math.floor(min(left, default=0.0)))


def _status(name: str, report: BackendReport, serving: Serving) -> str:
    """Write a backend's member of ``Cache-Status`` (RFC 9211)."""
    return f"{_shown(name)}; {_parameters(report, serving)}"


@lru_cache(_MOST_NAMES)
def _shown(name: str) -> str:
    return name if _TOKEN.fullmatch(name) else f'"{name}"'


def _parameters(report: BackendReport, serving: Serving) -> str:
    error = report.error
    if error is not None and report.status is not BackendStatus.STALE:
        detail = f"detail={error.code}"
        return detail if error.code is ErrorCode.NOT_CACHED else f"fwd={serving.need}; {detail}"
    if report.as_of is None:
        return f"detail={'not_read' if report.status is BackendStatus.OK else report.status}"
    served = f"{_way(report, serving)}; ttl={math.floor(serving.fresh_for_s or 0.0)}"
    return served if error is None else f"{served}; detail={error.code}"


def _way(report: BackendReport, serving: Serving) -> str:
    """Say how what was given came: what is stale since reading anew failed was not enough."""
    if report.served_from is not ServedFrom.LIVE:
        forwarded = "fwd=partial" if report.requests else "hit"
        return forwarded if report.error is None else f"fwd={Need.STALE}"
    stored = "; stored" if (serving.fresh_for_s or 0.0) >= 1 else ""
    collapsed = "" if report.requests else "; collapsed"
    return f"fwd={serving.need}{stored}{collapsed}"
