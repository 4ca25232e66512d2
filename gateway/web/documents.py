"""The documents that are answered: what builds them and what publishes them agree here."""

from typing import Annotated, Any, NotRequired, TypeAlias, TypedDict

from msgspec import Meta, Raw

from gateway.model.query import Field
from gateway.model.report import BackendReport, Count, Failure
from gateway.model.session import Instant, Session
from gateway.resilience.breaker import BreakerState
from gateway.spi.abilities import Operation, PagingStyle, Support

Rows: TypeAlias = Annotated[
    Raw,
    Meta(
        extra_json_schema={
            "type": "array",
            "items": {"$ref": "#/components/schemas/SessionFields"},
            "description": "The sessions, whole or with the fields that were asked for.",
        }
    ),
]
"""Sessions that have been written down."""

WholeSession: TypeAlias = Annotated[
    Raw, Meta(extra_json_schema={"$ref": "#/components/schemas/Session"})
]
"""A session that has been written down."""

Cells: TypeAlias = Annotated[
    Raw,
    Meta(extra_json_schema={"type": "array", "items": {"$ref": "#/components/schemas/Cell"}}),
]
"""The cells of a summary that have been written down."""


class PageInfo(TypedDict):
    """Which page it is. ``next`` is the cursor of the one that follows, null at the end."""

    limit: int
    next: str | None


class ListAnswer(TypedDict):
    """A page over all asked backends. ``complete`` only if every one of them is ``ok``."""

    data: Rows
    page: PageInfo
    total: Count | None
    complete: bool
    backends: dict[str, BackendReport]


class Trailer(TypedDict):
    """The last line of an answer in lines: without it the stream broke off."""

    end: bool
    complete: bool
    next: str | None
    total: Count | None
    backends: dict[str, BackendReport]


class SummaryAnswer(TypedDict):
    """How many sessions there are of each kind, the most frequent first."""

    data: Cells
    total: Count | None
    complete: bool
    backends: dict[str, BackendReport]


class SessionAnswer(TypedDict):
    """One session, and how its backend served it."""

    data: WholeSession
    backend: BackendReport


class WriteAnswer(TypedDict):
    """What became of a write. ``data`` is null where the vendor does not tell the session."""

    data: Session | None
    backend: BackendReport
    warnings: NotRequired[list[str]]


class SortDocument(TypedDict):
    """An order that a vendor delivers."""

    field: Field
    descending: bool


class Capabilities(TypedDict):
    """What a vendor does itself: a grade for every filter, by field and comparison."""

    filters: dict[str, dict[str, Support]]
    sorts: list[SortDocument]
    paging: PagingStyle
    detail: bool
    operations: list[Operation]


class FreshnessDocument(TypedDict):
    """For how many seconds what was read serves.

    As it is; then while it is read anew; and after ``ttl_s`` where reading it anew fails.
    """

    ttl_s: float
    stale_while_revalidate_s: float
    stale_if_error_s: float


class BreakerDocument(TypedDict):
    """Whether a backend's vendor is asked, and in how many seconds it may be again."""

    state: BreakerState
    retry_after_s: float | None


class HealthDocument(TypedDict):
    """How a backend has been doing. ``pause`` is why it is left alone for a while, if it is."""

    last_success: Instant | None
    last_failure: Instant | None
    error: Failure | None
    breaker: BreakerDocument
    pause: Failure | None


class MisfitsDocument(TypedDict):
    """What of a vendor's answers does not fit its adapter, as this process has counted it.

    Of the ``records`` that were read from ``since`` on so many were ``rejected`` as no sessions, so
    many had a field of this name that could not be read, and so many a word for their status that
    is not known. ``bad_answers`` could not be read at all. What is read again counts again.
    """

    since: Instant | None
    records: int
    rejected: int
    unreadable_fields: dict[str, int]
    unknown_statuses: int
    bad_answers: int


class LimitsDocument(TypedDict):
    """The limits in force for one backend: what its vendor's account shares, and its own."""

    concurrency: int
    rate: str | None
    timeout_s: float
    max_body_bytes: int


class BackendDocument(TypedDict):
    """One backend. ``capabilities`` is null where its adapter does not tell them."""

    name: str
    vendor: str
    health: HealthDocument
    misfits: MisfitsDocument
    limits: LimitsDocument
    freshness: FreshnessDocument
    capabilities: Capabilities | None
    operations: list[Operation]


class BackendAnswer(TypedDict):
    """One backend."""

    data: BackendDocument


class RefreshAnswer(TypedDict):
    """One backend, and what was read of it anew."""

    data: BackendDocument
    backend: BackendReport


class BackendsAnswer(TypedDict):
    """Every backend the caller may see."""

    data: list[BackendDocument]


class PlanAnswer(TypedDict):
    """What each backend would do."""

    plan: Annotated[
        Any,
        Meta(
            extra_json_schema={
                "type": "object",
                "additionalProperties": {"$ref": "#/components/schemas/Explanation"},
            }
        ),
    ]


class KindDocument(TypedDict):
    """A kind of problem, in words for whoever meets it."""

    type: str
    code: str
    status: int
    title: str
    meaning: str
    remedy: str


class StateDocument(TypedDict):
    """How the process is."""

    status: str
