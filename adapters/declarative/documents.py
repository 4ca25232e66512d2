"""What a vendor's JSON holds where a file says: found without reading more of it than is needed."""

import re
from functools import cached_property
from typing import TypeAlias

import jmespath
import msgspec

from gateway.spi import BadAnswer, ErrorCode, Json

Steps: TypeAlias = tuple[str, ...]

_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z_][A-Za-z0-9_]*)*", re.ASCII)
_FIRST_THERE = re.compile(r"not_null\((?P<ways>[A-Za-z0-9_.@, ]+)\)", re.ASCII)
_OBJECT = msgspec.json.Decoder(dict[str, msgspec.Raw])
_ROWS = msgspec.json.Decoder(list[msgspec.Raw])
_ANYTHING = msgspec.json.Decoder()
_NULL = msgspec.Raw(b"null")

# What an expression does with values that its author did not think of: it fails in all these ways.
_FAULTS = (ValueError, TypeError, ArithmeticError, LookupError, AttributeError, RecursionError)


class Document:
    """One JSON value of a vendor's, still as it was sent.

    ``inside`` is the way to it, where expressions begin further out: at an envelope that the
    transport has taken off.
    """

    def __init__(self, what: str, raw: msgspec.Raw, inside: Steps = ()) -> None:
        """Take a value that is known to be JSON; ``what`` names in messages where it is from."""
        self.what = what
        self._raw = raw
        self._inside = inside

    def slice_at(self, steps: Steps) -> msgspec.Raw | None:
        """Give what stands at the end of a way, as it was sent; none where the way ends before."""
        begun = len(self._inside)
        if steps[:begun] != self._inside:
            return None
        raw: msgspec.Raw | None = self._raw
        for step in steps[begun:]:
            raw = _member(raw, step) if raw is not None else None
        return raw

    @cached_property
    def value(self) -> Json:
        """All of it, decoded, with the envelope that was taken off."""
        try:
            value: Json = _ANYTHING.decode(self._raw)
        except _FAULTS as error:
            raise self.not_as_described() from error
        for step in reversed(self._inside):
            value = {step: value}
        return value

    def unwrapped(self) -> "Document":
        """Give it without the envelope that was taken off."""
        return Document(self.what, self._raw)

    def not_as_described(self) -> BadAnswer:
        """Make the error that says that it is not as the file has it."""
        return BadAnswer(ErrorCode.SCHEMA, f"{self.what}: not as its file describes")


class Selector:
    """An expression of a file, compiled.

    Names with dots between them, one way or ``not_null`` of several, are followed without decoding
    anything else, and what is found stays as it was sent. All that goes wrong is a
    :class:`~gateway.spi.BadAnswer`.
    """

    def __init__(self, expression: str) -> None:
        self._ways = _ways(expression)
        self._program = jmespath.compile(expression)

    @classmethod
    def along(cls, *paths: str) -> "Selector":
        """Make one of dotted paths, whose names may hold what those of expressions may not.

        The first of them that leads to a value counts.
        """
        selector = cls(f"not_null({', '.join(map(_quoted, paths))})")
        selector._ways = [tuple(path.split(".")) for path in paths]
        return selector

    def value(self, document: Document) -> Json:
        """Give what is found, or none."""
        if not self._ways:
            return self._searched(document)
        found = self._slice(document)
        try:
            return None if found is None else _ANYTHING.decode(found)
        except _FAULTS as error:
            raise document.not_as_described() from error

    def rows(self, document: Document) -> list[msgspec.Raw]:
        """Give the list that is found, each row of it as it was sent."""
        try:
            if self._ways:
                return _ROWS.decode(self._slice(document) or _NULL)
            found = self._searched(document)
            if isinstance(found, list):
                return [_encoded(row) for row in found]
        except _FAULTS as error:
            raise document.not_as_described() from error
        raise document.not_as_described()

    def row(self, document: Document) -> msgspec.Raw:
        """Give the one record that is found, as it was sent."""
        found = self._slice(document) if self._ways else self._encoded(document)
        if found is None or not bytes(memoryview(found)[:1]) == b"{":
            raise document.not_as_described()
        return found

    def is_true_of(self, document: Document) -> bool:
        """Say whether the expression finds something that JMESPath takes for true."""
        found = self.value(document)
        return bool(found) or (found == 0 and not isinstance(found, bool))

    def _slice(self, document: Document) -> msgspec.Raw | None:
        """Give what stands at the end of the first way that leads to more than null."""
        found = None
        for steps in self._ways:
            found = document.slice_at(steps)
            if found is not None and bytes(memoryview(found)[:4]) != b"null":
                break
        return found

    def _encoded(self, document: Document) -> msgspec.Raw:
        try:
            return _encoded(self._searched(document))
        except _FAULTS as error:
            raise document.not_as_described() from error

    def _searched(self, document: Document) -> Json:
        try:
            found: Json = self._program.search(document.value)
        except _FAULTS as error:
            raise document.not_as_described() from error
        return found


def _quoted(path: str) -> str:
    return ".".join(msgspec.json.encode(step).decode() for step in path.split("."))


def _ways(expression: str) -> list[Steps]:
    """Give the ways that an expression follows; none if it is of another kind."""
    either = _FIRST_THERE.fullmatch(expression)
    paths = re.split(", *", either["ways"]) if either else [expression]
    if not all(path == "@" or _PLAIN.fullmatch(path) for path in paths):
        return []
    return [() if path == "@" else tuple(path.split(".")) for path in paths]


def _member(raw: msgspec.Raw, name: str) -> msgspec.Raw | None:
    try:
        return _OBJECT.decode(raw).get(name)
    except msgspec.ValidationError:
        return None  # it is something else than an object


def _encoded(value: Json) -> msgspec.Raw:
    return msgspec.Raw(msgspec.json.encode(value))
