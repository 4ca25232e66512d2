"""The canonical session: what every vendor's record becomes.

One definition serves decoding, answers and the published schema. Unknown is ``None``, never an
empty string, a zero or a guess.
"""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, TypeAlias

from msgspec import UNSET, Meta, Struct, UnsetType, field

# Any JSON value. It is a type that holds itself, which msgspec cannot read.
Json: TypeAlias = Any

Instant: TypeAlias = Annotated[datetime, Meta(tz=True)]


class Status(StrEnum):
    """Whether a session is going on; ``unknown`` where the vendor does not let us know."""

    ACTIVE = "active"
    ENDED = "ended"
    UNKNOWN = "unknown"


# The garbage collector passes these by (``gc=False``), for no cycle can go through them: once made
# they are not changed, and what they are made of was decoded from JSON before and knows them not.


class Named(Struct, frozen=True, gc=False):
    """Somebody or something with the vendor's id for it, a name, or both."""

    id: str | None = None
    name: str | None = None


class Client(Struct, frozen=True, gc=False):
    """The application or operating system a session runs in."""

    name: str | None = None
    version: str | None = None


class Space(Struct, frozen=True, gc=False):
    """Where a session takes place; ``kind`` says what sort of place, such as a room."""

    kind: str
    id: str | None = None
    name: str | None = None


class Participants(Struct, frozen=True, gc=False):
    """Head counts of a shared session."""

    current: int | None = None
    peak: int | None = None
    total: int | None = None


class Session(Struct, frozen=True, gc=False, kw_only=True):
    """One session of one backend, in the same words for every vendor.

    Instants are aware and in UTC. ``inferred`` names the fields that a rule derived rather than
    the vendor told. ``attributes`` keeps every vendor field that has no canonical place, under
    the vendor's own name.
    """

    id: str
    backend: str
    vendor: str
    native_id: str
    status: Status = Status.UNKNOWN
    native_status: str | None = None
    title: str | None = None
    started_at: Instant | None = None
    ended_at: Instant | None = None
    last_activity_at: Instant | None = None
    duration_s: float | None = None
    user: Named | None = None
    device: Named | None = None
    client: Client | None = None
    space: Space | None = None
    language: str | None = None
    tags: tuple[str, ...] = ()
    participants: Participants | None = None
    inferred: tuple[str, ...] = ()
    attributes: dict[str, Json] = field(default_factory=dict)
    raw: Annotated[Json, Meta(extra_json_schema={"type": "object"})] = UNSET


class Outline(Struct, frozen=True, gc=False, kw_only=True):
    """What is looked at of a session to place it among others, without the rest of it.

    It says what the session of the same record says. ``as_of`` is the instant that both tell of:
    the session can be made of the record whenever somebody wants to see it. Both say the same as of
    any later instant before ``holds_until``, when time alone ends what was active; if that is none,
    as of any later instant at all. Unset where nobody says.
    """

    backend: str
    native_id: str
    status: Status
    started_at: datetime | None
    ended_at: datetime | None
    last_activity_at: datetime | None
    as_of: datetime
    holds_until: datetime | UnsetType | None = UNSET


Placed: TypeAlias = Session | Outline
"""A session, or its outline as long as nobody wants to see the rest."""
