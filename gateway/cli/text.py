"""Texts of strangers on a terminal: made harmless, measured in its cells, and cut. All is pure.

A terminal obeys control characters, and lets others turn the direction of a line. Neither reaches
it. Letters of East Asia and most pictures take two cells, combining marks none.
"""

import unicodedata
from functools import cache

ELLIPSIS = "…"

_OBEYED = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
"""Categories of characters that a terminal obeys, or shows as it likes."""
_JOINERS = "\u200c\u200d"
"""They turn nothing around, and Persian and families of pictures are not written without them."""
_AS_A_PICTURE = "\ufe0f"
"""It widens what stands before it, on some terminals: the cell is kept free on all."""


def legible(text: str) -> str:
    r"""Write every character that a terminal would obey as its escape, such as ``\x1b``."""
    if text.isprintable():
        return text
    return "".join(map(_legible, text))


def cells(text: str) -> int:
    """Count the cells that a legible text takes, or the most that it may take."""
    return len(text) if text.isascii() else sum(map(_cells, text))


def cut(text: str, width: int) -> str:
    """Give a legible text in this many cells, with an ellipsis in place of what does not fit."""
    if cells(text) <= width:
        return text
    if width < 1:
        return ""
    room = width - 1
    for index, character in enumerate(text):
        room -= _cells(character)
        if room < 0:
            return text[:index] + ELLIPSIS
    raise AssertionError(text)  # A text that fits was given as it is.


@cache
def _legible(character: str) -> str:
    is_obeyed = unicodedata.category(character) in _OBEYED and character not in _JOINERS
    return character.encode("unicode_escape").decode() if is_obeyed else character


@cache
def _cells(character: str) -> int:
    if character == _AS_A_PICTURE:
        return 1
    if character in _JOINERS or unicodedata.category(character) in ("Mn", "Me"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in ("W", "F") else 1
