"""Kinds of values in the file that are written as texts."""

import re
from datetime import timedelta
from typing import Annotated
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BeforeValidator, PlainSerializer

from gateway.spi import Rate

_SIZE = re.compile("(?P<number>[0-9]{1,9})(?P<unit>KiB|MiB)")
_UNITS = {"KiB": 1024, "MiB": 1024**2}
_RATE = re.compile("(?P<requests>[1-9][0-9]{0,6})/(?P<unit>s|min|h)")
_RATE_UNITS = {"s": 1, "min": 60, "h": 3600}
_GRANULARITY = re.compile("(?P<number>[1-9][0-9]{0,5})(?P<unit>us|ms|s|min|h|d)")
_SPAN_UNITS = {
    "us": timedelta(microseconds=1),
    "ms": timedelta(milliseconds=1),
    "s": timedelta(seconds=1),
    "min": timedelta(minutes=1),
    "h": timedelta(hours=1),
    "d": timedelta(days=1),
}


def _size(value: object) -> object:
    found = _SIZE.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        raise ValueError("must be a size, such as 8MiB or 512KiB")
    return int(found["number"]) * _UNITS[found["unit"]]


def _rate(value: object) -> object:
    found = _RATE.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        raise ValueError("must be a rate, such as 50/s, 600/min or 10000/h")
    return Rate(int(found["requests"]), _RATE_UNITS[found["unit"]])


def _zone(name: str) -> str:
    if "${" in name:
        return name
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError("must be a name of the IANA time zone database") from None
    return name


def _span(value: object) -> object:
    if not isinstance(value, str) or not _GRANULARITY.fullmatch(value):
        raise ValueError("must be a length of time, such as 1us, 1ms, 1s or 1d")
    return value


def span_of(length: str) -> timedelta:
    """Give the span that a :data:`Granularity` stands for."""
    found = _GRANULARITY.fullmatch(length)
    if found is None:
        raise ValueError(f"{length} is no length of time")
    return int(found["number"]) * _SPAN_UNITS[found["unit"]]


ByteSize = Annotated[int, BeforeValidator(_size, json_schema_input_type=str)]
PerTime = Annotated[Rate, BeforeValidator(_rate, json_schema_input_type=str), PlainSerializer(str)]
ZoneName = Annotated[str, AfterValidator(_zone)]
Granularity = Annotated[str, BeforeValidator(_span, json_schema_input_type=str)]
