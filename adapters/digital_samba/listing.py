"""What ``sessions`` of Digital Samba is asked for, and what it answers."""

import re
from collections.abc import Iterable
from contextlib import suppress
from datetime import UTC, date, datetime

import msgspec

from adapters.toolkit.paginators import next_after_id
from adapters.toolkit.record import Record, UnusableRecordError
from gateway.spi import (
    AfterId,
    AnyOf,
    AtOrAfter,
    Before,
    Condition,
    Field,
    First,
    Json,
    ScanPlan,
    Status,
)

LARGEST_PAGE = 100
"""Of "Pagination": default and maximum."""

LIVE = {frozenset[str]({Status.ACTIVE}): "true", frozenset[str]({Status.ENDED}): "false"}
"""Of "List": live=true filters those that have not ended yet, live=false those that have."""


_ROOM_ID = re.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


class Envelope(msgspec.Struct):
    """A page of the list."""

    data: list[msgspec.Raw]
    total_count: Json = None


ENVELOPE = msgspec.json.Decoder(Envelope)


def paging(plan: ScanPlan, place: First | AfterId, size: int) -> dict[str, str]:
    """Ask for a page of this size, behind a session or from the beginning."""
    is_ascending = plan.sorted_by is not None and not plan.sorted_by.sort.is_descending
    after = {"after": place.native_id} if isinstance(place, AfterId) else {}
    return {"limit": str(size), "order": "asc" if is_ascending else "desc", **after}


def can_say(condition: Condition) -> bool:
    """Say whether the vendor has a parameter for a condition.

    ``live`` is one status at a time, and never ``unknown``. ``room_id`` is one room, by its id
    and not by its name: which of them a text is shows, for a friendly URL has at most 32
    characters (the vendor's own client, "create-room"), fewer than an id.
    """
    match condition:
        case AnyOf(field=Field.STATUS, values=values):
            return values in LIVE
        case AnyOf(values=values):
            return len(values) == 1 and all(map(_ROOM_ID.fullmatch, values))
        case _:
            return True


def filters(conditions: Iterable[Condition]) -> dict[str, str]:
    """Say conditions in the vendor's parameters: of several bounds on a side, the closest."""
    sent: dict[str, str] = {}
    for condition in conditions:
        match condition:
            case AnyOf(field=Field.STATUS, values=values):
                sent["live"] = LIVE[values]
            case AnyOf(field=Field.SPACE, values=values):
                (sent["room_id"],) = values
            case AtOrAfter(instant=instant):
                sent["date_start"] = max(_day(instant, -1), sent.get("date_start", ""))
            case Before(instant=instant):
                sent["date_end"] = min(_day(instant, +2), sent.get("date_end", "9999-12-31"))
            case _:
                raise ValueError(f"{condition.field} was never offered")
    return sent


def in_room(
    room_id: str, started_at: datetime, place: First | AfterId
) -> tuple[tuple[str, str], ...]:
    """Ask for what began in a room around an instant, behind a session or from the beginning."""
    days = {"date_start": _day(started_at, -1), "date_end": _day(started_at, +2)}
    after = {"after": place.native_id} if isinstance(place, AfterId) else {}
    return tuple({"limit": str(LARGEST_PAGE), "room_id": room_id, **days, **after}.items())


def following(place: First | AfterId, page: Envelope, size: int) -> AfterId | None:
    """Give the place behind a page.

    A row without an id is gone on from the row before it. A total of all sessions, filtered for
    or not, is never too small.
    """
    ids = (found for row in reversed(page.data) if (found := id_of(row)) is not None)
    received, total = len(page.data), count(page.total_count)
    return next_after_id(place, size=size, received=received, last_id=next(ids, None), total=total)


def id_of(row: msgspec.Raw) -> str | None:
    """Read the id of a row, if it has a usable one."""
    with suppress(UnusableRecordError):
        return Record(row).native_id("id")
    return None


def count(value: Json) -> int | None:
    """Read a number, or its digits: "List" prints the one, the OpenAPI document the other."""
    try:
        number = msgspec.convert(value, int, strict=False)
    except msgspec.ValidationError:
        return None
    return number if number >= 0 else None


def _day(instant: datetime, shift: int) -> str:
    """Name a day near an instant.

    In which zone the vendor's days are, and whether its last day counts, is not documented. With
    the day before the first bound, and the second day after the last, every match is found
    whichever it is.
    """
    day = instant.astimezone(UTC).toordinal() + shift
    return date.fromordinal(min(max(day, 1), date.max.toordinal())).isoformat()
