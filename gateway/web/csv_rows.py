"""Sessions as rows of CSV: flat columns, and cells that no spreadsheet takes for a formula."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime

import msgspec
from msgspec import UNSET

from gateway.model.session import Client, Named, Participants, Session, Space
from gateway.web.parse import DOCUMENT_FIELDS

_PARTS = {
    "user": Named,
    "device": Named,
    "client": Client,
    "space": Space,
    "participants": Participants,
}
_FORMULA_SIGNS = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20")
_BREAKS = ("\t", "\r", "\n")


def columns(fields: Sequence[str] | None = None, *, is_raw_wanted: bool = False) -> tuple[str, ...]:
    """Name the flat columns, such as ``user.name``, of these fields of the document, or of all."""
    chosen = [*(DOCUMENT_FIELDS if fields is None else fields), *(["raw"] if is_raw_wanted else [])]
    return tuple(column for field in chosen for column in _columns_of(field))


def texts(document: Session | Mapping[str, object], of: Sequence[str]) -> list[str]:
    """Write a session, or some of its fields, as the plain texts of these columns.

    Null is empty; lists, objects, and what a vendor sent are JSON.
    """
    return [_text(_value(document, column)) for column in of]


def harmless(text: str) -> str:
    """Put an apostrophe before a text that a spreadsheet would take for a formula.

    Some skip blanks and some signs of other widths, and a tab or line break may begin a new cell.
    """
    is_formula = text.lstrip().startswith(_FORMULA_SIGNS) or text.startswith(_BREAKS)
    return f"'{text}" if is_formula else text


def encoded(rows: Iterable[Sequence[str]]) -> bytes:
    """Write rows of texts as CSV (RFC 4180) in UTF-8, each cell made harmless."""
    sheet = io.StringIO(newline="")
    csv.writer(sheet, lineterminator="\r\n").writerows([harmless(t) for t in row] for row in rows)
    # A vendor's JSON may hold half a surrogate pair, which no encoding has a place for.
    return sheet.getvalue().encode("utf-8", "replace")


def _columns_of(field: str) -> list[str]:
    part = _PARTS.get(field)
    return [field] if part is None else [f"{field}.{name}" for name in part.__struct_fields__]


def _value(document: object, column: str) -> object:
    """Follow a column into a document; null where nothing is."""
    for name in column.split("."):
        if isinstance(document, Mapping):
            document = document.get(name)
        else:
            document = getattr(document, name, None)
    return document


def _text(value: object) -> str:
    match value:
        case None:
            return ""
        case _ if value is UNSET:
            return ""
        case str():
            return str(value)
        case datetime():
            return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
        case _:
            return msgspec.json.encode(value).decode()
