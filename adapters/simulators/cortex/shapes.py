"""How EMOTIV Cortex writes session objects, in all their three generations."""

import uuid
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, timezone, tzinfo

from adapters.simulators.cortex.machine import GATEWAY, LICENSE, PRO
from adapters.simulators.cortex.rows import Fields
from adapters.simulators.world import Stay

ANONYMOUS = "Basic"  # the owner where nobody is logged in ("Session Object")

_LOCAL = timezone(timedelta(hours=7))  # the machine's, in every sample that has one


def stamp(instant: datetime, precision: str, zone: tzinfo = _LOCAL) -> str:
    """Write an instant."""
    return instant.astimezone(zone).isoformat(timespec=precision).replace("+00:00", "Z")


def _is_early(stay: Stay) -> bool:
    """Mix both generations of the session object, as the documentation does."""
    return stay.number % 3 == 0


def _is_imported(stay: Stay) -> bool:
    """Import a file now and then: closed, with neither start nor stop ("setupLocalFile")."""
    return stay.number % 41 == 0 and not _is_early(stay)


def _status_v1(stay: Stay, now: datetime) -> str:
    """Forget to close some: those stay open until the headset goes ("Session lifecycle")."""
    if _is_imported(stay) or (stay.end <= now and stay.number % 53 != 0):
        return "closed"
    return ("activated", "opened")[stay.number % 2]


def _owner(stay: Stay) -> str:
    """Give the owner, which an early session does not tell."""
    return "" if _is_early(stay) else ANONYMOUS if stay.number % 7 == 0 else stay.person.login


def _precision(stay: Stay) -> str:
    """Tell how fine stamps are; the middle one is of later versions."""
    if _is_early(stay):
        return "seconds"
    return "milliseconds" if stay.number % 5 == 0 else "microseconds"


def _stamp_of(stay: Stay, instant: datetime) -> str:
    if _is_imported(stay):
        return ""
    zone = UTC if _is_early(stay) else _LOCAL
    return stamp(instant, _precision(stay), zone)


def shape_v1(stay: Stay, now: datetime) -> Fields:
    """Write a session as version 1 does, in one of its two generations."""
    status = _status_v1(stay, now)
    row: Fields = {
        "logs": None,
        "markers": [],
        "license": LICENSE if status == "activated" or stay.number % 2 else "",
        "profile": "",
        "recording": None,
        "started": _stamp_of(stay, stay.start),
        "status": status,
        "stopped": _stamp_of(stay, stay.end) if status == "closed" else "",
        "subject": stay.choose("", "sub 1", "sub 2"),
        "tags": [["rest"], [], ["rest", "eyes closed"]][stay.number % 3],
    }
    if stay.number % 6 == 0:
        del row["recording"]  # as in the samples of "createSession"
    if _is_early(stay):
        return row | {"client": "", "headset": _headset_id(stay), "streams": {}}
    return row | _later_fields(stay, now)


def _headset_id(stay: Stay) -> str:
    return f"{stay.choose('INSIGHT', 'EPOCPLUS')}-{0x59683C10 + stay.person.number:08X}"


def _later_fields(stay: Stay, now: datetime) -> Fields:
    return {
        "appId": stay.choose("", PRO.id, GATEWAY.id),
        "headset": _headset(stay),
        "owner": _owner(stay),
        "project": stay.choose("Test Cortex", "", "Sleep study"),
        "streams": None,
        "title": stay.choose("", "Baseline", "Eyes closed"),
        **_recorded(stay, now),
    }


def _recorded(stay: Stay, now: datetime) -> Fields:
    """Record the middle third of every fourth session, with a marker at both its ends."""
    third = (stay.end - stay.start) / 3
    begin, end = stay.start + third, stay.end - third
    if stay.number % 4 != 0 or begin > now:
        recording = (None, False)[stay.number % 2]  # both are shown
        return {"logs": {"recordInfos": []}, "markers": [], "recording": recording}
    is_over = end <= now and stay.number % 53 != 0  # what is forgotten records on
    start, stop = _stamp_of(stay, begin), _stamp_of(stay, end) if is_over else ""
    info = {
        "name": "demo",
        "notes": "",
        "recordId": str(uuid.UUID(int=stay.number)),
        "sampleMarkerAFF": [174, 239][: 1 + is_over],
        "sampleMarkerEEG": [11140, 15324][: 1 + is_over],
        "startMarkerRecording": start,
        "stopMarkerRecording": stop,
        "subject": "",
    }
    events = [[start, 1], [stop, -1]][: 1 + is_over]  # -1 ends what the marker began ("Marker")
    marker = {"code": 1, "enums": [], "events": events, "label": "demo", "port": "USB"}
    return {"logs": {"recordInfos": [info]}, "markers": [marker], "recording": not is_over}


