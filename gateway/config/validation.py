"""Reading one part of the configuration with the model that it belongs to."""

from typing import TypeVar

from pydantic import BaseModel

from gateway.config.references import References
from gateway.documents.problems import Problems
from gateway.documents.reading import validated
from gateway.documents.shape import secrets
from gateway.documents.tree import KeyPath
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
        return validated(model, value, path, self._problems)
