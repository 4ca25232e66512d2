"""What a Roundware server makes of a POST, after ``tests/recordings/roundware/post_*.json``."""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, TypeAlias

from adapters.simulators.roundware.manners import Manners
from adapters.simulators.roundware.rows import LANGUAGES, PROJECTS, Row, naive

Json: TypeAlias = Any
Faults: TypeAlias = dict[str, list[str]]

_PROFILE_CLIENT = "iPhone"  # of the account that the token belongs to
_DEVICE_WIDTH = 36  # of the column; accounts hold longer ones

_TRUE = ("true", "True", "t", "T", "1", 1, True)
_FALSE = ("false", "False", "f", "F", "0", 0, False)
_STOP_TIME = (
    "Datetime has wrong format. Use one of these formats instead:"
    " YYYY-MM-DDThh:mm[:ss[.uuuuuu]][+HH:MM|-HH:MM|Z]."
)


class ServerFault(Exception):  # not an error of the simulator's
    """The server's own code fails on it: an HTML page with 500."""


class Invalid(Exception):  # the same
    """The server finds fault with fields: 400."""

    def __init__(self, faults: Faults) -> None:
        super().__init__()
        self.faults = faults


def posted(body: Json, manners: Manners) -> Row:
    """Make of a body what a row has of it: what is not the client's to say is not looked at."""
    if not isinstance(body, dict):
        raise ServerFault
    project = body.get("project_id", body.get("project"))
    if "geo_listen_enabled" not in body and _project(project) is None:
        raise ServerFault  # The project is looked up for its setting (post_unknown_project_500).
    language_id = _language_id(body)
    read: Row = {name: reader(body[name]) for name, reader in _READERS.items() if name in body}
    faults = {name: [fault.text] for name, fault in read.items() if isinstance(fault, _Fault)}
    if _project(project) is None:
        faults["project"] = [_unknown(project)]
    if isinstance(language_id, _Fault):
        faults["language"] = [language_id.text]
    if len(manners.profile_device) > _DEVICE_WIDTH:
        faults["device_id"] = [_too_long(_DEVICE_WIDTH)]
    if faults:
        raise Invalid(faults)
    number = _project(project)
    defaults = {
        "device_id": manners.profile_device,
        "client_type": _PROFILE_CLIENT,
        "client_system": None,
        "demo_stream_enabled": False,
        "geo_listen_enabled": PROJECTS.get(number or 0, False),
        "timezone": "0000",
    }
    stop = naive(read.pop("stoptime", None), manners.zone)
    fixed = {"stoptime": stop, "project_id": number, "language_id": language_id}
    return defaults | read | fixed


class _Fault:
    def __init__(self, text: str) -> None:
        self.text = text


def _project(value: Json) -> int | None:
    number = int(value) if re.fullmatch("[0-9]{1,9}", str(value)) else None
    return number if number in PROJECTS else None


def _unknown(value: Json) -> str:
    return f'Invalid pk "{value}" - object does not exist.'


def _too_long(width: int) -> str:
    return f"Ensure this field has no more than {width} characters."


def _language_id(body: Mapping[str, Json]) -> int | _Fault:
    """Take the code before the number; of an unknown code comes the first language."""
    if "language" in body:
        if not isinstance(body["language"], str):
            raise ServerFault  # post_null_language_500.json
        return LANGUAGES.get(body["language"].partition("-")[0], 1)
    if "language_id" not in body:
        return 1
    number = body["language_id"]
    return number if number in LANGUAGES.values() else _Fault(_unknown(number))


def _boolean(value: Json) -> bool | _Fault:
    if value is None:
        return _Fault("This field may not be null.")
    if value in _TRUE or value in _FALSE:
        return value in _TRUE
    return _Fault("Must be a valid boolean.")


def _up_to_128(value: Json) -> str | _Fault | None:
    is_long = value is not None and len(str(value)) > 128  # noqa: PLR2004  # the column's width
    return _Fault(_too_long(128)) if is_long else value


def _timezone(value: Json) -> str | _Fault:
    if value is None:
        return _Fault("This field may not be null.")
    if len(str(value)) > 5:  # noqa: PLR2004  # the column's width
        return _Fault(_too_long(5))
    if not re.fullmatch("[+-]?[0-9]{4}", str(value)):  # The shape alone: post_bogus_offset_ok.json.
        return _Fault("Timezone must be in RFC822 GMT format (e.g. '-0800')")
    return str(value)


def _stop_time(value: Json) -> datetime | _Fault | None:
    """Read any time: one without an offset is taken for UTC (post_read_only_fields.json)."""
    if value is None:
        return None
    try:
        stop = datetime.fromisoformat(str(value))
    except ValueError:
        return _Fault(_STOP_TIME)
    return stop.astimezone(UTC) if stop.tzinfo else stop.replace(tzinfo=UTC)


_READERS: dict[str, Callable[[Json], object]] = {
    "client_type": _up_to_128,
    "client_system": _up_to_128,
    "demo_stream_enabled": _boolean,
    "geo_listen_enabled": _boolean,
    "timezone": _timezone,
    "stoptime": _stop_time,
}
