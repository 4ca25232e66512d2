"""What the models say about places in a file, whether or not the file is valid."""

from collections.abc import Iterator, Sequence
from typing import Any, get_args

from pydantic import BaseModel, SecretBytes, SecretStr

from gateway.documents.tree import KeyPath, leaves
from gateway.model.session import Json


def known_keys(model: type[BaseModel], location: Sequence[int | str]) -> list[str]:
    """Name the keys that the model knows at a location; none where it has no model there."""
    at: type[BaseModel] | None = model
    for part in location:
        if isinstance(part, str) and at is not None:
            field = at.model_fields.get(part)
            at = next(_models(field.annotation), None) if field else None
    return sorted(at.model_fields) if at else []


def secrets(model: type[BaseModel], value: Json, path: KeyPath) -> Iterator[KeyPath]:
    """Find every value that the model takes for a secret."""
    if not isinstance(value, dict):
        return
    for name, field in model.model_fields.items():
        inner, at = value.get(name), (*path, name)
        if any(issubclass(kind, SecretStr | SecretBytes) for kind in _types(field.annotation)):
            yield from (leaf for leaf, content in leaves(inner, at) if content is not None)
        for nested in _models(field.annotation):
            yield from secrets(nested, inner, at)
            for index, item in enumerate(inner if isinstance(inner, list) else ()):
                yield from secrets(nested, item, (*at, index))


def _models(annotation: Any) -> Iterator[type[BaseModel]]:  # noqa: ANN401  # any annotation
    return (kind for kind in _types(annotation) if issubclass(kind, BaseModel))


def _types(annotation: Any) -> Iterator[type]:  # noqa: ANN401  # any annotation
    """Give the classes an annotation mentions."""
    if isinstance(annotation, type):
        yield annotation
    for part in get_args(annotation):
        yield from _types(part)
