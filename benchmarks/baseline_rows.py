"""The baseline's mapping: each vendor's record, a plain dict, to a canonical row, another dict."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

Row = dict[str, Any]

_CANOPSIS_ACTIVE = timedelta(seconds=300)
_ROUNDWARE_ACTIVE = timedelta(seconds=3600)
_PLATFORM = re.compile(r"(iOS|Android) ([0-9.]+)")


def in_utc(text: str | None) -> datetime | None:
    """Read a time that is in UTC and does not say so."""
    return datetime.fromisoformat(text + "Z") if text else None


def with_offset(text: str | None) -> datetime | None:
    """Read a time that says its offset."""
    return datetime.fromisoformat(text).astimezone(UTC) if text else None


def _row(vendor: str, native_id: object, left: Row, **known: object) -> Row:
    """Make the canonical fields; what is left of a record are its attributes."""
    name = vendor.replace("_", "-")
    return {
        "id": f"{name}:{native_id}",
        "backend": name,
        "vendor": vendor,
        "native_id": str(native_id),
        "status": "unknown",
        "native_status": None,
        "title": None,
        "started_at": None,
        "ended_at": None,
        "last_activity_at": None,
        "duration_s": None,
        "user": None,
        "device": None,
        "client": None,
        "space": None,
        "language": None,
        "tags": (),
        "participants": None,
        "inferred": (),
        "attributes": left,
        **known,
    }


def _seconds(start: datetime | None, end: datetime | None) -> float | None:
    return (end - start).total_seconds() if start and end else None


def _canopsis(record: Row, now: datetime) -> Row:
    start = datetime.fromtimestamp(record.pop("start"), UTC)
    ping = datetime.fromtimestamp(record.pop("last_ping"), UTC)
    is_active = now - ping < _CANOPSIS_ACTIVE
    end = None if is_active else ping
    return _row(
        "canopsis",
        record.pop("_id"),
        record,
        status="active" if is_active else "ended",
        started_at=start,
        ended_at=end,
        last_activity_at=ping,
        duration_s=_seconds(start, end),
        user={"id": None, "name": record.pop("username")},
        inferred=("status",) if is_active else ("status", "ended_at"),
    )


def _cortex(record: Row, _now: datetime) -> Row:
    start, stop = with_offset(record.pop("started")), with_offset(record.pop("stopped"))
    native_status = record.pop("status")
    is_over = native_status == "closed"
    activity = _last_activity(record, stop)
    application = record.pop("appId", None) or record.pop("client", None)
    project = record.pop("project", None)
    owner = None if record.get("owner") == "Basic" else record.pop("owner", None)
    return _row(
        "cortex",
        record.pop("id"),
        record,
        status="ended" if is_over else "active",
        native_status=native_status,
        title=record.pop("title", None) or None,
        started_at=start,
        ended_at=stop,
        last_activity_at=activity,
        duration_s=_seconds(start, stop) if is_over else None,
        user={"id": owner, "name": None} if owner else None,
        device=_headset(record),
        client={"name": application, "version": None} if application else None,
        space={"kind": "project", "id": None, "name": project} if project else None,
        tags=record.pop("tags"),
        inferred=("last_activity_at",) if activity else (),
    )


def _last_activity(record: Row, stop: datetime | None) -> datetime | None:
    markers = record["markers"]
    record["markers"] = len(markers)
    told = [with_offset(event[0]) for marker in markers for event in marker["events"]]
    for info in (record["logs"] or {"recordInfos": []})["recordInfos"]:
        told.append(with_offset(info["startMarkerRecording"]))
        told.append(with_offset(info["stopMarkerRecording"]))
    return max(filter(None, [*told, stop]), default=None)


def _headset(record: Row) -> Row:
    headset = record["headset"]
    if isinstance(headset, str):
        return {"id": record.pop("headset"), "name": None}
    return {"id": headset["id"], "name": headset["label"] or headset.get("customName")}


def _digital_samba(record: Row, _now: datetime) -> Row:
    start, is_live = in_utc(record.pop("start_time")), record.pop("live")
    end = None if is_live else in_utc(record.pop("end_time"))
    return _row(
        "digital_samba",
        record.pop("id"),
        record,
        status="active" if is_live else "ended",
        title=record.pop("description"),
        started_at=start,
        ended_at=end,
        last_activity_at=end,
        duration_s=_seconds(start, end),
        space={"kind": "room", "id": record.pop("room_id"), "name": record.pop("friendly_url")},
        participants={
            "current": record.pop("participants_live"),
            "peak": record.pop("participants_max"),
            "total": record.pop("participants_total"),
        },
        inferred=("last_activity_at",) if end else (),
    )


def _ekran(record: Row, _now: datetime) -> Row:
    start, end = with_offset(record.pop("loginDate")), with_offset(record.pop("logoutDate"))
    return _row(
        "ekran",
        record.pop("sessionId"),
        record,
        status="ended" if end else "active",
        started_at=start,
        ended_at=end,
        duration_s=_time_span(record.pop("duration")) if end else None,
        user={"id": str(record.pop("userId")), "name": None},
        device={"id": record.pop("clientGuid"), "name": None},
        inferred=("status",),
    )


def _time_span(text: str) -> float:
    hours, minutes, seconds = text.split(":")
    days, _, hours = hours.rpartition(".")
    span = timedelta(int(days or 0), float(seconds), hours=int(hours), minutes=int(minutes))
    return span.total_seconds()


def _roundware(record: Row, now: datetime) -> Row:
    start, end = in_utc(record.pop("starttime")), in_utc(record["stoptime"])
    if start and end and end < start:
        end = None  # and it stays an attribute
    else:
        del record["stoptime"]
    is_young = start is not None and now - start < _ROUNDWARE_ACTIVE
    platform = _PLATFORM.fullmatch(record["client_system"] or "")
    name, device = record.pop("client_type"), record.pop("device_id")
    return _row(
        "roundware",
        record.pop("id"),
        record,
        status="ended" if end else "active" if is_young else "unknown",
        started_at=start,
        ended_at=end,
        duration_s=_seconds(start, end),
        device={"id": device, "name": None} if device else None,
        client={"name": name, "version": platform and platform[2]} if name else None,
        space={"kind": "project", "id": str(record.pop("project_id")), "name": None},
        inferred=() if end else ("status",),
    )


MAPPERS: dict[str, Callable[[Row, datetime], Row]] = {
    "canopsis": _canopsis,
    "cortex": _cortex,
    "digital_samba": _digital_samba,
    "ekran": _ekran,
    "roundware": _roundware,
}


def records_in(vendor: str, answer: Any) -> list[Row]:  # noqa: ANN401  # JSON
    """Take the records out of a vendor's envelope, if it has one."""
    key = {"canopsis": "sessions", "digital_samba": "data", "ekran": "sessions"}.get(vendor)
    records: list[Row] = answer[key] if key else answer
    return records
