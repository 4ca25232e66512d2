"""Moments moved by whole days, in the form they are written in. Pure."""

import re
from datetime import UTC, date, datetime, timedelta

from adapters.declarative.casts import instant
from adapters.declarative.language.mapping import InstantCast
from gateway.spi import Json

_ISO = re.compile(r"(?P<day>[0-9]{4}-[0-9]{2}-[0-9]{2})(?P<time>[T ][0-9]{2}:.*)?", re.ASCII)
_PER_DAY = {"epoch_s": 86_400, "epoch_ms": 86_400_000, "epoch_us": 86_400_000_000}


def day_of(value: Json) -> date | None:
    """Read a day that is written with no time; none if it is anything else."""
    found = _ISO.fullmatch(value) if isinstance(value, str) else None
    return None if found is None or found["time"] else _day(found["day"])


def moment_in(cast: InstantCast, value: Json) -> datetime | None:
    """Read a moment, in UTC where it does not say; none if it cannot be read."""
    try:
        return instant(cast, "UTC" if cast == "iso" else None)(value)
    except (ValueError, OverflowError):
        return None


def moved(cast: InstantCast, value: Json, days: int) -> Json:
    """Move a moment that can be read by so many days; none where that leaves the calendar."""
    if cast != "iso":
        return _counted_on(value, days * _PER_DAY[cast])
    found = _ISO.fullmatch(value)
    day = None if found is None else _day(found["day"])
    if found is None or day is None:
        return None
    try:
        return f"{day + timedelta(days=days)}{found['time'] or ''}"
    except OverflowError:
        return None


def is_moment(value: Json) -> bool:
    """Say whether a text is a day with a time."""
    found = _ISO.fullmatch(value) if isinstance(value, str) else None
    return found is not None and bool(found["time"]) and moment_in("iso", value) is not None


def days_from(newest: datetime, day: date) -> int:
    """Count the days from that of a moment to another."""
    return (day - newest.astimezone(UTC).date()).days


def _counted_on(value: Json, more: int) -> Json:
    if not isinstance(value, str):
        return value + more
    whole, dot, fraction = value.partition(".")
    return f"{int(whole) + more}{dot}{fraction}"


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
