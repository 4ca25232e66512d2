"""Reading YAML strictly: what could be taken in two ways is refused.

PyYAML keeps the last of two equal keys, reads ``no`` as false, ``012`` as ten and ``12:30:45`` as
a number, and lets a few aliases grow into millions of values. So only its parser is used, and
the values are built here.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

from yaml import SafeLoader
from yaml.error import Mark, MarkedYAMLError
from yaml.events import (
    AliasEvent,
    CollectionEndEvent,
    CollectionStartEvent,
    Event,
    MappingStartEvent,
    NodeEvent,
    ScalarEvent,
    SequenceStartEvent,
    StreamEndEvent,
)
from yaml.reader import ReaderError

from gateway.documents import scalars
from gateway.documents.problems import Position
from gateway.documents.tree import KeyPath
from gateway.model.session import Json

_MAX_DEPTH = 32


class NotYamlError(Exception):
    """The text cannot be read any further."""

    def __init__(self, message: str, position: Position) -> None:
        super().__init__(message)
        self.position = position


@dataclass(frozen=True, slots=True)
class Flaw:
    """Something that is refused though the rest can be read. A repeated key says where it is."""

    path: KeyPath
    message: str
    position: Position | None = None


@dataclass(frozen=True, slots=True)
class Document:
    """The values of a file, where each stands (its key, or the item of a list), and the flaws."""

    tree: Json
    positions: Mapping[KeyPath, Position]
    flaws: tuple[Flaw, ...]


def parse(text: str) -> Document:
    """Read one YAML document; raise :class:`NotYamlError` where that cannot be done."""
    try:
        reading = _Reading(text)
    except ReaderError as error:
        message = f"not YAML: the character U+{error.character:04X} is not allowed"
        raise NotYamlError(message, Position.after(text[: error.position])) from error
    tree = reading.document()
    return Document(tree, reading.positions, tuple(reading.flaws))


class _Reading:
    """One walk over the parser's events."""

    def __init__(self, text: str) -> None:
        self._loader = SafeLoader(text)
        self.positions: dict[KeyPath, Position] = {}
        self.flaws: list[Flaw] = []

    def document(self) -> Json:
        self._next()  # the start of the stream
        start = self._next()
        if isinstance(start, StreamEndEvent):
            raise NotYamlError("the file is empty", _position(start))
        tree = self._value(self._next(), ())
        self._next()  # the end of the document
        end = self._next()
        if not isinstance(end, StreamEndEvent):
            raise NotYamlError("a second document begins here; a file has one", _position(end))
        return tree

    def _next(self) -> Event:
        try:
            event = self._loader.get_event()  # type: ignore[no-untyped-call]  # in its stubs
            return cast("Event", event)
        except MarkedYAMLError as error:
            said = ", ".join(part for part in (error.problem, error.context) if part)
            place = cast("Mark", error.problem_mark)
            # PyYAML's own message quotes the file, which may hold a secret it should not.
            raise NotYamlError(f"not YAML: {said}", _at(place)) from None
        except (ValueError, OverflowError) as error:
            # PyYAML lets these out for an escape beyond Unicode and an endless version number.
            place = self._loader.get_mark()
            raise NotYamlError("not YAML: no such character or version", _at(place)) from error

    def _value(self, event: Event, path: KeyPath) -> Json:
        self.positions.setdefault(path, _position(event))
        if len(path) > _MAX_DEPTH:
            raise NotYamlError(f"nested more than {_MAX_DEPTH} deep", _position(event))
        self._refuse_decoration(event, path)
        match event:
            case ScalarEvent():
                return self._scalar(event, path)
            case SequenceStartEvent():
                return self._sequence(path)
            case MappingStartEvent():
                return self._mapping(path)
        return None  # an alias, which is refused

    def _sequence(self, path: KeyPath) -> list[Json]:
        items: list[Json] = []
        while not isinstance(event := self._next(), CollectionEndEvent):
            items.append(self._value(event, (*path, len(items))))
        return items

    def _mapping(self, path: KeyPath) -> dict[str, Json]:
        entries: dict[str, Json] = {}
        while not isinstance(event := self._next(), CollectionEndEvent):
            key = self._key(event, path)
            at = (*path, key)
            if key in entries:
                first = self.positions[at]
                message = f"given already at {first.line}:{first.column}"
                self.flaws.append(Flaw(at, message, _position(event)))
            self.positions.setdefault(at, _position(event))
            value = self._value(self._next(), at)
            entries.setdefault(key, value)
        return entries

    def _key(self, event: Event, path: KeyPath) -> str:
        """Read a key as the text it is written as, whatever it looks like."""
        if not isinstance(event, ScalarEvent):
            raise NotYamlError("a key must be a text", _position(event))
        at = (*path, event.value)
        self._refuse_decoration(event, at)
        if event.value == "<<" and _is_plain(event):
            self.flaws.append(Flaw(at, "merge keys (<<) are not read; write the keys out"))
        return event.value

    def _scalar(self, event: ScalarEvent, path: KeyPath) -> Json:
        read = scalars.plain if _is_plain(event) else scalars.text
        try:
            return read(event.value)
        except ValueError as error:
            self.flaws.append(Flaw(path, str(error)))
            return None

    def _refuse_decoration(self, event: Event, path: KeyPath) -> None:
        match event:
            case AliasEvent():
                refusal = "aliases (*name) are not read; write the value out"
            case NodeEvent(anchor=str()):
                refusal = "anchors (&name) are not read; leave it out"
            case ScalarEvent(tag=str()) | CollectionStartEvent(tag=str()):
                refusal = "tags (!name) are not read; leave it out"
            case _:
                return
        self.flaws.append(Flaw(path, refusal))


def _is_plain(event: ScalarEvent) -> bool:
    return event.style is None


def _position(event: Event) -> Position:
    return _at(cast("Mark", event.start_mark))  # the parser marks every event


def _at(mark: Mark) -> Position:
    return Position(mark.line + 1, mark.column + 1)
