"""The session objects of Cortex, of which there are three generations, in canonical words.

The documentation of version 1 shows two of them, which one array may mix: "querySessions" the
earlier, "Session Object" the later. Versions from 2 on have a third, their own "Session object".
"""

from collections.abc import Iterable
from datetime import datetime
from itertools import chain

import msgspec

from adapters.toolkit.durations import seconds_between
from adapters.toolkit.instants import iso_instant, not_before
from adapters.toolkit.record import Record, text, texts
from gateway.spi import Client, Json, Named, Provenance, Session, Space, Status

# "Session lifecycle": a session is open in two ways, and closed for good.
OPEN = ("opened", "activated")
CLOSED = "closed"
_STATUSES = {**dict.fromkeys(OPEN, Status.ACTIVE), CLOSED: Status.ENDED}
_ANONYMOUS = "Basic"  # the ``owner`` where nobody is ("Session Object")

# "Session Object", "Record": ``subject`` is who wears the headset, whose name ``profile`` may be
# too; notes are free text; the id of a headset is its serial number; a licence is a person's.
PERSONAL = frozenset(
    {
        *("user", "device", "attributes.subject", "attributes.profile", "attributes.license"),
        *(f"attributes.logs.recordInfos.{name}" for name in ("name", "notes", "subject")),
    }
)
ORIGINS = {
    "user": frozenset({"owner"}),
    "device": frozenset({"headset"}),
    "client": frozenset({"appId", "client"}),
    "space": frozenset({"project"}),
}


def session_of(record: Record, provenance: Provenance) -> Session:
    """Map a session object of any generation."""
    native_id = record.native_id("id")
    native_status = record.take("status", text)
    status = _STATUSES.get(native_status or "", Status.UNKNOWN)
    record.is_status_unknown = native_status is not None and native_status not in _STATUSES
    started_at = record.take("started", iso_instant)
    ended_at = None
    if status is not Status.ACTIVE or not record.peek("stopped"):  # What goes on has not ended.
        ended_at = record.take("stopped", not_before(started_at, iso_instant))
    last_activity_at = _last_activity(record, ended_at)
    owner = None if record.peek("owner") == _ANONYMOUS else record.take("owner", text)
    application = record.take_either("appId", "client", text)
    project = record.take("project", text)
    return Session(
        **provenance.identity(native_id),
        status=status,
        native_status=native_status,
        title=record.take("title", text),
        started_at=started_at,
        ended_at=ended_at,
        last_activity_at=last_activity_at,
        duration_s=seconds_between(started_at, ended_at) if status is Status.ENDED else None,
        user=Named(id=owner) if owner else None,
        device=_device(record),
        client=Client(name=application) if application else None,
        space=Space("project", name=project) if project else None,
        tags=record.take("tags", texts) or (),
        inferred=("last_activity_at",) if last_activity_at else (),
        attributes=record.left,
    )


class _Headset(msgspec.Struct, rename="camel"):
    id: str | None = None
    label: str | None = None
    custom_name: str | None = None


def _device(record: Record) -> Named | None:
    """Name the headset. Where it is an object, that says more than a device can hold."""
    read = record.look_into if isinstance(record.peek("headset"), dict) else record.take
    return read("headset", _headset)


def _headset(value: Json) -> Named | None:
    if isinstance(value, str):
        return Named(id=value)
    headset = msgspec.convert(value, _Headset)
    name = headset.label or headset.custom_name or None
    return Named(headset.id or None, name) if headset.id or name else None


class _Marker(msgspec.Struct):
    events: list[list[Json]] | None = None


def _last_activity(record: Record, ended_at: datetime | None) -> datetime | None:
    """Find the latest instant the record tells of, its start aside.

    The markers are many, so only their number is left; the raw record has them whole.
    """
    markers = record.take("markers", _instants_of_markers)
    if markers is not None:
        record.left["markers"] = len(markers)
    recordings = record.look_into("logs", _instants_of_recordings)
    told = chain(*(markers or ()), recordings or (), (ended_at,))
    return max(filter(None, told), default=None)


def _instants_of_markers(value: Json) -> list[list[datetime]]:
    markers = msgspec.convert(value, list[_Marker])
    return [_instants(event[0] for event in marker.events or () if event) for marker in markers]


def _instants_of_recordings(value: Json) -> list[datetime]:
    logs = msgspec.convert(value, dict[str, Json])
    recordings = msgspec.convert(logs.get("recordInfos") or [], list[dict[str, Json]])
    names = ("startMarkerRecording", "stopMarkerRecording")
    return _instants(recording.get(name) for recording in recordings for name in names)


def _instants(values: Iterable[Json]) -> list[datetime]:
    """Read instants, passing over those that are not yet: an empty text says so."""
    return [iso_instant(value) for value in values if value not in (None, "")]
