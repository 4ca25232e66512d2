"""What is wrong with a configuration, each problem with its place in the file."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from gateway.documents.tree import KeyPath
from gateway.documents.veil import Veil


class Position(NamedTuple):
    """A place in a text, counted from 1."""

    line: int
    column: int

    @classmethod
    def after(cls, text: str) -> "Position":
        """Give the place of what follows a text."""
        return cls(text.count("\n") + 1, len(text) - text.rfind("\n"))


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong. ``line`` and ``column`` are none where the whole file is."""

    file: str
    line: int | None
    column: int | None
    path: str
    message: str

    def __str__(self) -> str:
        """Say it as compilers do, so that editors find the place."""
        place = [self.file] if self.line is None else [self.file, str(self.line), str(self.column)]
        subject = [self.path] if self.path else []
        return _on_one_line(f"{':'.join(place)}: {': '.join([*subject, self.message])}")


class ConfigurationError(Exception):
    """A configuration cannot be used. ``problems`` holds all that is wrong with it."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__(*self.problems)

    def __str__(self) -> str:
        """Say one problem a line."""
        return "\n".join(map(str, self.problems))


class Problems:
    """Gathers all that is wrong with one file.

    The first problem of a place is the one that is told: what follows from it is no news.
    """

    def __init__(self, file: str, positions: Mapping[KeyPath, Position]) -> None:
        self._file = file
        self._positions = positions
        self._found: dict[tuple[Position, KeyPath], str] = {}
        self._elsewhere: dict[Problem, None] = {}
        self.veil = Veil()

    def add(self, path: KeyPath, message: str, at: Position | None = None) -> None:
        """Note a problem, at the key itself or the nearest one around it."""
        self._found.setdefault((at or self._nearest(path), path), message)

    def include(self, others: Iterable[Problem]) -> None:
        """Note what is wrong with another file that this one names; each is told once."""
        self._elsewhere.update(dict.fromkeys(others))

    def __len__(self) -> int:
        return len(self._found) + len(self._elsewhere)

    def __iter__(self) -> Iterator[Problem]:
        """Give what was found, in the order of the file, and then what is wrong with others."""
        for (at, path), message in sorted(self._found.items(), key=lambda found: found[0][0]):
            yield Problem(self._file, at.line, at.column, shown(path), self.veil.over(message))
        yield from self._elsewhere

    def _nearest(self, path: KeyPath) -> Position:
        while path and path not in self._positions:
            path = path[:-1]
        return self._positions[path]


def shown(path: KeyPath) -> str:
    """Write a path as ``backends[1].options.token``."""
    return "".join(map(_step, path)).removeprefix(".")


def _on_one_line(text: str) -> str:
    """Escape what would break a line or move a terminal's cursor: texts of the file may hold it."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def _step(part: str | int) -> str:
    if isinstance(part, int):
        return f"[{part}]"
    return f".{part}" if re.fullmatch(r"[\w-]+", part, re.ASCII) else f"[{json.dumps(part)}]"
