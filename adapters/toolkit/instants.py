"""Reading instants as vendors write them: always aware, in UTC, to the microsecond."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta, tzinfo

from gateway.spi import Json

_NUMBERS = (int, float)


def iso_instant(value: Json) -> datetime:
    """Read an ISO 8601 date and time that says its own offset."""
    instant = _parse(value)
    if instant.tzinfo is None:
        raise ValueError("no offset from UTC")
    return instant.astimezone(UTC)


def iso_instant_in(zone: tzinfo) -> Callable[[Json], datetime]:
    """Make a reader for dates and times whose offset may be missing: ``zone`` then supplies it.

    A local time that a clock change skips or repeats is read by the zone's first offset.
    """

    def read(value: Json) -> datetime:
        instant = _parse(value)
        if instant.tzinfo is None:
            # It does what ``replace`` does, which takes several times as long.
            instant = datetime.combine(instant, instant.time(), zone)
        return instant.astimezone(UTC)

    return read


def epoch_seconds(value: Json) -> datetime:
    """Read seconds since 1970 in UTC, whole or with a fraction."""
    if type(value) not in _NUMBERS:
        raise ValueError("not a number of seconds")
    try:
        return datetime.fromtimestamp(value, UTC)
    except (OSError, OverflowError) as error:
        raise ValueError("not within the years 1 to 9999") from error


def not_before(
    start: datetime | None, read: Callable[[Json], datetime]
) -> Callable[[Json], datetime]:
    """Make a reader for an instant that ends something: one earlier than ``start`` ends nothing."""

    def read_end(value: Json) -> datetime:
        return end_of(start, read(value))

    return read_end


def end_of(start: datetime | None, instant: datetime) -> datetime:
    """Give the instant that ends something; raise ``ValueError`` for one earlier than its start."""
    if start is not None and instant < start:
        raise ValueError("ends before it starts")
    return instant


def later(instant: datetime | None, length: timedelta) -> datetime | None:
    """Give the instant so much later; none without one, and beyond the year 9999."""
    try:
        return None if instant is None else instant + length
    except OverflowError:
        return None


def _parse(value: Json) -> datetime:
    # fromisoformat cuts fractions longer than microseconds, and reads a date alone as midnight.
    if not isinstance(value, str) or ":" not in value:
        raise ValueError("not a date and time")
    try:
        return datetime.fromisoformat(value)
    except OverflowError as error:
        raise ValueError("not within the years 1 to 9999") from error
