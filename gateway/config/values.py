"""Kinds of values in a configuration file, and what each accepts."""

import re
from datetime import datetime, timedelta
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime, BeforeValidator, Field, PlainSerializer

from gateway.spi import Rate

_SIZE = re.compile("(?P<number>[0-9]{1,12}) ?(?P<unit>B|[kMG]B|[KMG]iB)?")
_UNITS = {
    "B": 1,
    "kB": 1000,
    "MB": 1000**2,
    "GB": 1000**3,
    "KiB": 1024,
    "MiB": 1024**2,
    "GiB": 1024**3,
}
_PERIOD = re.compile(
    r"(?P<days>\d{1,5})d|(?P<hours>\d{1,6})h|P(?P<iso_days>\d{1,5})D|PT(?P<iso_hours>\d{1,6})H",
    re.ASCII,
)
_ORIGIN = re.compile(r"https?://(?:[a-z0-9._-]+|\[[0-9a-f:.]+\])(?::[0-9]{1,5})?")
_PROXY = re.compile(
    r"http://(?:[^/?#@:\s]+:[^/?#@:\s]*@)?(?:[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\]):(?P<port>[0-9]{1,5})/?"
)
_CACHE = re.compile(
    r"rediss?://(?:[^/?#@:\s]*:[^/?#@:\s]+@)?(?:[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])"
    r"(?::(?P<port>[0-9]{1,5}))?(?:/[0-9]{1,3})?"
    r"|unix:///[^?#@\s]+(?:\?db=[0-9]{1,3})?"
)
_HTTP_ADDRESS = re.compile(
    r"https?://(?:[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(?::[0-9]{1,5})?/[^?#@\s]*"
)
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)", re.ASCII)
_LAST_PORT = 65535
_RATE = re.compile("(?P<requests>[1-9][0-9]{0,6})/(?P<unit>s|min|h)")
_RATE_UNITS = {"s": 1, "min": 60, "h": 3600}
_HIDEABLE = re.compile(r"user|device|raw|personal|attributes\..+", re.DOTALL)


def is_true(value: object) -> bool:
    """Say whether a value, or the text a reference brought, is true."""
    return value in (True, "true")


def _flag(value: object) -> object:
    if not isinstance(value, bool) and value not in ("true", "false"):
        raise ValueError("must be true or false")
    return is_true(value)


def _no_boolean(value: object) -> object:
    if isinstance(value, bool):
        raise ValueError("must be a number")
    return value


def _bytes(value: object) -> object:
    found = _SIZE.fullmatch(value) if isinstance(value, str) else None
    if found is not None:
        return int(found["number"]) * _UNITS[found["unit"] or "B"]
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    raise ValueError("must be a size, such as 16MiB, 16MB or a number of bytes")


def _instant(value: object) -> object:
    if isinstance(value, datetime):
        return value
    if isinstance(value, str) and _INSTANT.fullmatch(value):
        return datetime.fromisoformat(value)
    raise ValueError("must be an instant with its offset, such as 2027-01-31T00:00:00Z")


def _period(value: object) -> object:
    found = _PERIOD.fullmatch(value) if isinstance(value, str) else None
    if found is not None:
        days = found["days"] or found["iso_days"] or 0
        return timedelta(days=int(days), hours=int(found["hours"] or found["iso_hours"] or 0))
    if isinstance(value, timedelta):
        return value
    raise ValueError("must be a length of time, such as 90d, 36h or P90D")


def _rate(value: object) -> object:
    found = _RATE.fullmatch(value) if isinstance(value, str) else None
    if found is not None:
        return Rate(int(found["requests"]), _RATE_UNITS[found["unit"]])
    if isinstance(value, Rate):
        return value
    raise ValueError("must be a rate, such as 50/s, 600/min or 10000/h")


def _network(value: object) -> object:
    if isinstance(value, IPv4Network | IPv6Network):
        return value
    try:
        # Numbers would be taken for addresses too.
        return ip_network(value if isinstance(value, str) else "")
    except ValueError:
        raise ValueError(
            "must be an address or a network, such as 192.0.2.7 or 10.0.0.0/8"
        ) from None


def _hideable(name: str) -> str:
    if not _HIDEABLE.fullmatch(name):
        raise ValueError("must be user, device, raw, personal, or attributes.NAME")
    return name


