"""Casts: what a value of a vendor's is read as. They raise ``ValueError`` or ``OverflowError``."""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta, tzinfo
from typing import TypeAlias, TypeVar
from zoneinfo import ZoneInfo

from adapters.declarative.language.mapping import DurationCast, InstantCast
from adapters.toolkit.durations import dotnet_time_span, iso_duration
from adapters.toolkit.instants import iso_instant, iso_instant_in
from gateway.spi import Json

T = TypeVar("T")

Cast: TypeAlias = Callable[[Json], T]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_NUMBER = re.compile(r"-?[0-9]{1,20}(?P<fraction>\.[0-9]{1,20})?", re.ASCII)
_LONGEST = timedelta(days=366 * 10_000)
"""A session that took longer than all years of the calendar cannot be."""

_MOST_PEOPLE = 2**53
"""Beyond it JSON has no whole numbers that every reader reads alike."""


def text(value: Json) -> str:
    """Read a text; a number as it is written."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError("neither a text nor a number")
    return str(value)


def word(value: Json) -> str:
    """Read one of a vendor's words: a text, a number, or true and false."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return text(value)


def translated(meanings: Mapping[str, str]) -> Cast[str]:
    """Make a cast that gives what a word stands for; a word that is not known stays."""

    def read(value: Json) -> str:
        said = word(value)
        return meanings.get(said, said)

    return read


def instant(cast: InstantCast, zone: str | None) -> Cast[datetime]:
    """Choose how an instant is read; the zone is that of ISO times without an offset."""
    match cast:
        case "iso":
            return iso_instant if zone is None else iso_instant_in(_zone(zone))
        case "epoch_s":
            return _since_epoch(1_000_000)
        case "epoch_ms":
            return _since_epoch(1_000)
        case "epoch_us":
            return _since_epoch(1)


def duration(cast: DurationCast) -> Cast[float]:
    """Choose how a duration is read, in seconds."""
    return _DURATIONS[cast]


def count(value: Json) -> int:
    """Read a number of people, also one that is written as a text."""
    number = _number(value)
    if number != int(number) or not 0 <= number <= _MOST_PEOPLE:
        raise ValueError("not a number of people")
    return int(number)


def listed(value: Json) -> tuple[str, ...]:
    """Read a list of texts."""
    if not isinstance(value, list):
        raise ValueError("not a list")
    return tuple(map(text, value))


def divided(value: Json) -> tuple[str, ...]:
    """Read one text with commas; nothing between two of them is no text."""
    if not isinstance(value, str):
        raise ValueError("not a text")
    return tuple(stripped for part in value.split(",") if (stripped := part.strip()))


def _zone(name: str) -> tzinfo:
    # Its own object reckons faster than the zone of that name.
    return UTC if name == "UTC" else ZoneInfo(name)


def _since_epoch(microseconds: int) -> Cast[datetime]:
    """Read a number of so many microseconds each. A whole number is read exactly."""

    def read(value: Json) -> datetime:
        return _EPOCH + timedelta(microseconds=_number(value) * microseconds)

    return read


def _number(value: Json) -> int | float:
    """Read a number, also one that is written as a text: 64 bits often are."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return value
    found = _NUMBER.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        raise ValueError("not a number")
    return float(value) if found["fraction"] else int(value)


def _seconds(value: Json) -> float:
    return _within_reason(timedelta(seconds=_number(value)))


def _milliseconds(value: Json) -> float:
    return _within_reason(timedelta(milliseconds=_number(value)))


def _iso_seconds(value: Json) -> float:
    return _within_reason(iso_duration(value))


def _dotnet_seconds(value: Json) -> float:
    return _within_reason(dotnet_time_span(value))


def _within_reason(length: timedelta) -> float:
    if not timedelta(0) <= length <= _LONGEST:
        raise ValueError("no length of a session")
    return length.total_seconds()


_DURATIONS: Mapping[DurationCast, Cast[float]] = {
    "seconds": _seconds,
    "milliseconds": _milliseconds,
    "iso_duration": _iso_seconds,
    "dotnet_duration": _dotnet_seconds,
}
