"""From the document of a write to the fields that it names, or all that is wrong with them."""

from collections.abc import Iterator, Mapping
from typing import TypeAlias

from gateway.model.session import Json
from gateway.spi.abilities import FieldKind, WriteField
from gateway.web.problems import ParameterError, unprocessable

FieldValue: TypeAlias = str | int | bool | None

_Path: TypeAlias = tuple[str, ...]

_KINDS = {
    FieldKind.TEXT: "a text",
    FieldKind.WHOLE_NUMBER: "a whole number",
    FieldKind.BOOLEAN: "true or false",
}


def read_fields(
    document: Mapping[str, Json], known: Mapping[str, WriteField]
) -> Mapping[str, FieldValue]:
    """Read the fields of a document, named with dots, such as ``device.id``.

    Raises a 422 for fields that the vendor has no use for, of a wrong kind, or missing.
    """
    fields = {tuple(name.split(".", 1)): field for name, field in known.items()}
    named = dict(_named(document, fields))
    errors = [*_wrong(named, fields), *_missing(named, fields)]
    if errors:
        raise unprocessable(errors)
    return {".".join(path): value for path, value in named.items()}


def _named(
    document: Mapping[str, Json], fields: Mapping[_Path, WriteField]
) -> Iterator[tuple[_Path, Json]]:
    """Give every value by its path; a null in the place of several fields names none of them."""
    outer = {path[0] for path in fields if len(path) > 1}
    for name, value in document.items():
        if isinstance(value, dict) and value:
            yield from (((name, inner), each) for inner, each in value.items())
        elif not (name in outer and value in (None, {})):
            yield (name,), value


def _wrong(
    named: Mapping[_Path, Json], fields: Mapping[_Path, WriteField]
) -> Iterator[ParameterError]:
    for path, value in named.items():
        name, field = ".".join(path), fields.get(path)
        if field is None:
            taken = ", ".join(map(".".join, fields)) or "none"
            yield ParameterError(name, "unsupported_field", f"has no effect; taken are: {taken}")
        elif value is not None and not _is(value, field.kind):
            yield ParameterError(name, "wrong_kind", f"is {_KINDS[field.kind]}")


def _missing(
    named: Mapping[_Path, Json], fields: Mapping[_Path, WriteField]
) -> Iterator[ParameterError]:
    for path, field in fields.items():
        if field.is_required and named.get(path) is None:
            yield ParameterError(".".join(path), "missing_field", f"is {_KINDS[field.kind]}")


def _is(value: Json, kind: FieldKind) -> bool:
    match kind:
        case FieldKind.TEXT:
            return isinstance(value, str)
        case FieldKind.WHOLE_NUMBER:
            return isinstance(value, int) and not isinstance(value, bool)
        case FieldKind.BOOLEAN:
            return isinstance(value, bool)
