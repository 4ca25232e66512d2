"""From where in a record a field is read: by a path, the first of several, or an expression.

Reading changes nothing in a record. What has become part of the session is taken out of it in the
end, when all fields are read: so several of them may read the same.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Generic, Protocol, TypeAlias, TypeVar

from adapters.declarative.casts import Cast, word
from adapters.declarative.expressions import EVERYTHING, compiled, roots
from adapters.toolkit.record import Record
from gateway.spi import Json
from gateway.spi.registry import Transform, load_transform

T = TypeVar("T")

Find: TypeAlias = Callable[[dict[str, Json]], Json]
Read: TypeAlias = Callable[[Record, list[str]], T | None]
"""Reads a field; what stays among the attributes though it was read is added to the list."""


class Place(Protocol):
    """What the file says of where a value stands."""

    @property
    def at(self) -> str | None:
        """The way to it."""

    @property
    def or_at(self) -> tuple[str, ...]:
        """Other ways to it."""

    @property
    def expr(self) -> str | None:
        """An expression that finds it."""


@dataclass(frozen=True, slots=True)
class _Way:
    """How a value is found, and what of the record is named where it cannot be read."""

    find: Find
    names: tuple[str, ...]


class Source(Generic[T]):
    """Where one field is read, and as what.

    ``taken`` are the paths of what is no attribute any more once it was read, ``names`` all that
    is told where it cannot be read, and ``fields`` the vendor's own fields that it looks at.
    """

    def __init__(
        self,
        place: Place,
        cast: Cast[T | None],
        *,
        none_if: Iterable[str] = (),
        is_kept: bool = False,
    ) -> None:
        self._ways = [_unless(frozenset(none_if), way) for way in _ways(place)]
        paths = () if place.at is None else (place.at, *place.or_at)
        self.taken = () if is_kept else paths
        self._is_by_path = bool(paths)
        self.names = tuple(name for way in self._ways for name in way.names)
        self.fields = frozenset(roots(place.expr) if place.expr else map(_first_step, paths))
        self.read: Read[T] = _first([(way, _reading(way, cast)) for way in self._ways])

    def there(self, record: Record) -> list[str]:
        """Name what of this field the record has, whether or not it can be read."""
        return [name for way in self._ways if _has(record, way) for name in way.names]

    def refuse(self, record: Record) -> None:
        """Report the value that was read as one that cannot be right."""
        told = [name for name in self.there(record) if name not in record.unreadable]
        record.unreadable.extend(told[:1] if self._is_by_path else told)


def defaulting(read: Read[T], default: T) -> Read[T]:
    """Give what stands where there is no value; where it cannot be read there is one."""

    def read_or_default(record: Record, kept: list[str]) -> T | None:
        before = len(record.unreadable)
        value = read(record, kept)
        return default if value is None and len(record.unreadable) == before else value

    return read_or_default


def required(read: Read[T], name: str) -> Read[T]:
    """Report that there is no value by this name of the record."""

    def read_or_report(record: Record, kept: list[str]) -> T | None:
        before = len(record.unreadable)
        value = read(record, kept)
        if value is None and len(record.unreadable) == before:
            record.unreadable.append(name)
        return value

    return read_or_report


def transformed(name: str, cast: Cast[T]) -> Cast[T | None]:
    """Have a transform read a value before it is cast.

    Raises :class:`~gateway.spi.registry.NotUsableError` where there is none of this name.
    """
    transform: Transform = load_transform(name)

    def read(value: Json) -> T | None:
        try:
            found = transform(value)
        except Exception as error:  # whatever a stranger's function raises
            raise ValueError("a transform that cannot read it") from error
        return None if found is None or found == "" else cast(found)

    return read


def _ways(place: Place) -> list[_Way]:
    if place.expr is not None:
        names = tuple(sorted(roots(place.expr))) or (EVERYTHING,)
        return [_Way(compiled(place.expr), names)]
    return [_Way(_find(path), (path,)) for path in (place.at or "", *place.or_at)]


def _find(path: str) -> Find:
    name, *deeper = path.split(".")
    if not deeper:
        return lambda fields: fields.get(name)
    *parents, last = name, *deeper

    def find(fields: dict[str, Json]) -> Json:
        at: Json = fields
        try:
            for step in parents:
                at = at.get(step)
                if at is None or at == "":
                    return None
            return at.get(last)
        except AttributeError:
            raise ValueError("not an object") from None

    return find


def _unless(nothing: frozenset[str], way: _Way) -> _Way:
    """Find no value where there is one that stands for none."""
    if not nothing:
        return way

    def find(fields: dict[str, Json]) -> Json:
        value = way.find(fields)
        is_word = isinstance(value, str | int | float)
        return None if is_word and word(value) in nothing else value

    return _Way(find, way.names)


def _reading(way: _Way, cast: Cast[T | None]) -> Read[T]:
    find, names = way.find, way.names

    def read(record: Record, _kept: list[str]) -> T | None:
        try:
            value = find(record.left)
            return None if value is None or value == "" else cast(value)
        except (ValueError, OverflowError):
            record.unreadable.extend(names)
            return None

    return read


def _first(ways: list[tuple[_Way, Read[T]]]) -> Read[T]:
    """Read the first that there is; those behind it that have a value too stay as they are."""
    if len(ways) == 1:
        return ways[0][1]

    def read_either(record: Record, kept: list[str]) -> T | None:
        for number, (_, read) in enumerate(ways, 1):
            value = read(record, kept)
            if value is not None:
                for other, _ in ways[number:]:
                    if _has(record, other):
                        kept.extend(other.names)
                return value
        return None

    return read_either


def _has(record: Record, way: _Way) -> bool:
    try:
        value = way.find(record.left)
    except ValueError:
        return True
    return value is not None and value != ""


def _first_step(path: str) -> str:
    return path.partition(".")[0]
