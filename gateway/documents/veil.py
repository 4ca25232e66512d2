"""Keeping values that came from a reference out of messages."""

import re

# What the standard library quotes may be a part of a value: the host of a URL, say. Shorter parts
# tell nothing, and would hit the words of our own messages.
_QUOTED = re.compile(r"""'[^']{4,}'|"[^"]{4,}\"""")


class Veil:
    """Puts references in messages where they would show the values."""

    def __init__(self) -> None:
        self._references: dict[str, str] = {}

    def hide(self, value: str, reference: str) -> None:
        """Have the reference shown in place of the value from now on."""
        if value:
            self._references[value] = reference

    def over(self, message: str) -> str:
        """Give the message without any hidden value."""
        if not self._references:
            return message
        # The longest first, for a value may be part of another.
        values = sorted(self._references, key=len, reverse=True)
        anywhere = "|".join(map(_whole_word, values))
        message = re.sub(anywhere, lambda found: self._references[found[0]], message)
        return _QUOTED.sub(self._quoted, message)

    def _quoted(self, found: re.Match[str]) -> str:
        part = found[0][1:-1]
        hidden = (reference for value, reference in self._references.items() if part in value)
        return next(hidden, found[0])


def _whole_word(value: str) -> str:
    """Match a value, but not as a part of longer words: a port of 8 is not in 80."""
    before = r"(?<!\w)" if re.match(r"\w", value) else ""
    after = r"(?!\w)" if re.search(r"\w\Z", value) else ""
    return f"{before}{re.escape(value)}{after}"
