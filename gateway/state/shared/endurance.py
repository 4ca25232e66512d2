"""How long a server is waited for: a little at any time, and more than that only so much in all."""

from collections.abc import Callable

QUICK_SECONDS = 0.005
"""An answer within this time costs nothing."""

MOST_SECONDS = 0.045
_SECONDS_GROWN_BACK = 0.02
"""In each second."""


class Endurance:
    """What is left of the time that may be lost by waiting for one server.

    One answer that is late is borne with, and a server that is always late is not. Those who wait
    at the same time lose it once.
    """

    def __init__(self, timer: Callable[[], float], most_s: float = MOST_SECONDS) -> None:
        """Begin with all of it. The timer tells seconds."""
        self._timer = timer
        self._most = most_s
        self._left = most_s
        self._counted_to = timer()
        self._lost_to = timer()

    def left(self) -> float:
        """Give the seconds that may be lost yet."""
        now = self._timer()
        grown = (now - self._counted_to) * _SECONDS_GROWN_BACK
        self._left, self._counted_to = min(self._most, self._left + grown), now
        return self._left

    def lose(self, since: float) -> None:
        """Note that somebody has waited since then, up to now."""
        now = self._timer()
        self._left = max(0.0, self.left() - (now - max(since, self._lost_to)))
        self._lost_to = now

    def restore(self) -> None:
        """Begin anew with all of it."""
        self._left = self._most
