"""What Digital Samba tells of a session: a row of its list, its statistics, or both joined."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import TypeAlias, TypeVar

import msgspec

from adapters.toolkit.durations import seconds_between
from adapters.toolkit.instants import iso_instant_in, not_before
from adapters.toolkit.outlines import told, told_end
from adapters.toolkit.record import Record, boolean, identifier, text, whole_number
from gateway.spi import Json, Outline, Participants, Provenance, Session, Space, Status

T = TypeVar("T")

Fields: TypeAlias = dict[str, msgspec.Raw]
"""A record whose values are as they came."""

FIELDS = msgspec.json.Decoder(Fields)

# What rows of the list name in one way, and statistics in another.
_IN_STATISTICS = {
    "start_time": "session_start_time",
    "end_time": "session_end_time",
    "live": "session_live",
    "description": "room_description",
    "friendly_url": "room_friendly_url",
    "participants_live": "live_participants",
    "participants_max": "max_concurrent_participants",
    # Not those active now, for which there is live_participants: those who took part.
    "participants_total": "active_participants",
}

ORIGINS = {
    "title": frozenset({"description", "room_description"}),
    "space": frozenset({"room_id", "friendly_url", "room_friendly_url"}),
}

# In "List" only rows have these. In the OpenAPI document the statistics have them too.
_MAY_BE_IN_ROWS_ALONE = ("room_external_id", "description")

# "List" prints some times without an offset. All that have one, everywhere, are in UTC.
_utc = iso_instant_in(UTC)


def session_of(record: Record, provenance: Provenance) -> Session:
    """Map a row, or statistics, or both joined."""
    record.holds_until = None  # Nothing is inferred from the clock.
    native_id = _native_id(record)
    started_at = _take(record, "start_time", _utc)
    live = _take(record, "live", boolean)
    ended_at = None
    if not live:  # A live row may have an end_time: so in the OpenAPI sample.
        ended_at = _take(record, "end_time", not_before(started_at, _utc))
    derived = ("status", "last_activity_at") if live is None else ("last_activity_at",)
    return Session(
        id=provenance.id_of(native_id),
        backend=provenance.backend,
        vendor=provenance.vendor,
        native_id=native_id,
        status=_status(ended_at, live=live),
        # The room's: a session has no words of its own.
        title=_take(record, "description", text),
        started_at=started_at,
        ended_at=ended_at,
        last_activity_at=ended_at,
        # ``session_duration`` is in minutes cut off, and so stays an attribute.
        duration_s=seconds_between(started_at, ended_at),
        space=_room(record),
        participants=_participants(record),
        inferred=derived if ended_at else (),
        attributes=record.left,
    )


class Told(msgspec.Struct, gc=False):
    """Of a row or of statistics all that a session is made of."""

    id: str | int | None = None
    session_id: str | int | None = None
    start_time: str | None = None
    session_start_time: str | None = None
    end_time: str | None = None
    session_end_time: str | None = None
    live: bool | None = None
    session_live: bool | None = None
    description: str | None = None
    room_description: str | None = None
    room_id: str | int | None = None
    friendly_url: str | None = None
    room_friendly_url: str | None = None
    participants_live: int | None = None
    live_participants: int | None = None
    participants_max: int | None = None
    max_concurrent_participants: int | None = None
    participants_total: int | None = None
    active_participants: int | None = None


TOLD = msgspec.json.Decoder(Told)


def outline_of(record: Told, provenance: Provenance) -> Outline:
    """Place a row, or statistics, or both joined."""
    started_at = told(record.start_time or record.session_start_time, _utc)
    live = record.session_live if record.live is None else record.live
    ended_at = None
    if not live:
        ended_at = told_end(record.end_time or record.session_end_time, started_at, _utc)
    return Outline(
        backend=provenance.backend,
        native_id=identifier(record.session_id if record.id is None else record.id),
        status=_status(ended_at, live=live),
        started_at=started_at,
        ended_at=ended_at,
        last_activity_at=ended_at,
        as_of=provenance.as_of,
        holds_until=None,
    )


def has_ended(record: msgspec.Raw) -> bool:
    """Say whether a record tells that its session is over."""
    fields = Record(record)
    live = _take(fields, "live", boolean)
    if live is not None:
        return not live
    return _take(fields, "end_time", _utc) is not None


def is_whole(statistics: Fields) -> bool:
    """Say whether statistics tell all that a row would."""
    return all(
        name in statistics or _IN_STATISTICS.get(name) in statistics
        for name in _MAY_BE_IN_ROWS_ALONE
    )


def room_and_start(statistics: msgspec.Raw) -> tuple[str, datetime] | None:
    """Give the room of a session and when it began, where both are told."""
    record = Record(statistics)
    room_id = record.take("room_id", identifier)
    started_at = _take(record, "start_time", _utc)
    return (room_id, started_at) if room_id and started_at else None


def joined(statistics: Fields, row: Mapping[str, msgspec.Raw]) -> msgspec.Raw:
    """Make one record of both: the statistics, and what the row alone tells.

    Each value is as it came, and nothing is what the statistics have a null for.
    """
    told = {name for name, value in statistics.items() if bytes(value) != b"null"}
    alone = {
        name: value
        for name, value in row.items()
        if name not in told and _IN_STATISTICS.get(name) not in told
    }
    return msgspec.Raw(msgspec.json.encode(alone | statistics))


def _take(record: Record, name: str, read: Callable[[Json], T]) -> T | None:
    """Take a field by its name in rows, else by that in statistics."""
    return record.take_either(name, _IN_STATISTICS[name], read)


def _native_id(record: Record) -> str:
    """Take ``id``, which the statistics in the OpenAPI document lack: there ``session_id`` is it.

    In the statistics of "List" the two differ, and ``id`` is the one that was asked for.
    """
    if record.peek("id") is None:
        return record.native_id("session_id")
    native_id = record.native_id("id")
    if record.peek("session_id") == native_id:
        record.take("session_id", identifier)
    return native_id


def _status(ended_at: datetime | None, *, live: bool | None) -> Status:
    """Take what is told; else what has an end is over."""
    if live:
        return Status.ACTIVE
    return Status.UNKNOWN if live is None and ended_at is None else Status.ENDED


def _room(record: Record) -> Space | None:
    room_id = record.take("room_id", identifier)
    name = _take(record, "friendly_url", text)
    return Space("room", room_id, name) if room_id or name else None


def _participants(record: Record) -> Participants | None:
    counts = Participants(
        current=_take(record, "participants_live", whole_number),
        peak=_take(record, "participants_max", whole_number),
        total=_take(record, "participants_total", whole_number),
    )
    return None if counts == Participants() else counts
