"""References to values that stand outside the file: environment variables and other files.

``${env:NAME}``, ``${env:NAME:-default}`` and ``${file:PATH}``, as whole values only. They are
resolved after the file was parsed, so that a value can never become YAML.
"""

import re
from collections.abc import Mapping
from pathlib import Path

from gateway.documents import scalars
from gateway.documents.problems import Problems
from gateway.documents.sources import UnreadableFileError, read_text
from gateway.documents.tree import KeyPath
from gateway.spi import Json

_REFERENCE = re.compile(
    r"\$\{(?:env:(?P<variable>[A-Za-z_][A-Za-z0-9_]*)(?::-(?P<default>[^{}]*))?"
    r"|file:(?P<file>[^{}]+))\}"
)


class _Unresolved(Exception):
    """A reference leads nowhere."""


class References:
    """Resolves references, remembers which values came from one, and keeps them from messages."""

    def __init__(self, folder: Path, environment: Mapping[str, str], problems: Problems) -> None:
        self._folder = folder
        self._environment = environment
        self._problems = problems
        self._resolved: set[KeyPath] = set()

    def __contains__(self, path: object) -> bool:
        return path in self._resolved

    def resolve(self, value: Json, path: KeyPath = ()) -> Json:
        """Give the value with every reference replaced."""
        match value:
            case dict():
                return {key: self.resolve(child, (*path, key)) for key, child in value.items()}
            case list():
                return [self.resolve(child, (*path, i)) for i, child in enumerate(value)]
            case str() if "${" in value:
                return self._text(value, path)
        return value

    def _text(self, value: str, path: KeyPath) -> Json:
        self._resolved.add(path)
        try:
            text = self._follow(value)
        except _Unresolved as error:
            self._problems.add(path, str(error))
            return {}  # which nothing takes for a text, a number or null
        self._problems.veil.hide(text, value)
        return text

    def _follow(self, value: str) -> str:
        found = _REFERENCE.fullmatch(value)
        if found is None:
            raise _Unresolved(_mistake(value))
        if found["file"] is not None:
            return self._file(found["file"])
        return self._variable(found["variable"], found["default"])

    def _variable(self, name: str, default: str | None) -> str:
        # As in a shell: a default also stands in for an empty variable.
        text = self._environment.get(name) or default
        if text is None:
            state = "empty" if name in self._environment else "not set"
            raise _Unresolved(f"the environment variable {name} is {state}")
        return _usable(text, f"the environment variable {name}")

    def _file(self, name: str) -> str:
        try:
            text = read_text(self._folder / name)
        except UnreadableFileError as error:
            raise _Unresolved(f"{name} {error}") from error
        if not (text := text.removesuffix("\n").removesuffix("\r")):
            raise _Unresolved(f"{name} is empty")
        return _usable(text, name)


def _usable(text: str, source: str) -> str:
    try:
        return scalars.text(text)
    except ValueError as error:
        raise _Unresolved(f"{source} {error}") from error


def _mistake(value: str) -> str:
    if _REFERENCE.search(value):
        return "a reference must be the whole value; it cannot stand inside a longer text"
    return "not a reference; write ${env:NAME}, ${env:NAME:-default} or ${file:PATH}"
