"""What no log line may hold, whoever writes it: secrets of the configuration, and callers' keys.

Nothing is written that holds any. This is for what nobody thought of, such as a library's words.
"""

import re
from urllib.parse import quote

from gateway.config import Settings, secrets_of

MASKED = "***"

_SENT = re.compile(r"(?i)(?<=bearer )[^\s\"',]+|\bsgw_[\w-]{20,}")
"""Keys as they are sent, and those that we make."""
_BEARER, _MADE = "bearer ", "sgw_"
"""Without one of them, folded, there is no such key: to look for these costs a tenth."""


class Mask:
    """Puts asterisks in place of secrets."""

    def __init__(self) -> None:
        """Know no secret yet."""
        self._secrets: list[str] = []

    def learn(self, settings: Settings) -> None:
        """Mask the secrets of a configuration, too: those of an older one are still secret."""
        found = secrets_of(settings)
        known = {*self._secrets, *found, *(quote(each, safe="") for each in found)}
        # The longest first, for one may be a part of another.
        self._secrets = sorted(known, key=len, reverse=True)

    def over(self, text: str) -> str:
        """Give a text without any secret."""
        for secret in self._secrets:
            if secret in text:
                text = text.replace(secret, MASKED)
        folded = text.casefold()
        return _SENT.sub(MASKED, text) if _BEARER in folded or _MADE in folded else text
