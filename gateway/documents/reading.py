"""From a file to what a model makes of it, or to everything that is wrong with it."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain
from pathlib import Path
from typing import TypeAlias, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from gateway.documents.problems import ConfigurationError, Problem, Problems
from gateway.documents.shape import place
from gateway.documents.sources import UnreadableFileError, read_text
from gateway.documents.tree import KeyPath
from gateway.documents.words import in_words
from gateway.documents.yaml_source import Document, NotYamlError, parse
from gateway.model.session import Json

ModelT = TypeVar("ModelT", bound=BaseModel)

Finding: TypeAlias = tuple[KeyPath, str]
"""Something that is wrong, and where."""


def read_document(
    file: Path, model: type[ModelT], rules: Sequence[Callable[[ModelT], Iterable[Finding]]] = ()
) -> ModelT:
    """Read a file by its model; raise :class:`ConfigurationError` with all that is wrong.

    The rules say what is wrong between parts that are well in themselves, and where.
    """
    document = parsed(file)
    problems = noted(file, document)
    read = validated(model, document.tree, (), problems)
    if read is None:
        raise ConfigurationError(problems)
    for path, message in chain.from_iterable(rule(read) for rule in rules):
        problems.add(path, message)
    if problems:
        raise ConfigurationError(problems)
    return read


def parsed(file: Path, text: str | None = None) -> Document:
    """Read the values of a file, or of the text it is known to hold."""
    try:
        return parse(read_text(file) if text is None else text)
    except (UnreadableFileError, NotYamlError) as error:
        line, column = error.position or (None, None)
        raise ConfigurationError([Problem(str(file), line, column, "", str(error))]) from error


def noted(file: Path, document: Document) -> Problems:
    """Begin to gather what is wrong with a file: what was refused as it was read."""
    problems = Problems(str(file), document.positions)
    for flaw in document.flaws:
        problems.add(flaw.path, flaw.message, flaw.position)
    return problems


def validated(model: type[ModelT], value: Json, path: KeyPath, problems: Problems) -> ModelT | None:
    """Give a part of a file as the model reads it; else none, with all that is wrong noted."""
    try:
        return model.model_validate(value)
    except ValidationError as error:
        for found, message in _findings(model, value, error):
            problems.add((*path, *found), message)
        return None


def _findings(model: type[BaseModel], value: Json, error: ValidationError) -> Iterator[Finding]:
    errors = [each for each in error.errors(include_url=False) if not _is_echo(each)]
    places = [place(model, value, each["loc"]) for each in errors]
    for each, at in zip(errors, places, strict=True):
        # Of a value that may have several forms, the one is told of that was nearly right.
        if at.is_form and any(_lies_in(other.path, at.path) for other in places):
            continue
        if each["type"] == "extra_forbidden":
            yield at.path, in_words(each, place(model, value, each["loc"][:-1]))
        elif each["type"] in ("union_tag_invalid", "union_tag_not_found"):
            yield (*at.path, _tag_of(each)), in_words(each, at)
        else:
            yield at.path, in_words(each, at)


def _lies_in(path: KeyPath, outer: KeyPath) -> bool:
    return len(path) > len(outer) and path[: len(outer)] == outer


def _tag_of(error: ErrorDetails) -> str:
    """Name the key by whose word the forms of a value are told apart."""
    return str(error["ctx"]["discriminator"]).strip("'")


def _is_echo(error: ErrorDetails) -> bool:
    """Tell a list that is short only because its entries have problems of their own."""
    entries = error["input"]
    return (
        error["type"] == "too_short"
        and isinstance(entries, list)
        and len(entries) >= error["ctx"]["min_length"]
    )
