"""Made-up values in place of real ones: of the same shape, and the same for the same. Pure.

A text is taken apart into words and numbers, and each of them is replaced by one that looks like
it: as long, with capitals and digits where it has them. So an id that stands alone, and in an
address too, stands in both as the same made-up one.
"""

import hashlib
import hmac
import re
import string
import unicodedata
from collections.abc import Iterator
from datetime import date, timedelta

_WORDS = re.compile(r"(?:https?|wss?)(?=://)|[^\W_]+")
_SCHEMES = frozenset({"http", "https", "ws", "wss"})
_DIGITS = re.compile("[0-9]+")

_HEX = frozenset("abcdef")
_CAPITALS = "ÀÉÎÕÜÑÇŠ"
_SMALL = "àéîõüñçš"
_OTHERS = "甲乙丙丁戊己庚辛"

_MOST_TRIES = 500
"""Beyond it there are hardly any words of this shape left, as of a single letter."""

_MOST_DIGITS = 18
"""A number of more may be too large to be read, if its first digit is another."""

_DAYS = date(1970, 1, 1), 20_000
"""Where made-up days lie: from this one on, and so many."""


class Pseudonyms:
    """Makes values up by a key: who does not know it cannot find out whose they are."""

    def __init__(self, key: bytes) -> None:
        self._key = key
        self._made: dict[str, str] = {}
        self._given: set[str] = set()

    def text(self, text: str) -> str:
        """Make up a text: what stands between its words stays, and the scheme of an address."""
        return _WORDS.sub(lambda found: self._word_or_scheme(found[0]), text)

    def number(self, number: float) -> int | float:
        """Make up a number of as many digits."""
        written = repr(number)
        digits = _DIGITS.sub(lambda found: self._digits(found[0]), written)
        return int(digits) if isinstance(number, int) else float(digits)

    def day(self, day: date) -> date:
        """Make up a day."""
        first, number = _DAYS
        chosen = int.from_bytes(self._bytes(day.isoformat(), 0)[:4], "big") % number
        return first + timedelta(days=chosen)

    def _word_or_scheme(self, word: str) -> str:
        return word if word in _SCHEMES else self._word(word)

    def _digits(self, digits: str) -> str:
        kept = max(0, len(digits) - _MOST_DIGITS)
        return digits[:kept] + (self._word(digits[kept:]) if digits[kept:] else "")

    def _word(self, word: str) -> str:
        made = self._made.get(word)
        if made is None:
            made = self._made[word] = self._new(word)
            self._given.add(made)
        return made

    def _new(self, word: str) -> str:
        """Choose a word of the same shape that stands for no other: itself, if no other is left."""
        alphabets = [*_alphabets(word)]
        for attempt in range(_MOST_TRIES):
            chosen = self._bytes(word, attempt, len(alphabets))
            made = "".join(letters[b % len(letters)] for letters, b in zip(alphabets, chosen))  # noqa: B905  # there are more bytes
            if made != word and made not in self._given:
                return made
        return made if word in self._given else word

    def _bytes(self, word: str, attempt: int, wanted: int = 1) -> bytes:
        size = hashlib.sha256().digest_size
        return b"".join(
            hmac.digest(self._key, f"{attempt} {number} {word}".encode(), "sha256")
            for number in range(-(-wanted // size))
        )


def _alphabets(word: str) -> Iterator[str]:
    """Give what each letter of a word may be: a number has no other zeros at its beginning."""
    is_hexadecimal = {c for c in word.lower() if not c.isdigit()} <= _HEX
    letters = string.ascii_lowercase[: 6 if is_hexadecimal else 26]
    is_at_first = True
    for character in word:
        yield _alphabet(character, letters, is_at_first=is_at_first)
        is_at_first = is_at_first and character == "0"


def _alphabet(character: str, letters: str, *, is_at_first: bool) -> str:
    if character in string.digits:
        if not is_at_first:
            return string.digits
        return "0" if character == "0" else "123456789"
    if character in string.ascii_lowercase:
        return letters
    if character in string.ascii_uppercase:
        return letters.upper()
    return {"Lu": _CAPITALS, "Ll": _SMALL}.get(unicodedata.category(character), _OTHERS)
