"""What the models say about places in a file, whether or not the file is valid."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, TypeAlias, Union, get_args, get_origin

from pydantic import BaseModel, SecretBytes, SecretStr, Tag
from pydantic.fields import FieldInfo

from gateway.documents.tree import KeyPath, leaves
from gateway.model.session import Json

_Location: TypeAlias = Sequence[int | str]
_Annotation: TypeAlias = Any


@dataclass(frozen=True, slots=True)
class Place:
    """A place that pydantic has found a problem at.

    ``path`` leads to what is in the file, or to a key that a mapping there lacks. ``keys`` are
    those that may be there, and ``forms`` the words by which its forms are told apart, if it has
    several. ``is_form`` where only one of them is meant.
    """

    path: KeyPath
    keys: tuple[str, ...]
    forms: tuple[str, ...]
    is_form: bool


@dataclass(frozen=True, slots=True)
class _Step:
    """One part of a location: a key, or the form that pydantic has tried; none if unknown."""

    part: int | str
    is_key: bool | None
    kinds: tuple[_Annotation, ...]


def place(model: type[BaseModel], value: Json, location: _Location) -> Place:
    """Find a location in a file, by its model."""
    steps = [*_steps(model, location)]
    kinds = steps[-1].kinds if steps else (model,)
    return Place(
        path=_present(value, steps),
        keys=tuple(sorted(_fields(kinds[0]))) if len(kinds) == 1 else (),
        forms=tuple(word for kind in kinds for word in _words(kind)),
        is_form=bool(steps) and steps[-1].is_key is False,
    )


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


def _steps(annotation: _Annotation, location: _Location) -> Iterator[_Step]:
    """Follow a location through the models: among several forms pydantic names the one tried."""
    kinds = _forms(annotation)
    for part in location:
        if len(kinds) > 1:
            meant = tuple(kind for kind in kinds if part in _words(kind))
            kinds = _forms(meant[0]) if meant else ()
            yield _Step(part, is_key=False, kinds=kinds)
        else:
            is_known = bool(kinds)
            kinds = _forms(_inner(kinds[0], part)) if kinds else ()
            yield _Step(part, is_key=is_known or None, kinds=kinds)


def _present(value: Json, steps: Sequence[_Step]) -> KeyPath:
    """Give the keys among the steps, up to the first that is not in the file."""
    present: list[int | str] = []
    for number, step in enumerate(steps, 1):
        if not isinstance(value, dict | list):
            break
        is_lacking = isinstance(value, dict) and step.part not in value
        is_last = number == len(steps)
        if step.is_key is False or (step.is_key is None and is_lacking and not is_last):
            continue
        present.append(step.part)
        value = value.get(step.part) if isinstance(value, dict) else value[int(step.part)]
    return tuple(present)


def _forms(annotation: _Annotation) -> tuple[_Annotation, ...]:
    """Give the forms of a value, each as it is annotated, without none."""
    plain = _plain(annotation)
    if _origin(plain) in (Union, UnionType):
        return tuple(form for form in get_args(plain) if form is not NoneType)
    return () if plain is None else (annotation,)


def _plain(annotation: _Annotation) -> _Annotation:
    while _origin(annotation) is Annotated:
        annotation = get_args(annotation)[0]
    return annotation


def _origin(annotation: object) -> object:
    return get_origin(annotation)


def _inner(annotation: _Annotation, part: int | str) -> _Annotation:
    """Give what a form has by this key, or in a list; none if that is not known."""
    plain = _plain(annotation)
    if isinstance(part, str) and part in (fields := _fields(plain)):
        return fields[part]
    match _origin(plain), get_args(plain):
        case (origin, (item, *_)) if origin in (tuple, list):
            return item
        case (origin, (_, item)) if origin in (dict, Mapping):
            return item
    return None


def _fields(annotation: _Annotation) -> dict[str, _Annotation]:
    """Give what a model has, by the keys of the file."""
    return {name: field.annotation for name, field in _model_fields(annotation).items()}


def _model_fields(annotation: _Annotation) -> dict[str, FieldInfo]:
    plain = _plain(annotation)
    if not (isinstance(plain, type) and issubclass(plain, BaseModel)):
        return {}
    return {field.alias or name: field for name, field in plain.model_fields.items()}


def _words(annotation: _Annotation) -> tuple[str, ...]:
    """Give the words by which a form is known: its tag, or the one word that it has to say."""
    if _origin(annotation) is Annotated:
        tags = tuple(each.tag for each in annotation.__metadata__ if isinstance(each, Tag))
        if tags:
            return tags
    told = (field.annotation for field in _model_fields(annotation).values() if field.is_required())
    literals = (get_args(kind) for kind in told if _origin(kind) is Literal)
    return tuple(words[0] for words in literals if len(words) == 1 and isinstance(words[0], str))
