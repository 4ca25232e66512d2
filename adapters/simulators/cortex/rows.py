"""The session objects of EMOTIV Cortex, in both their generations."""

import json
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone

from adapters.simulators.world import Stay, World

CLIENT_ID = "com.example.gateway"
LICENSE = "1ca3fd1c-4ce8-4643-8aa0-28a3255019e8"  # as in the samples

_LOCAL = timezone(timedelta(hours=7))  # the machine's, in every sample that has one


@dataclass(frozen=True, slots=True)
class Row:
    """A session object as it is written."""

    status: str
    text: str


class Rows:
    """Every session object; once its stay is over it is written for the last time."""

    def __init__(self, world: World, seed: int) -> None:
        self._news = world.watch()
        self._seed = seed
        self._rows: dict[int, Row] = {}
        self._unsettled: dict[int, Stay] = {}

    def at(self, now: datetime) -> list[Row]:
        """Give every row as it is by now."""
        self.catch_up(now)
        return list(self._rows.values())

    def catch_up(self, now: datetime) -> None:
        """Write what may have changed by now, and drop what was deleted."""
        for change in self._news():
            if change.is_deletion:
                self._rows.pop(change.stay.number, None)
                self._unsettled.pop(change.stay.number, None)
            else:
                self._unsettled[change.stay.number] = change.stay
        for stay in list(self._unsettled.values()):
            self._write(stay, now)
            if stay.end <= now:
                del self._unsettled[stay.number]

    def _write(self, stay: Stay, now: datetime) -> None:
        row = _row(stay, now, id_of(stay, self._seed))
        self._rows[stay.number] = Row(status_of(stay, now), json.dumps(row))


def id_of(stay: Stay, seed: int) -> str:
    """Name a session."""
    return str(uuid.uuid5(uuid.NAMESPACE_OID, f"{seed}-{stay.number}"))


def _is_early(stay: Stay) -> bool:
    """Mix both generations of the session object, as the documentation does."""
    return stay.number % 3 == 0


def _is_imported(stay: Stay) -> bool:
    """Import a file now and then: closed, with neither start nor stop ("setupLocalFile")."""
    return stay.number % 41 == 0 and not _is_early(stay)


def status_of(stay: Stay, now: datetime) -> str:
    """Forget to close some: those stay open until the headset goes ("Session lifecycle")."""
    if _is_imported(stay) or (stay.end <= now and stay.number % 53 != 0):
        return "closed"
    return ("activated", "opened")[stay.number % 2]


def owner_of(stay: Stay) -> str:
    """Give the owner, which an early session does not tell."""
    return "" if _is_early(stay) else "Basic" if stay.number % 7 == 0 else stay.person.login


def _precision(stay: Stay) -> tuple[str, int]:
    """Tell how fine stamps are, in words and microseconds; the middle one is of later versions."""
    if _is_early(stay):
        return "seconds", 1_000_000
    return ("milliseconds", 1_000) if stay.number % 5 == 0 else ("microseconds", 1)


def start_of(stay: Stay) -> datetime | None:
    """Give the start as finely as the stamps are; an imported session has none."""
    if _is_imported(stay):
        return None
    return stay.start - timedelta(microseconds=stay.start.microsecond % _precision(stay)[1])


def _stamp(stay: Stay, instant: datetime) -> str:
    if _is_imported(stay):
        return ""
    local = instant.astimezone(UTC if _is_early(stay) else _LOCAL)
    return local.isoformat(timespec=_precision(stay)[0]).replace("+00:00", "Z")


def _row(stay: Stay, now: datetime, native_id: str) -> dict[str, object]:
    status = status_of(stay, now)
    row: dict[str, object] = {
        "id": native_id,
        "logs": None,
        "markers": [],
        "license": LICENSE if status == "activated" or stay.number % 2 else "",
        "profile": "",
        "recording": None,
        "started": _stamp(stay, stay.start),
        "status": status,
        "stopped": _stamp(stay, stay.end) if status == "closed" else "",
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


def _later_fields(stay: Stay, now: datetime) -> dict[str, object]:
    return {
        "appId": stay.choose("", "com.emotiv.emotivpro", CLIENT_ID),
        "headset": _headset(stay),
        "owner": owner_of(stay),
        "project": stay.choose("Test Cortex", "", "Sleep study"),
        "streams": None,
        "title": stay.choose("", "Baseline", "Eyes closed"),
        **_recorded(stay, now),
    }


def _recorded(stay: Stay, now: datetime) -> dict[str, object]:
    """Record the middle third of every fourth session, with a marker at both its ends."""
    third = (stay.end - stay.start) / 3
    begin, end = stay.start + third, stay.end - third
    if stay.number % 4 != 0 or begin > now:
        recording = (None, False)[stay.number % 2]  # both are shown
        return {"logs": {"recordInfos": []}, "markers": [], "recording": recording}
    is_over = end <= now and stay.number % 53 != 0  # what is forgotten records on
    start, stop = _stamp(stay, begin), _stamp(stay, end) if is_over else ""
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


def _headset(stay: Stay) -> dict[str, object]:
    headset: dict[str, object] = {
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
