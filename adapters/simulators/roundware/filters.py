"""What a Roundware server makes of the parameters of its list."""

import re
from collections.abc import Callable
from datetime import datetime

from adapters.simulators.roundware.rows import LANGUAGES, PROJECTS

_NO_LANGUAGE = 0
_BOOLEANS = {"true": True, "1": True, "false": False, "0": False}


def _number(value: str) -> int | None:
    """Read a number, of which a fraction is cut, as 1 from 1.5."""
    found = re.fullmatch(r"(-?[0-9]{1,9})(?:\.[0-9]*)?", value)
    return int(found[1]) if found else None


def _moment(value: str) -> str | None:
    """Read a time as rows have it: one with an offset, or a day, is none of theirs."""
    try:
        return datetime.fromisoformat(value).isoformat()
    except ValueError:
        return None


FILTERS: dict[str, tuple[str, Callable[[str], object]]] = {
    "project_id": ("project_id", _number),
    "project": ("project_id", {str(known): known for known in PROJECTS}.get),
    "language_id": ("language_id", _number),
    # Letter case and all, and no region (list_language_upper_case.json).
    "language": ("language_id", lambda code: LANGUAGES.get(code, _NO_LANGUAGE)),
    "geo_listen_enabled": ("geo_listen_enabled", _BOOLEANS.get),
    "demo_stream_enabled": ("demo_stream_enabled", _BOOLEANS.get),
    "device_id": ("device_id", str),
    "client_type": ("client_type", str),
    "client_system": ("client_system", str),
    "timezone": ("timezone", str),
    "starttime": ("starttime", _moment),
    "stoptime": ("stoptime", _moment),
}
"""By its name, the field that a filter looks at, and what it compares with: none for a value it
takes as invalid. Half of them are in no document (list_timezone_undocumented.json and others).
"""
