"""From a file to what a model makes of it, or to everything that is wrong with it."""

from collections.abc import Callable, Iterable, Sequence
from itertools import chain
from pathlib import Path
from typing import TypeAlias, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from gateway.documents.problems import ConfigurationError, Problem, Problems
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
        for found in error.errors(include_url=False):
            if not _is_echo(found):
                at = (*path, *_present(value, found["loc"]))
                problems.add(at, in_words(found, model))
        return None


def _is_echo(error: ErrorDetails) -> bool:
    """Tell a list that is short only because its entries have problems of their own."""
    entries = error["input"]
    return (
        error["type"] == "too_short"
        and isinstance(entries, list)
        and len(entries) >= error["ctx"]["min_length"]
    )


def _present(value: Json, location: Sequence[int | str]) -> KeyPath:
    """Cut a location to what is in the file, and a key that a mapping there lacks.

    Between the keys pydantic names the members of unions, which stand nowhere.
    """
    present: list[int | str] = []
    for index, part in enumerate(location):
        if not isinstance(value, dict | list):
            break
        is_last = index == len(location) - 1
        if not is_last and isinstance(value, dict) and part not in value:
            continue
        present.append(part)
        value = value.get(part) if isinstance(value, dict) else value[int(part)]
    return tuple(present)
