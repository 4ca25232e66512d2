"""What an answer says about each backend it asked: the honest part."""

from dataclasses import dataclass
from enum import StrEnum

from gateway.model.session import Instant


class ErrorCode(StrEnum):
    """Why a backend could not be read: the closed list a client may rely on."""

    TIMEOUT = "timeout"
    CONNECT = "connect"
    DNS = "dns"
    TLS = "tls"
    RESET = "reset"
    RATE_LIMITED = "rate_limited"
    UNAVAILABLE = "unavailable"
    UPSTREAM_ERROR = "upstream_error"
    AUTH = "auth"
    FORBIDDEN = "forbidden"
    BAD_PAYLOAD = "bad_payload"
    SCHEMA = "schema"
    TOO_LARGE = "too_large"
    PROTOCOL = "protocol"
    CIRCUIT_OPEN = "circuit_open"
    OVERLOADED = "overloaded"
    CONFIG = "config"
    BUDGET_EXCEEDED = "budget_exceeded"
    GROUP_TOO_LARGE = "group_too_large"
    NOT_CACHED = "not_cached"
    WRITE_OUTCOME_UNKNOWN = "write_outcome_unknown"


class BackendWarning(StrEnum):
    """What a reader of a backend's rows should know: a closed list too."""

    REJECTED_ROWS = "rejected_rows"
    UNREADABLE_FIELDS = "unreadable_fields"
    DUPLICATES = "duplicates"
    PAGE_DRIFT = "page_drift"
    ORDER_VIOLATION = "order_violation"
    HORIZON_REACHED = "horizon_reached"
    BUDGET_REACHED = "budget_reached"
    WARMING = "warming"
    CLOCK_SKEW = "clock_skew"


class BackendStatus(StrEnum):
    """How a backend's part of an answer is to be taken."""

    OK = "ok"
    STALE = "stale"
    PARTIAL = "partial"
    FAILED = "failed"
    SKIPPED = "skipped"
    UNANSWERABLE = "unanswerable"


class ServedFrom(StrEnum):
    """Where a backend's rows came from."""

    LIVE = "live"
    CACHE = "cache"
    STALE = "stale"


class Relation(StrEnum):
    """Whether a count is the whole truth or a lower bound."""

    EQUAL = "eq"
    AT_LEAST = "gte"


@dataclass(frozen=True, slots=True)
class Count:
    """How many sessions there are, and how surely."""

    value: int
    relation: Relation


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a backend failed, and whether trying again may help."""

    code: ErrorCode
    retryable: bool
    retry_after_s: float | None = None


@dataclass(frozen=True, slots=True)
class Gap:
    """The part of an answer in which a failed backend's rows are missing.

    ``link`` asks just that backend for just that part. ``after`` and ``before`` are its ends,
    where the order begins with an instant; none is the beginning or the end of everything.
    """

    after: Instant | None
    before: Instant | None
    link: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BackendReport:
    """One backend's part in one answer."""

    status: BackendStatus
    served_from: ServedFrom | None = None
    as_of: Instant | None = None
    rows: int = 0
    requests: int = 0
    rejected: int = 0
    late: int = 0
    duplicates: int = 0
    total: Count | None = None
    warnings: tuple[BackendWarning, ...] = ()
    gap: Gap | None = None
    error: Failure | None = None
