"""Sessions as CSV (RFC 4180): flat columns, and no cell that a spreadsheet would carry out."""

import csv
import io
from collections.abc import Iterable, Sequence

import msgspec

from gateway.paging.merge import Row
from gateway.web.parse import DOCUMENT_FIELDS, ListRequest

_PARTS = {
    "user": ("id", "name"),
    "device": ("id", "name"),
    "client": ("name", "version"),
    "space": ("kind", "id", "name"),
    "participants": ("current", "peak", "total"),
}
_FORMULA_STARTS = tuple("=+-@\t\r\n\uff1d\uff0b\uff0d\uff20")
"""What begins a formula, in full width too; what precedes one is skipped by some programs."""


def columns(asked: ListRequest) -> list[tuple[str, ...]]:
    """Give the path of each column: a field, or a part of one."""
    fields = [*(asked.fields or DOCUMENT_FIELDS), *(["raw"] if asked.is_raw_wanted else [])]
    return [
        path
        for field in fields
        for path in ([(field, part) for part in _PARTS[field]] if field in _PARTS else [(field,)])
    ]


def header(asked: ListRequest) -> bytes:
    """Write the names of the columns."""
    return _written([[".".join(path) for path in columns(asked)]])


def lines(rows: Sequence[Row], asked: ListRequest) -> bytes:
    """Write a line for each row."""
    paths = columns(asked)
    return _written([[_cell(_value(row, path)) for path in paths] for row in rows])


def _written(lines: Iterable[Sequence[str]]) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\r\n").writerows(lines)
    return text.getvalue().encode()


def _value(row: Row, path: tuple[str, ...]) -> object:
    if path == ("raw",):
        return row.raw
    value: object = row.session
    for name in path:
        value = getattr(value, name, None)
    return value


def _cell(value: object) -> str:
    """Write a value: texts as they are, others as in JSON, and unknown ones as nothing."""
    if value is None:
        return ""
    text = value if isinstance(value, str) else _json(value)
    return f"'{text}" if text.startswith(_FORMULA_STARTS) else text


def _json(value: object) -> str:
    text = msgspec.json.encode(value).decode()
    # Instants and the like are texts in JSON.
    return str(msgspec.json.decode(text)) if text.startswith('"') else text
