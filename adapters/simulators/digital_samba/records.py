"""What Digital Samba's documents print of a session, in their two forms."""

from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any, TypeAlias
from uuid import NAMESPACE_URL, uuid5

from adapters.simulators.digital_samba.manners import Manners
from adapters.simulators.world import Stay

_Object: TypeAlias = dict[str, Any]

_ROOM_NAMES = ("DailyEnglishLessons", "MyWebinar", "Scrum", "Sprechstunde", "BoardRoom")
_PASSING = 100  # Rooms from this number on are deleted behind their session.
_MINUTE = timedelta(minutes=1)
_ZEROES = (
    *(f"{device}_participants" for device in ("mobile", "tablet", "smarttv")),
    *(f"{device}_participation_minutes" for device in ("mobile", "tablet", "smarttv")),
    *("broadcasted_minutes", "subscribed_minutes", "screen_broadcasted_minutes"),
    *("screen_subscribed_minutes", "e2ee_minutes", "recorded_minutes", "stored_recorded_minutes"),
    *("whiteboard_minutes", "breakout_minutes", "presentation_minutes"),
    *("active_roles", "public_chat_posts", "questions", "answers"),
)


def row_of(stay: Stay, seed: int, now: datetime) -> _Object:
    """Give what is known of a session, in the words of the list."""
    is_live = now < stay.end
    # "Sessions": an empty room ends its session after five minutes, and is live until then.
    is_empty = now >= max(stay.end - 5 * _MINUTE, stay.start)
    room, total = _room(stay), 1 + int(stay.luck * 30)
    return {
        "id": id_of(stay, seed),
        "start_time": second_of(stay.start),
        "end_time": second_of(stay.end),
        "room_id": room_id_of(stay, seed),
        "room_external_id": f"EXT-ID-{room}" if room % 3 == 0 else None,
        "description": f"All about {_room_name(room)}" if room % 2 == 0 else None,
        "friendly_url": _room_name(room),
        "room_is_deleted": room >= _PASSING and not is_live,
        "participants_max": 1 + total // 2,
        "participants_live": 0 if is_empty else 1 + total // 4,
        "participants_total": total,
        "live": is_live,
    }


def shown(row: _Object, manners: Manners) -> _Object:
    """Write a row as a document prints it: a live one of the OpenAPI document has an end."""
    if manners.form == "page":
        return _without_nulls(_of_the_page(row, manners), manners)
    shown = row | _written(row, "%Y-%m-%dT%H:%M:%S.%fZ")
    if not row["live"] and row["participants_total"] % 3 == 0:
        del shown["participants_live"]
    return _without_nulls(shown, manners)


def _of_the_page(row: _Object, manners: Manners) -> _Object:
    shown = row | _written(row, "%Y-%m-%d %H:%M:%S")
    if row["live"] and manners.live_end == "missing":
        del shown["end_time"]
    elif row["live"]:
        shown["end_time"] = None
    return shown


def _written(row: _Object, style: str) -> _Object:
    return {name: row[name].strftime(style) for name in ("start_time", "end_time")}


def _without_nulls(record: _Object, manners: Manners) -> _Object:
    if not manners.omits_nulls:
        return record
    return {name: value for name, value in record.items() if value is not None}


def statistics(row: _Object, manners: Manners, now: datetime) -> _Object:
    """Write what is told of one session alone."""
    start, end = row["start_time"], row["end_time"]
    # "List" has 15 for 15 minutes and 45 seconds: cut to whole minutes.
    minutes = (min(now, end) - start) // _MINUTE
    statistics = {
        "room_id": row["room_id"],
        "room_friendly_url": row["friendly_url"],
        "room_privacy": "public",
        "room_max_participants": 100,
        "room_is_deleted": row["room_is_deleted"],
        "session_duration": minutes,
        "session_live": row["live"],
        "session_start_time": f"{start:%Y-%m-%dT%H:%M:%SZ}",
        # No sample is of a live session: null is assumed.
        "session_end_time": None if row["live"] else f"{end:%Y-%m-%dT%H:%M:%SZ}",
        "live_participants": row["participants_live"],
        "active_participants": row["participants_total"],
        "max_concurrent_participants": row["participants_max"],
        "desktop_participants": row["participants_total"],
        "participation_minutes": minutes * row["participants_max"],
        "desktop_participation_minutes": minutes * row["participants_max"],
        **dict.fromkeys(_ZEROES, 0),
    }
    return _without_nulls(statistics | _of_its_form(row, manners), manners)


def _of_its_form(row: _Object, manners: Manners) -> _Object:
    if manners.form == "page":  # The sample's two ids differ.
        return {"id": row["id"], "session_id": _uuid(f"other {row['id']}")}
    return {
        "session_id": row["id"],
        "room_external_id": row["room_external_id"],
        "room_description": row["description"],
        "room_source": "api",
        **dict.fromkeys(("transcription_minutes", "captions_minutes", "polls"), 0),
    }


def id_of(stay: Stay, seed: int) -> str:
    """Name a session."""
    return _uuid(f"{seed} session {stay.number}")


def room_id_of(stay: Stay, seed: int) -> str:
    """Name the room of a session."""
    return _uuid(f"{seed} room {_room(stay)}")


def second_of(instant: datetime) -> datetime:
    """Cut to the second: where a sample has a fraction of one, it is zero."""
    return instant.astimezone(UTC).replace(microsecond=0)


def _room(stay: Stay) -> int:
    """Choose a room by its number: now and then one made for this session alone."""
    return _PASSING + stay.number if stay.number % 17 == 0 else stay.number % 40


def _room_name(room: int) -> str:
    return f"{_ROOM_NAMES[room % len(_ROOM_NAMES)]}{room}"


@cache
def _uuid(name: str) -> str:
    return str(uuid5(NAMESPACE_URL, name))
