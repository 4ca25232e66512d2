"""When a log-in may be tried, so that a wrong password never gets an account locked."""

import math
from collections import deque
from collections.abc import Callable, Sequence

from gateway.resilience.backoff import doubled

_FIRST_PAUSE_SECONDS = 60.0
_LONGEST_PAUSE_SECONDS = 900.0
_WINDOW_SECONDS = 900.0
_MOST_REFUSED = 3

_SAME_SECONDS = 0.5
"""Instants that were told as ages differ by what telling them took."""


class LogInGuard:
    """Holds back log-ins to one account after refused ones.

    After a refused one there is a pause of a minute, which doubles with each in a row up to
    15 minutes; and no 15 minutes see more than three refused. It is so for a caller that tries one
    at a time, says what came of it, and tries none while there is something to wait for.
    """

    def __init__(self, timer: Callable[[], float]) -> None:
        """Take what tells the time, in seconds, and never goes back."""
        self._timer = timer
        self._refused: deque[float] = deque(maxlen=_MOST_REFUSED)
        self._in_a_row = 0

    def wait(self) -> float:
        """Give the seconds until a log-in may be tried: 0 if it may be now."""
        return max(0.0, self._free_at() - self._timer())

    def note_refused(self) -> None:
        """Note that the vendor refused a log-in, just now."""
        self._refused.append(self._timer())
        self._in_a_row += 1

    def note_accepted(self) -> None:
        """Note that a log-in went through. Those refused before still count for 15 minutes."""
        self._in_a_row = 0

    def ages(self) -> tuple[float, ...]:
        """Give how many seconds ago log-ins were refused, those that still count."""
        now = self._timer()
        return tuple(now - at for at in self._refused if now - at < _WINDOW_SECONDS)

    @property
    def refused_in_a_row(self) -> int:
        """Count those that were refused since one went through."""
        return self._in_a_row

    def join(self, ages: Sequence[float], in_a_row: int) -> None:
        """Count those that were refused elsewhere, unless they are known here."""
        now, known = self._timer(), [*self._refused]
        heard = [now - age for age in ages if not any(_is_same(now - age, at) for at in known)]
        if heard:
            self._refused = deque(sorted([*known, *heard]), maxlen=_MOST_REFUSED)
            self._in_a_row = max(self._in_a_row, in_a_row)

    def _free_at(self) -> float:
        ends = []
        if self._in_a_row:
            pause = doubled(_FIRST_PAUSE_SECONDS, self._in_a_row - 1, _LONGEST_PAUSE_SECONDS)
            ends.append(self._refused[-1] + pause)
        if len(self._refused) == _MOST_REFUSED:
            ends.append(self._refused[0] + _WINDOW_SECONDS)
        return max(ends, default=-math.inf)


def _is_same(one: float, other: float) -> bool:
    return abs(one - other) < _SAME_SECONDS
