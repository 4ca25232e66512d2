"""What plain and quoted words of a file stand for: the YAML 1.2 core schema.

Infinity and NaN stay texts: no setting takes them.
"""

import math
import re
from collections.abc import Mapping

from gateway.model.session import Json

_MAX_DIGITS = 30

_CONSTANTS: Mapping[str, Json] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_DECIMAL = re.compile("[-+]?[0-9]+")
_PREFIXED = re.compile("0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_UNFIT = re.compile("[\0\ud800-\udfff]")


def plain(word: str) -> Json:
    """Give what a word without quotes stands for; raise ``ValueError`` where none can tell."""
    if word in _CONSTANTS:
        return _CONSTANTS[word]
    if any(form.fullmatch(word) for form in (_DECIMAL, _PREFIXED, _FLOAT)):
        return _number(word)
    return text(word)


def text(characters: str) -> str:
    """Give a text as it is, if it is one that can be encoded and passed on."""
    if _UNFIT.search(characters):
        raise ValueError("holds a character that no text may hold")
    return characters


def _number(digits: str) -> int | float:
    if len(digits) > _MAX_DIGITS:
        raise ValueError("too long for a number; put a text in quotes")
    if _PREFIXED.fullmatch(digits):
        return int(digits, 0)
    number = int(digits) if _DECIMAL.fullmatch(digits) else float(digits)
    if not math.isfinite(number):
        raise ValueError("too large for a number; put a text in quotes")
    return number
