"""When a server that was in trouble is left alone, and when it is tried again."""

import math
from collections.abc import Callable

FIRST_SECONDS = 1.0
LONGEST_SECONDS = 30.0

_SOUND_AFTER_SECONDS = 60.0
"""Who was well for so long begins anew with a short rest."""


class Rest:
    """A time in which a server is not asked, from trouble until a try that goes well.

    The first try is due after a second, the next after twice as long, and so on up to half a
    minute. It begins with a rest whose try is due at once: nobody waits for a server that has
    never answered.
    """

    def __init__(self, timer: Callable[[], float]) -> None:
        """Take what tells the time, in seconds, and never goes back."""
        self._timer = timer
        self._due: float | None = -math.inf
        self._wait = FIRST_SECONDS
        self._ended = -math.inf

    @property
    def is_on(self) -> bool:
        """Say whether the server is left alone."""
        return self._due is not None

    @property
    def is_due(self) -> bool:
        """Say whether the server is to be tried."""
        return self._due is not None and self._timer() >= self._due

    def begin(self) -> bool:
        """Note trouble; say whether this is what the rest begins with."""
        if self.is_on:
            return False
        if self._timer() - self._ended >= _SOUND_AFTER_SECONDS:
            self._wait = FIRST_SECONDS
        self._put_off()
        return True

    def prolong(self) -> None:
        """Note that a try did not go well."""
        self._put_off()

    def end(self) -> None:
        """Note that a try went well."""
        self._due, self._ended = None, self._timer()

    def _put_off(self) -> None:
        self._due = self._timer() + self._wait
        self._wait = min(2 * self._wait, LONGEST_SECONDS)
