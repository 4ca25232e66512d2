"""Reading one vendor record field by field, so that nothing in it is lost.

What is taken and understood becomes canonical. What nobody takes, and what could not be read,
is left over under the vendor's own name.
"""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import TypeAlias, TypeVar

import msgspec

from gateway.spi import Json, Mapped, Provenance, Rejected, Session

T = TypeVar("T")
_Until: TypeAlias = datetime | msgspec.UnsetType | None

_MAX_LEVELS = 200
"""So many lists and objects may stand in one another: whoever writes a session goes as deep."""

_IDENTIFIERS = (str, int)

_decode = msgspec.json.Decoder().decode


class UnusableRecordError(ValueError):
    """The record is no session: it is not an object, or has no usable id."""


class Record:
    """The fields of one vendor record that have not been taken yet."""

    __slots__ = ("holds_until", "is_status_unknown", "left", "unreadable")

    def __init__(self, raw: msgspec.Raw) -> None:
        """Decode the record; raise :class:`UnusableRecordError` if it is not a JSON object."""
        try:
            fields = _decode(raw)
        except (ValueError, RecursionError) as error:
            raise UnusableRecordError("the record is not JSON") from error
        if not isinstance(fields, dict):
            raise UnusableRecordError("the record is not an object")
        if may_be_too_deep(raw) and _levels(fields) > _MAX_LEVELS:
            raise UnusableRecordError(f"the record is nested deeper than {_MAX_LEVELS} levels")
        self.left: dict[str, Json] = fields
        self.unreadable: list[str] = []
        self.is_status_unknown = False
        """Whether the word for the status is none that is known: for whoever builds the session."""
        self.holds_until: _Until = msgspec.UNSET
        """When time alone makes another session of it: likewise."""

    def take(self, name: str, read: Callable[[Json], T]) -> T | None:
        """Take a field and read it; give none where it is missing, null or an empty text.

        A value that ``read`` refuses with ``ValueError`` stays left over, and is reported.
        """
        value = self.left.get(name)
        if value is None or value == "":
            self.left.pop(name, None)
            return None
        try:
            result = read(value)
        except (ValueError, OverflowError):
            self.unreadable.append(name)
            return None
        del self.left[name]
        return result

    def take_either(self, name: str, other: str, read: Callable[[Json], T]) -> T | None:
        """Take a field by one name, else by the other: for records that come in two forms."""
        value = self.take(name, read)
        return self.take(other, read) if value is None else value

    def peek(self, name: str) -> Json:
        """Look at a field that stays left over."""
        return self.left.get(name)

    def look_into(self, name: str, read: Callable[[Json], T]) -> T | None:
        """Read something of a field that itself stays left over; otherwise as ``take``."""
        value = self.left.get(name)
        is_there = name in self.left
        result = self.take(name, read)
        if is_there:
            self.left[name] = value
        return result

    def native_id(self, name: str) -> str:
        """Take the id of the record: a text or a whole number, and not empty."""
        value = self.take(name, identifier)
        if value is None:
            raise UnusableRecordError(f"the record has no usable {name}")
        return value


def read_record(
    raw: msgspec.Raw, provenance: Provenance, build: Callable[[Record, Provenance], Session]
) -> Mapped | Rejected:
    """Read a record with ``build``, turning an unusable one into a rejection."""
    try:
        record = Record(raw)
        session = build(record, provenance)
    except UnusableRecordError as error:
        return Rejected(str(error))
    unreadable = tuple(record.unreadable)
    return Mapped(session, unreadable, record.is_status_unknown, record.holds_until)


def may_be_too_deep(raw: msgspec.Raw) -> bool:
    """Say whether a record may be too deep; for nearly all, what it would take is not there."""
    if len(raw) <= 2 * _MAX_LEVELS:
        return False
    written = bytes(raw)
    return _number_of(b"{", written) + _number_of(b"[", written) > _MAX_LEVELS


def _number_of(mark: bytes, written: bytes) -> int:
    # ``count`` looks at each byte by itself, which takes several times as long.
    return len(written) - len(written.replace(mark, b""))


def _levels(value: Json) -> int:
    """Count how many lists and objects stand in one another."""
    levels = 0
    level = [value]
    while level:
        levels += 1
        children = (child for each in level for child in _children(each))
        level = [child for child in children if isinstance(child, dict | list)]
    return levels


def _children(value: Json) -> Iterable[Json]:
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, list) else ()


def text(value: Json) -> str:
    """Read a text."""
    if not isinstance(value, str):
        raise ValueError("not a text")
    return value


def identifier(value: Json) -> str:
    """Read an id: a text, or a whole number as its digits."""
    if type(value) not in _IDENTIFIERS or value == "":
        raise ValueError("not an id")
    return str(value)


def whole_number(value: Json) -> int:
    """Read a whole number."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise ValueError("not a whole number")
    return value


def boolean(value: Json) -> bool:
    """Read true or false."""
    if not isinstance(value, bool):
        raise ValueError("not true or false")
    return value


def texts(value: Json) -> tuple[str, ...]:
    """Read a list of texts."""
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise ValueError("not a list of texts")
    return tuple(value)
