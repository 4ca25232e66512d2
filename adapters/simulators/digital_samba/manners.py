"""What differs between forms of Digital Samba's documents, or is told by none."""

from dataclasses import dataclass
from datetime import UTC, tzinfo
from typing import Literal, TypeAlias

Form: TypeAlias = Literal["page", "openapi"]
LiveEnd: TypeAlias = Literal["missing", "null"]
DatesOf: TypeAlias = Literal["start", "overlap"]


@dataclass(frozen=True, slots=True)
class Manners:
    """What the documents print in two forms, or do not tell.

    ``form`` chooses between records as in "List" and as in the OpenAPI document. In the first
    ``live_end`` is how the end of a row that is live is written, and ``omits_nulls`` leaves every
    null out.

    A ``limit`` over 100 is refused, or taken as 100; no page is larger than ``largest_page``.
    ``unknown_after`` is the status for a place behind no session, or what is sent instead.
    Days are those of ``day_zone``, with ``date_end`` or without, and choose by the start of a
    session or by all of it. ``redirects_browsers`` to a log-in, which whoever does not accept
    JSON is taken for.

    ``calls_a_minute`` is 1000 in "Rate limiting"; by default there is no limit. ``ended_already``
    refuses to end a session that has ended, or none does not. ``end_status`` is that of an end
    that was carried out. ``drops_writes``: a write is carried out, and the connection broken off
    without an answer.
    """

    form: Form = "page"
    live_end: LiveEnd = "missing"
    omits_nulls: bool = False
    refuses_large_limits: bool = False
    largest_page: int = 100
    unknown_after: Literal["first_page", 400, 404, 422] = 404
    day_zone: tzinfo = UTC
    last_day_counts: bool = True
    dates_of: DatesOf = "start"
    total_is_filtered: bool = True
    redirects_browsers: bool = False
    calls_a_minute: int | None = None
    ended_already: Literal[404, 409, 422] | None = 409
    end_status: Literal[200, 204] = 200
    drops_writes: bool = False
