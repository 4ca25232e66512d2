"""The canonical session: what every vendor's record becomes.

One definition serves decoding, answers and the published schema: msgspec encodes and decodes
it, pydantic describes it. Unknown is ``None``, never an empty string, a zero or a guess.
"""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, TypeAlias

from msgspec import UNSET
from pydantic import WithJsonSchema

# Any JSON value. msgspec and pydantic each have a stricter type for it, and neither reads the
# other's; ``Any`` is the one both know.
Json: TypeAlias = Any


class Status(StrEnum):
    """Whether a session is going on; ``unknown`` where the vendor does not let us know."""

    ACTIVE = "active"
    ENDED = "ended"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Named:
    """Somebody or something with the vendor's id for it, a name, or both."""

    id: str | None = None
    name: str | None = None


@dataclass(frozen=True, slots=True)
class Client:
    """The application or operating system a session runs in."""

    name: str | None = None
    version: str | None = None


@dataclass(frozen=True, slots=True)
class Space:
    """Where a session takes place; ``kind`` says what sort of place, such as a room."""

    kind: str
    id: str | None = None
    name: str | None = None


@dataclass(frozen=True, slots=True)
class Participants:
    """Head counts of a shared session."""

    current: int | None = None
    peak: int | None = None
    total: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
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
    started_at: datetime | None = None
    ended_at: datetime | None = None
    last_activity_at: datetime | None = None
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
    raw: Annotated[Json, WithJsonSchema({"type": "object"})] = UNSET
