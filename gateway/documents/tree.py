"""The plain values of a configuration file, and paths to them."""

from collections.abc import Iterator
from typing import TypeAlias

from gateway.model.session import Json

KeyPath: TypeAlias = tuple[str | int, ...]


def select(tree: Json, pattern: str) -> Iterator[tuple[KeyPath, Json]]:
    """Find every value that a pattern such as ``auth.keys[].name`` leads to."""
    found: list[tuple[KeyPath, Json]] = [((), tree)]
    for step in pattern.replace("[]", ".[]").split("."):
        found = [child for path, value in found for child in _children(path, value, step)]
    yield from found


def leaves(value: Json, path: KeyPath) -> Iterator[tuple[KeyPath, Json]]:
    """Find every value below a path that is neither a list nor a mapping."""
    match value:
        case dict():
            for key, child in value.items():
                yield from leaves(child, (*path, key))
        case list():
            for index, child in enumerate(value):
                yield from leaves(child, (*path, index))
        case _:
            yield path, value


def _children(path: KeyPath, value: Json, step: str) -> Iterator[tuple[KeyPath, Json]]:
    if step == "[]" and isinstance(value, list):
        yield from (((*path, index), item) for index, item in enumerate(value))
    elif isinstance(value, dict) and step in value:
        yield (*path, step), value[step]