def _of_a_calendar(period: timedelta) -> timedelta:
    if not timedelta(hours=1) <= period <= timedelta(days=36_500):
        raise ValueError("must be from 1h to 36500d")
    return period


def _origin(value: str) -> str:
    if not _ORIGIN.fullmatch(value):
        raise ValueError(
            "must be the exact origin of a page, such as https://dashboard.example or"
            " http://localhost:3000: in lower case, without a path, and * is none"
        )
    return value


def _proxy(value: str) -> str:
    found = _PROXY.fullmatch(value)
    if found is None or not 1 <= int(found["port"]) <= _LAST_PORT:
        raise ValueError(
            "must be http://HOST:PORT or http://USER:PASSWORD@HOST:PORT, with what is odd in user"
            " and password percent-encoded"
        )
    return value


def _cache(value: str) -> str:
    found = _CACHE.fullmatch(value)
    if found is None or not 1 <= int(found["port"] or 1) <= _LAST_PORT:
        raise ValueError(
            "must be redis://HOST:PORT/DB or rediss://HOST:PORT/DB, with USER:PASSWORD@ before the"
            " host where one is needed, or unix:///PATH?db=DB"
        )
    return value


def _http_address(value: str) -> str:
    if not _HTTP_ADDRESS.fullmatch(value):
        raise ValueError(
            "must be an address such as http://localhost:4318/v1/traces, without credentials"
        )
    return value


def _as_written(period: timedelta) -> str:
    """Write a length of time as a file does."""
    hours = period // timedelta(hours=1)
    return f"{hours // 24}d" if hours % 24 == 0 else f"{hours}h"


def _not_reserved(name: str) -> str:
    if name == "all":
        raise ValueError("must not be all, which stands for every backend")
    return name


# Left to itself, pydantic reads yes as true, and true as 1.
Flag = Annotated[bool, BeforeValidator(_flag)]
Origin = Annotated[str, AfterValidator(_origin), Field(examples=["https://dashboard.example"])]
HttpAddress = Annotated[
    str, AfterValidator(_http_address), Field(examples=["http://localhost:4318/v1/traces"])
]
ProxyAddress = Annotated[
    str, AfterValidator(_proxy), Field(examples=["http://proxy.example:3128", "${env:PROXY}"])
]
CacheAddress = Annotated[
    str, AfterValidator(_cache), Field(examples=["redis://cache.example:6379/0", "${env:REDIS}"])
]
Whole = Annotated[int, BeforeValidator(_no_boolean)]
Seconds = Annotated[float, BeforeValidator(_no_boolean), Field(allow_inf_nan=False)]
Share = Annotated[float, BeforeValidator(_no_boolean), Field(allow_inf_nan=False)]
Bytes = Annotated[
    int,
    BeforeValidator(_bytes, json_schema_input_type=int | str),
    Field(examples=["16MiB", "16MB", 65536]),
]
Instant = Annotated[
    AwareDatetime, BeforeValidator(_instant), Field(examples=["2027-01-31T00:00:00Z"])
]
Period = Annotated[
    timedelta,
    BeforeValidator(_period, json_schema_input_type=str),
    AfterValidator(_of_a_calendar),
    PlainSerializer(_as_written, when_used="json"),
    Field(examples=["90d", "36h", "P90D"]),
]
RequestRate = Annotated[
    Rate,
    BeforeValidator(_rate, json_schema_input_type=str),
    PlainSerializer(str),
    Field(examples=["50/s", "600/min", "10000/h"]),
]
Network = Annotated[
    IPv4Network | IPv6Network,
    BeforeValidator(_network, json_schema_input_type=str),
    Field(examples=["192.0.2.7", "10.0.0.0/8"]),
]
Hideable = Annotated[
    str, AfterValidator(_hideable), Field(examples=["personal", "user", "attributes.NAME"])
]
Text = Annotated[str, Field(min_length=1)]
BackendName = Annotated[
    str, Field(pattern="^[a-z0-9][a-z0-9-]{0,62}$"), AfterValidator(_not_reserved)
]
DistributionName = Annotated[
    str,
    Field(
        pattern="^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$",
        examples=["acme-sessions"],
    ),
]
Sha256 = Annotated[str, Field(pattern="^[0-9a-fA-F]{64}$"), AfterValidator(str.lower)]
