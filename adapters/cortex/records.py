"""The session objects of Cortex, of which there are three generations, in canonical words.

The documentation of version 1 shows two of them, which one array may mix: "querySessions" the
earlier, "Session Object" the later. Versions from 2 on have a third, their own "Session object".
"""

from collections.abc import Iterable
from datetime import datetime
from typing import TypeVar

import msgspec

from adapters.toolkit.durations import seconds_between
from adapters.toolkit.instants import iso_instant, not_before
from adapters.toolkit.outlines import told, told_end
from adapters.toolkit.record import Record, identifier, text, texts
from gateway.spi import Client, Json, Named, Outline, Provenance, Session, Space, Status

T = TypeVar("T")

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
    record.holds_until = None  # Nothing is inferred from the clock.
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
        id=provenance.id_of(native_id),
        backend=provenance.backend,
        vendor=provenance.vendor,
        native_id=native_id,
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


class _Headset(msgspec.Struct, rename="camel", gc=False):
    id: str | None = None
    label: str | None = None
    custom_name: str | None = None


class _Marker(msgspec.Struct, gc=False):
    events: list[list[Json]] | None = None


class _Recording(msgspec.Struct, rename="camel", gc=False):
    start_marker_recording: Json = None
    stop_marker_recording: Json = None


class _Logs(msgspec.Struct, rename="camel", gc=False):
    record_infos: list[_Recording] | None = None


class Told(msgspec.Struct, rename="camel", gc=False):
    """Of a session object all that a session is made of."""

    id: str | int
    status: str | None = None
    started: str | None = None
    stopped: str | None = None
    markers: list[_Marker] | None = None
    logs: _Logs | None = None
    owner: str | None = None
    app_id: str | None = None
    client: str | None = None
    project: str | None = None
    title: str | None = None
    headset: str | _Headset | None = None
    tags: list[str] | None = None


TOLD = msgspec.json.Decoder(Told)


def outline_of(record: Told, provenance: Provenance) -> Outline:
    """Place a session object of any generation; raise ``ValueError`` for an unknown status."""
    if record.status and record.status not in _STATUSES:
        raise ValueError("an unknown status")
    status = _STATUSES.get(record.status or "", Status.UNKNOWN)
    started_at = told(record.started, iso_instant)
    ended_at = None
    if status is not Status.ACTIVE:
        ended_at = told_end(record.stopped, started_at, iso_instant)
    markers = _instants_of_markers(record.markers or ())
    recordings = (record.logs and record.logs.record_infos) or ()
    return Outline(
        backend=provenance.backend,
        native_id=identifier(record.id),
        status=status,
        started_at=started_at,
        ended_at=ended_at,
        last_activity_at=_latest(markers, _instants_of_recordings(recordings), ended_at),
        as_of=provenance.as_of,
        holds_until=None,
    )


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


def _last_activity(record: Record, ended_at: datetime | None) -> datetime | None:
    """Find the latest instant the record tells of, its start aside.

    The markers are many, so only their number is left; the raw record has them whole.
    """
    count, markers = record.take("markers", _markers) or (None, ())
    if count is not None:
        record.left["markers"] = count
    recordings = record.look_into("logs", _recordings)
    return _latest(markers, recordings or (), ended_at)


def _markers(value: Json) -> tuple[int, list[datetime]]:
    """Count markers, and read their instants."""
    markers = _each(value, _Marker)
    return len(markers), _instants_of_markers(markers)


def _recordings(value: Json) -> list[datetime]:
    if not isinstance(value, dict):
        raise ValueError("not an object")
    return _instants_of_recordings(_each(value.get("recordInfos") or [], _Recording))


def _each(value: Json, kind: type[T]) -> list[T]:
    # Of a list's type msgspec finds out anew at every call what it remembers of a struct's.
    if not isinstance(value, list):
        raise ValueError("not a list")
    return [msgspec.convert(item, kind) for item in value]


# An instant that is not yet is an empty text.
_NOT_YET = (None, "")


def _instants_of_markers(markers: Iterable[_Marker]) -> list[datetime]:
    return [
        iso_instant(event[0])
        for marker in markers
        for event in marker.events or ()
        if event and event[0] not in _NOT_YET
    ]


def _instants_of_recordings(recordings: Iterable[_Recording]) -> list[datetime]:
    return [
        iso_instant(instant)
        for each in recordings
        for instant in (each.start_marker_recording, each.stop_marker_recording)
        if instant not in _NOT_YET
    ]


def _latest(
    markers: Iterable[datetime], recordings: Iterable[datetime], ended_at: datetime | None
) -> datetime | None:
    instants = [*markers, *recordings]
    if ended_at is not None:
        instants.append(ended_at)
    return max(instants, default=None)
