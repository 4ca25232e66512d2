"""Reading the values of parameters. Each reader refuses with what the value should have been."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from gateway.model.query import Field, Order, Sort
from gateway.paging.order import SORTABLE

_MAX_LIMIT_DIGITS = 9

INSTANT = re.compile(
    r"\d{4}-\d\d-\d\d(?P<time>[Tt ]\d\d:\d\d:\d\d(?:\.\d{1,9})?(?P<offset>[Zz]|[+-]\d\d:\d\d)?)?",
    re.ASCII,
)
# As long as these digits allow, about a thousand years, arithmetic with instants is safe.
SECONDS = re.compile(r"[0-9]{1,10}(?:\.[0-9]{1,9})?", re.ASCII)
ISO_DURATION = re.compile(
    r"P(?!$)(?:(?P<weeks>\d{1,4})W)?(?:(?P<days>\d{1,5})D)?"
    r"(?:T(?!$)(?:(?P<hours>\d{1,6})H)?(?:(?P<minutes>\d{1,8})M)?"
    r"(?:(?P<seconds>\d{1,10}(?:\.\d{1,9})?)S)?)?",
    re.ASCII,
)


def text(value: str) -> str:
    """Read a text that is not empty."""
    if not value:
        raise ValueError("is empty")
    return value


def limit(value: str) -> int:
    """Read a number of sessions; one beyond all there can be is read as very many."""
    if not (value.isascii() and value.isdigit() and value.strip("0")):
        raise ValueError("is a whole number from 1 on")
    # More digits are cut before they become a number that costs time.
    return int(value.lstrip("0")[:_MAX_LIMIT_DIGITS])


def instant(value: str) -> datetime:
    """Read an RFC 3339 instant with its offset, or a date, which means 00:00 UTC."""
    found = INSTANT.fullmatch(value)
    if found is not None and found["time"] and not found["offset"]:
        raise ValueError(
            "has no offset: end it with Z or, for example, +01:00 (in a URL: %2B01:00)"
        )
    try:
        # A date alone is read as its midnight, and none has an offset.
        read = datetime.fromisoformat(value if found else "")
        return read.replace(tzinfo=UTC) if read.tzinfo is None else read.astimezone(UTC)
    except (ValueError, OverflowError):
        raise ValueError(
            "is an RFC 3339 instant such as 2026-11-22T06:00:00Z or a date;"
            " in a URL the + of an offset is written %2B"
        ) from None


def duration(value: str) -> timedelta:
    """Read seconds, or an ISO 8601 duration; years and months have no fixed length."""
    length = _duration(value)
    if length is None:
        raise ValueError("is a number of seconds, or an ISO 8601 duration such as PT1H30M")
    return length


def _duration(value: str) -> timedelta | None:
    if SECONDS.fullmatch(value):
        return timedelta(seconds=float(value))
    found = ISO_DURATION.fullmatch(value)
    if found is None:
        return None
    parts = {name: float(part) for name, part in found.groupdict().items() if part}
    return timedelta(**parts)


def boolean(value: str) -> bool:
    """Read true or false."""
    if value not in ("true", "false"):
        raise ValueError("is true or false")
    return value == "true"


@dataclass(frozen=True, slots=True)
class OneOf:
    """Reads one word of a closed list."""

    words: Collection[str]

    def __call__(self, value: str) -> str:
        if value not in self.words:
            raise ValueError(f"is one of {', '.join(self.words)}")
        return value


@dataclass(frozen=True, slots=True)
class SomeOf:
    """Reads a comma list of words of a closed list."""

    words: Collection[str]

    def __call__(self, value: str) -> tuple[str, ...]:
        chosen = tuple(dict.fromkeys(value.split(",")))
        if not set(chosen) <= set(self.words):
            raise ValueError(f"is a comma list of {', '.join(self.words)}")
        return chosen


def order(value: str) -> Order:
    """Read a comma list of fields to sort by, each with a minus in front for descending."""
    names = [item.removeprefix("-") for item in value.split(",")]
    if not set(names) <= set(SORTABLE):
        raise ValueError(f"is a comma list of {', '.join(SORTABLE)}, with - for descending")
    if len(set(names)) < len(names):
        raise ValueError("names a field twice")
    return tuple(
        Sort(Field(name), is_descending=item.startswith("-"))
        for name, item in zip(names, value.split(","), strict=True)
    )
