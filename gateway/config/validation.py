"""Reading one part of a file with the model that it belongs to."""

from collections.abc import Sequence
from typing import TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from gateway.config.problems import Problems
from gateway.config.references import References
from gateway.config.shape import secrets
from gateway.config.tree import KeyPath
from gateway.config.words import in_words
from gateway.spi import Json

ModelT = TypeVar("ModelT", bound=BaseModel)

_WRITE_A_REFERENCE = (
    "a secret must not stand in the file;"
    " write a reference to it, such as ${env:NAME} or ${file:PATH}"
)


class Validator:
    """Validates parts of one file and notes all that is wrong with them."""

    def __init__(self, references: References, problems: Problems) -> None:
        self._references = references
        self._problems = problems

    def read(self, model: type[ModelT], value: Json, path: KeyPath) -> ModelT | None:
        """Give the part as the model reads it, none if it does not."""
        for secret in secrets(model, value, path):
            if secret not in self._references:
                self._problems.add(secret, _WRITE_A_REFERENCE)
        try:
            return model.model_validate(value)
        except ValidationError as error:
            for found in error.errors(include_url=False):
                if not _is_echo(found):
                    at = (*path, *_present(value, found["loc"]))
                    self._problems.add(at, in_words(found, model))
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

    Beyond that pydantic names the members of unions.
    """
    present: list[int | str] = []
    for part in location:
        if not isinstance(value, dict | list):
            break
        present.append(part)
        value = value.get(part) if isinstance(value, dict) else value[int(part)]
    return tuple(present)