def _headset(stay: Stay) -> Fields:
    headset: Fields = {
        "connectedBy": stay.choose("dongle", "usb cable", "bluetooth"),
        "dongle": "6ff",
        "firmware": "925",
        "id": _headset_id(stay),
        "label": "Lab 3" if stay.number % 10 == 0 else "",
        "sensors": [],
        "settings": {"eegRate": 128, "eegRes": 14, "memsRate": 128, "memsRes": 14, "mode": "EPOC"},
        "status": "connected",
    }
    unknown = {"connectedBy": "unknown", "dongle": "", "firmware": "", "status": ""}
    return headset | unknown if _is_imported(stay) else headset


def opened_v1(
    now: datetime, *, owner: str, application: str, headset: str, asked: Mapping[str, object]
) -> Fields:
    """Write a session that is created with these labels ("createSession", extra parameters)."""
    is_active = asked.get("status") == "active"
    return {
        "appId": application,
        "headset": {"connectedBy": "dongle", "id": headset, "label": "", "status": "connected"},
        "license": LICENSE if is_active else "",
        "logs": {"recordInfos": []},
        "markers": [],
        "owner": owner,
        "profile": "",
        "project": asked.get("project", ""),
        # Without "recording", as in the samples of "createSession".
        "started": stamp(now, "microseconds"),
        "status": "activated" if is_active else "opened",
        "stopped": "",
        "streams": None,
        "subject": asked.get("subject", ""),
        "tags": [],
        "title": asked.get("title", ""),
    }


def shape_v2(stay: Stay, now: datetime, *, not_yet: str | None) -> Fields:
    """Write a session as versions from 2 on do ("Session object"), an end that is to come so."""
    is_active, is_over = stay.number % 2 == 0, stay.end <= now
    return {
        "appId": (PRO if stay.number % 3 == 0 else GATEWAY).id,
        "headset": _headset_v2(_headset_id(stay), "Lab 3" if stay.number % 10 == 0 else ""),
        "license": LICENSE if is_active else "",
        "owner": stay.person.login,
        "performanceMetrics": [{"apiName": "eng", "displayedName": "Engagement"}],
        "recordIds": [str(uuid.UUID(int=stay.number))] if stay.number % 4 == 0 else [],
        "recording": stay.number % 4 == 0 and not is_over,
        "started": stamp(stay.start, "milliseconds"),
        "status": "closed" if is_over else "activated" if is_active else "opened",
        "stopped": stamp(stay.end, "milliseconds") if is_over else not_yet,
        "streams": ["met", "mot"] if stay.number % 2 else [],
    }


def opened_v2(
    now: datetime, *, owner: str, application: str, headset: str, is_active: bool
) -> Fields:
    """Write a session that is created, but for its stop: of labels it has none."""
    return {
        "appId": application,
        "headset": _headset_v2(headset, ""),
        "license": LICENSE if is_active else "",
        "owner": owner,
        "recordIds": [],
        "recording": False,
        "started": stamp(now, "milliseconds"),
        "status": "activated" if is_active else "opened",
        "streams": [],
    }


def _headset_v2(headset: str, custom_name: str) -> Fields:
    return {
        "connectedBy": "bluetooth",
        "customName": custom_name,
        "dongle": "0",
        "firmware": "930",
        "headbandPosition": None,
        "id": headset,
        "isVirtual": False,
        "motionSensors": ["Q0", "Q1", "Q2", "Q3"],
        "sensors": ["AF3", "T7", "Pz", "T8", "AF4"],
        "settings": {"eegRate": 128, "eegRes": 16, "memsRate": 64, "memsRes": 16, "mode": "EPOC"},
        "status": "connected",
    }
