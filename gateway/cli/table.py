"""Rows of texts laid out as lines that fit. All is pure."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from gateway.cli.text import cells, cut, legible

_GAP = "  "
_NARROW = 8
"""So many cells are left to each loose column before those that are firm are narrowed."""

Paint: TypeAlias = Callable[[int, str], str]
"""How a cell of a column is coloured: it must not change what it shows."""


@dataclass(frozen=True, slots=True)
class Table:
    """Texts in columns. Columns that are ``firm`` are narrowed last."""

    header: Sequence[str]
    rows: Sequence[Sequence[str]]
    firm: Collection[int] = field(default_factory=frozenset)


def plain(_: int, text: str) -> str:
    """Leave a cell as it is."""
    return text


def lines(table: Table, width: int | None = None, paint: Paint = plain) -> list[str]:
    """Lay a table out in lines of this many cells at most, the header first.

    Every cell is made legible. What does not fit ends in an ellipsis; where not even the ellipses
    fit beside each other, lines do. Without a width nothing is cut.
    """
    rows = [[legible(text) for text in row] for row in (table.header, *table.rows)]
    natural = [max(map(cells, column)) for column in zip(*rows, strict=True)]
    room = None if width is None else width - len(_GAP) * (len(natural) - 1)
    if width is not None and room is not None and room < len(natural):
        return [cut(_GAP.join(row), width) for row in rows]
    widths = natural if room is None else fitted(natural, room, table.firm)
    return [_line(row, widths, paint) for row in rows]


def fitted(natural: Sequence[int], room: int, firm: Collection[int] = ()) -> list[int]:
    """Narrow columns until they fit into the room, the widest first.

    There must be room for one cell of each.
    """
    loose = [index for index in range(len(natural)) if index not in firm]
    kept = sum(natural[index] for index in firm)
    least = sum(min(natural[index], _NARROW) for index in loose)
    if kept + least > room:
        return _levelled(natural, room)
    widths = list(natural)
    levelled = _levelled([natural[index] for index in loose], room - kept)
    for index, width in zip(loose, levelled, strict=True):
        widths[index] = width
    return widths


def _levelled(natural: Sequence[int], room: int) -> list[int]:
    """Take cells off the widest, until all fit; the first of them are left the odd cells."""
    level = min(room, max(natural, default=0))
    while sum(min(width, level) for width in natural) > room:
        level -= 1
    odd = room - sum(min(width, level) for width in natural)
    widths = []
    for width in natural:
        extra = 1 if width > level and odd > 0 else 0
        odd -= extra
        widths.append(min(width, level) + extra)
    return widths


def _line(row: Sequence[str], widths: Sequence[int], paint: Paint) -> str:
    """Join the cells of a row, each padded but the last that shows anything."""
    shown = [cut(text, width) for text, width in zip(row, widths, strict=True)]
    last = max((index for index, text in enumerate(shown) if text), default=0)
    pads = [" " * (width - cells(text)) for text, width in zip(shown, widths, strict=True)]
    painted = [paint(index, text) for index, text in enumerate(shown[: last + 1])]
    padded = [text + pad for text, pad in zip(painted, [*pads[:last], ""], strict=False)]
    return _GAP.join(padded)
