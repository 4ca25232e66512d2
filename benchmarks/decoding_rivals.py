"""Two vendors' pages read in two ways that the adapters do not go: rivals for decoding.py.

Each page is decoded in one go, the one way into msgspec structs that know some fields and skip
the others, the other way into pydantic models that keep the others. One odd record fails a page.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import TypeAlias

import msgspec
from baseline_rows import in_utc
from pydantic import BaseModel, ConfigDict, Field

from gateway.spi import Json, Named, Participants, Session, Space, Status

Way: TypeAlias = Callable[[bytes], list[Session]]

_CANOPSIS_ACTIVE = timedelta(seconds=300)


class _Presence(msgspec.Struct):
    id: str = msgspec.field(name="_id")
    username: str
    start: int
    last_ping: int


class _PresenceModel(BaseModel):
    model_config = ConfigDict(extra="allow")

    id: str = Field(alias="_id")
    username: str
    start: int
    last_ping: int


def _canopsis(read: _Presence | _PresenceModel, attributes: dict[str, Json]) -> Session:
    start = datetime.fromtimestamp(read.start, UTC)
    ping = datetime.fromtimestamp(read.last_ping, UTC)
    end = None if datetime.now(UTC) - ping < _CANOPSIS_ACTIVE else ping
    return Session(
        id=f"canopsis:{read.id}",
        backend="canopsis",
        vendor="canopsis",
        native_id=read.id,
        status=Status.ENDED if end else Status.ACTIVE,
        started_at=start,
        ended_at=end,
        last_activity_at=ping,
        duration_s=(end - start).total_seconds() if end else None,
        user=Named(name=read.username),
        inferred=("status", "ended_at") if end else ("status",),
        attributes=attributes,
    )


class _Meeting(msgspec.Struct, kw_only=True):
    id: str
    start_time: str
    end_time: str | None = None
    live: bool
    description: str | None
    room_id: str
    friendly_url: str
    participants_live: int
    participants_max: int
    participants_total: int


class _MeetingModel(BaseModel):
    model_config = ConfigDict(extra="allow")

    id: str
    start_time: str
    end_time: str | None = None
    live: bool
    description: str | None
    room_id: str
    friendly_url: str
    participants_live: int
    participants_max: int
    participants_total: int


def _digital_samba(read: _Meeting | _MeetingModel, attributes: dict[str, Json]) -> Session:
    start = in_utc(read.start_time)
    end = None if read.live else in_utc(read.end_time)
    return Session(
        id=f"digital-samba:{read.id}",
        backend="digital-samba",
        vendor="digital_samba",
        native_id=read.id,
        status=Status.ACTIVE if read.live else Status.ENDED,
        title=read.description,
        started_at=start,
        ended_at=end,
        duration_s=(end - start).total_seconds() if start and end else None,
        space=Space("room", read.room_id, read.friendly_url),
        participants=Participants(
            read.participants_live, read.participants_max, read.participants_total
        ),
        attributes=attributes,
    )


class _Presences(msgspec.Struct):
    sessions: list[_Presence]


class _Meetings(msgspec.Struct):
    data: list[_Meeting]


class _PresencesModel(BaseModel):
    sessions: list[_PresenceModel]


class _MeetingsModel(BaseModel):
    data: list[_MeetingModel]


_presences = msgspec.json.Decoder(_Presences).decode
_meetings = msgspec.json.Decoder(_Meetings).decode

TYPED: dict[str, Way] = {
    "canopsis": lambda page: [_canopsis(read, {}) for read in _presences(page).sessions],
    "digital_samba": lambda page: [_digital_samba(read, {}) for read in _meetings(page).data],
}

PYDANTIC: dict[str, Way] = {
    "canopsis": lambda page: [
        _canopsis(read, read.model_extra or {})
        for read in _PresencesModel.model_validate_json(page).sessions
    ],
    "digital_samba": lambda page: [
        _digital_samba(read, read.model_extra or {})
        for read in _MeetingsModel.model_validate_json(page).data
    ],
}
