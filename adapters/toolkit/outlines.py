"""Reading of a record just what places it among others: by one typed decode, and no more.

What is declared of a record are all the fields that its session is made of, each with the types
that are read without complaint: so whatever is odd in one of them shows in the decode.
"""

from collections.abc import Callable
from datetime import datetime
from typing import TypeVar

import msgspec

from adapters.toolkit.instants import end_of
from adapters.toolkit.record import may_be_too_deep
from gateway.spi import Outline, Provenance

T = TypeVar("T")
FieldsT = TypeVar("FieldsT", bound=msgspec.Struct)

_LONGEST_ID = 250
"""So many characters are within the 1,000 bytes of UTF-8 that a native id may have."""


def outlined(
    raw: msgspec.Raw,
    decoder: msgspec.json.Decoder[FieldsT],
    provenance: Provenance,
    build: Callable[[FieldsT, Provenance], Outline],
) -> Outline | None:
    """Decode a record and place it with ``build``; give none where anything is odd.

    Odd is what the decoder refuses, what ``build`` raises ``ValueError`` or ``OverflowError`` for,
    what may be too deep, and an id that may be too long.
    """
    if may_be_too_deep(raw):
        return None
    try:
        outline = build(decoder.decode(raw), provenance)
    except (ValueError, OverflowError, RecursionError):
        return None
    return outline if len(outline.native_id) <= _LONGEST_ID else None


def told(value: T | None, read: Callable[[T], datetime]) -> datetime | None:
    """Read an instant; give none where it is missing, null or an empty text."""
    return None if value is None or value == "" else read(value)


def told_end(
    value: T | None, start: datetime | None, read: Callable[[T], datetime | None]
) -> datetime | None:
    """Read an instant as ``told`` does; raise ``ValueError`` for one earlier than ``start``."""
    instant = None if value is None or value == "" else read(value)
    return None if instant is None else end_of(start, instant)
