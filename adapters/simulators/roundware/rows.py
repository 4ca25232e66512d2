"""The rows of a Roundware server, and how it writes them."""

from datetime import UTC, datetime, timedelta
from typing import Any, TypeAlias
from zoneinfo import ZoneInfo

from adapters.simulators.world import Stay

Row: TypeAlias = dict[str, Any]

PROJECTS = {1: True, 2: False, 3: True}
"""Whether each listens for the place of its clients (projects_list.json)."""

LANGUAGES = {"en": 1, "es": 2, "fr": 3, "de": 4, "ja": 5}
"""Numbers by code (languages_list.json)."""

_SERVER_ZONE = ZoneInfo("America/New_York")  # the stock setting


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


def naive(instant: datetime | None) -> str | None:
    """Write UTC without an offset.

    The database takes it for the server's local time, so that what falls into the hour that its
    clocks skip in spring comes back an hour later.
    """
    if instant is None:
        return None
    local = instant.replace(tzinfo=_SERVER_ZONE).astimezone(UTC).astimezone(_SERVER_ZONE)
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


def row_of(stay: Stay) -> Row:
    """Write the row of somebody who came by."""
    client_type = stay.choose("web", "iPhone", "iPad", "Android", "")
    systems = {
        "web": _user_agent(stay),
        "iPhone": "iOS 15.1",
        "iPad": "iOS 16.6",
        "Android": "Android 9",
    }
    return {
        "id": id_of(stay),
        # The web client's default is fourteen zeros, so strangers can share a device.
        "device_id": stay.choose(f"{stay.person.number:014d}", "0" * 14) if client_type else None,
        "starttime": naive(_start(stay)),
        "stoptime": naive(_stop(stay)),
        "client_type": client_type or None,
        "client_system": systems.get(client_type),
        "demo_stream_enabled": stay.number % 11 == 0,
        "geo_listen_enabled": stay.number % 3 != 0,
        # Only the shape is checked, so the documentation's -8000 passes.
        "timezone": stay.choose("0000", "+0100", "-0500", "-8000"),
        "project_id": 1 + stay.number % 3,
        "language_id": (None, 1, 2, 3)[stay.number % 4],
    }
