"""The parameters of a request being read, and all that was wrong with them so far."""

from collections.abc import Callable, Collection
from typing import Generic, NamedTuple, TypeVar

from multidict import MultiMapping

from gateway.web.problems import ParameterError, bad_parameters

MAX_PARAMETERS = 50
MAX_VALUES = 50
"""Of one parameter that may be repeated."""
MAX_VALUES_IN_ALL = 100
_MAX_NAME_CHARACTERS = 256
_MAX_VALUE_CHARACTERS = 1024
_GROWING = ("cursor", "require")
"""What grows with the number of backends, so only the length of the request line bounds it."""

T = TypeVar("T")


class Parameter(NamedTuple, Generic[T]):
    """A parameter that may be given once, and what reads its value."""

    name: str
    read: Callable[[str], T]


class Form:
    """Reads parameters one by one; what is wrong is kept until all have been read."""

    def __init__(self, parameters: MultiMapping[str]) -> None:
        self._parameters = parameters
        self._errors: list[ParameterError] = []

    def refuse_all_but(self, is_known: Callable[[str], bool]) -> None:
        """Refuse names that are not known or too long; raise a 400 for too many of any."""
        # To name all that is wrong with each would make an answer much longer than the call.
        if len(self.names()) > MAX_PARAMETERS:
            self.refuse("*", "too_many_parameters", f"more than {MAX_PARAMETERS} parameters")
            self.finish()
        if len(self._parameters) > MAX_VALUES_IN_ALL:
            self.refuse("*", "too_many_parameters", f"more than {MAX_VALUES_IN_ALL} values in all")
            self.finish()
        for name in self.names():
            if len(name) > _MAX_NAME_CHARACTERS:
                detail = f"a name is longer than {_MAX_NAME_CHARACTERS} characters"
                self.refuse("*", "invalid_parameter", detail)
                self.finish()
            if not is_known(name):
                self.refuse(name, "unknown_parameter", "there is no such parameter")

    def names(self) -> list[str]:
        """Name the parameters that were given, each once."""
        return list(dict.fromkeys(self._parameters.keys()))

    def one(self, name: str, read: Callable[[str], T]) -> T | None:
        """Read a parameter that may be given once."""
        given = self._parameters.getall(name, [])
        if len(given) > 1:
            self.refuse(name, "repeated_parameter", "may be given once only")
            return None
        return self._read(name, given[0], read) if given else None

    def many(self, name: str, read: Callable[[str], T]) -> frozenset[T]:
        """Read a parameter that may be repeated: any of its values."""
        given = self._parameters.getall(name, [])
        if len(given) > MAX_VALUES:
            self.refuse(name, "too_many_values", f"has more than {MAX_VALUES} values")
            return frozenset()
        found = [self._read(name, value, read) for value in given]
        return frozenset(value for value in found if value is not None)

    def named(self, parameter: str, known: Collection[str]) -> frozenset[str]:
        """Read names of things that exist for the caller, without telling which do."""

        def read(value: str) -> str:
            if value not in known:
                raise ValueError(f"there is no {parameter} of this name")
            return value

        return self.many(parameter, read)

    @property
    def refused(self) -> frozenset[str]:
        """Name what was wrong so far."""
        return frozenset(error.parameter for error in self._errors)

    def refuse(self, name: str, code: str, detail: str) -> None:
        """Keep an error."""
        self._errors.append(ParameterError(name, code, detail))

    def finish(self) -> None:
        """Raise a 400 if anything was wrong."""
        if self._errors:
            raise bad_parameters(self._errors)

    def _read(self, name: str, value: str, read: Callable[[str], T]) -> T | None:
        try:
            if len(value) > _MAX_VALUE_CHARACTERS and name not in _GROWING:
                raise ValueError(f"is longer than {_MAX_VALUE_CHARACTERS} characters")  # noqa: TRY301  # as its reader would
            return read(value)
        except ValueError as error:
            self.refuse(name, "invalid_parameter", str(error))
            return None
