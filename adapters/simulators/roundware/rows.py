"""The rows of a Roundware server, and how it writes them."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any, TypeAlias
from zoneinfo import ZoneInfo

from adapters.simulators.roundware.manners import Manners
from adapters.simulators.world import Stay

Row: TypeAlias = dict[str, Any]

PROJECTS = {1: True, 2: False, 3: True}
"""Whether each listens for the place of its clients (projects_list.json)."""

LANGUAGES = {"en": 1, "es": 2, "fr": 3, "de": 4, "ja": 5}
"""Numbers by code (languages_list.json)."""

# What the web administration of 2023 reads, and the list of 2017 does not have.
_RENAMED = {"starttime": "started_at", "stoptime": "stopped_at"}

# Of the rows that every server is delivered with (list_unfiltered.json).
_STOCK_DEVICES = {1: "session-for-admin-uploads", 2: "test-session"}


def id_of(stay: Stay) -> int:
    """Count upwards, with a gap now and then: a failed insert leaves one."""
    return stay.number + stay.number // 40


def _start(stay: Stay) -> datetime:
    # Every eighth stamp has no fraction of a second, and then none is written.
    return stay.start.replace(microsecond=0) if stay.number % 8 == 0 else stay.start


def _stops_before_it_starts(stay: Stay) -> bool:
    # POST accepts any stop time.
    return stay.number % 97 == 0


def _stop(stay: Stay) -> datetime | None:
    """Stop hardly ever: no server version writes it, only staff by hand."""
    if _stops_before_it_starts(stay):
        return _start(stay) - timedelta(minutes=4)
    if stay.number % 31 == 0:
        return _start(stay) + timedelta(minutes=4, seconds=4)
    return None


def naive(instant: datetime | None, zone: str) -> str | None:
    """Write UTC without an offset.

    The database takes it for the server's local time, so that what falls into the hour that its
    clocks skip in spring comes back an hour later.
    """
    if instant is None:
        return None
    own = ZoneInfo(zone)
    local = instant.replace(tzinfo=own).astimezone(UTC).astimezone(own)
    return local.replace(tzinfo=None).isoformat()


def instant_of(written: str | None) -> datetime | None:
    """Read what a row has."""
    return datetime.fromisoformat(written).replace(tzinfo=UTC) if written else None


def _user_agent(stay: Stay) -> str:
    """Cut what a browser says of itself at 127 characters, maybe in a word (list_geo_true.json)."""
    whole = stay.choose(
        "Mozilla/5.0 (X11; Linux x86_64; rv:109.0) Gecko/20100101 Firefox/119.0",
        "Mozilla/5.0 (iPhone; CPU iPhone OS 16_6 like Mac OS X) AppleWebKit/605.1.15"
        " (KHTML, like Gecko) Version/16.6 Mobile/15E148 Safari/604.1",
    )
    return whole[:127]


def _device(stay: Stay) -> str:
    """Name a device: the web client's default is fourteen zeros, so strangers can share one."""
    known = stay.choose(f"{stay.person.number:014d}", "0" * 14)
    return _STOCK_DEVICES.get(stay.number, known)


def row_of(stay: Stay, zone: str) -> Row:
    """Write the row of somebody who came by."""
    is_stock = stay.number in _STOCK_DEVICES
    client_type = "" if is_stock else stay.choose("web", "iPhone", "iPad", "Android", "")
    systems = {
        "web": _user_agent(stay),
        "iPhone": "iOS 15.1",
        "iPad": "iOS 16.6",
        "Android": "Android 9",
    }
    return {
        "id": id_of(stay),
        "device_id": _device(stay) if client_type or is_stock else None,
        "starttime": naive(_start(stay), zone),
        "stoptime": naive(_stop(stay), zone),
        "client_type": client_type or None,
        "client_system": systems.get(client_type),
        "demo_stream_enabled": stay.number % 11 == 0,
        "geo_listen_enabled": stay.number % 3 != 0,
        # Only the shape is checked, so the documentation's -8000 passes.
        "timezone": stay.choose("0000", "+0100", "-0500", "-8000"),
        "project_id": 1 + stay.number % 3,
        "language_id": (None, 1, 2, 3)[stay.number % 4],
    }


def written(row: Row, manners: Manners) -> str:
    """Write a row as servers of these manners do."""
    if manners.renames_times:
        row = {_RENAMED.get(name, name): value for name, value in row.items()}
        del row["demo_stream_enabled"]
    if manners.has_id_last:
        row = {name: value for name, value in row.items() if name != "id"} | {"id": row["id"]}
    return json.dumps(row)
