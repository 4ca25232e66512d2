"""Reading durations as vendors write them, in seconds."""

import re
from datetime import datetime, timedelta

from gateway.spi import Json

_TIME_SPAN = re.compile(
    r"(?P<sign>-)?(?:(?P<days>\d{1,8})\.)?(?P<hours>\d{1,2}):(?P<minutes>[0-5]\d):(?P<seconds>[0-5]\d)"
    r"(?:\.(?P<fraction>\d{1,7}))?",
    re.ASCII,
)
_DURATION = re.compile(
    r"(?P<sign>-)?P(?:(?P<weeks>\d{1,6})W|(?:(?P<days>\d{1,8})D)?"
    r"(?:T(?:(?P<hours>\d{1,9})H)?(?:(?P<minutes>\d{1,9})M)?"
    r"(?:(?P<seconds>\d{1,12}(?:[.,]\d{1,9})?)S)?)?)",
    re.ASCII,
)
_UNITS = ("weeks", "days", "hours", "minutes", "seconds")


def dotnet_time_span(value: Json) -> timedelta:
    """Read a .NET TimeSpan in its constant form, ``[-][d.]hh:mm:ss[.fffffff]``.

    The first dot is days before the first colon and a fraction after the last one. The seventh
    digit of a fraction (100 ns) is cut.
    """
    found = _TIME_SPAN.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        raise ValueError("not a TimeSpan")
    sign, days, hours, minutes, seconds, fraction = found.groups("0")
    whole = (int(hours) * 60 + int(minutes)) * 60 + int(seconds)
    span = timedelta(int(days), whole, int(fraction.ljust(6, "0")[:6]))
    return -span if sign == "-" else span


def is_short_time_span(value: str) -> bool:
    """Say whether a text is a TimeSpan that is neither negative nor has days."""
    found = _TIME_SPAN.fullmatch(value)
    return found is not None and found.start("hours") == 0


def iso_duration(value: Json) -> timedelta:
    """Read an ISO 8601 duration of weeks, days, hours, minutes and seconds, as ``PT1H5M``.

    Years and months have no length of their own.
    """
    found = _DURATION.fullmatch(value) if isinstance(value, str) else None
    if found is None or value.endswith(("P", "T")):
        raise ValueError("not a duration")
    parts = found.groupdict("0")
    units = {unit: float(parts[unit].replace(",", ".")) for unit in _UNITS}
    return -timedelta(**units) if found["sign"] else timedelta(**units)


def seconds_between(start: datetime | None, end: datetime | None) -> float | None:
    """Give the length of a session that has both its ends, and none if it lacks one."""
    if start is None or end is None:
        return None
    return (end - start).total_seconds()
