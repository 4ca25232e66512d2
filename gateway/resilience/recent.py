"""How often something happened of late, in a handful of numbers however often that was."""

from collections import Counter
from collections.abc import Callable

_SLICES = 10


class Recent:
    """Counts what happened in the last seconds.

    It is forgotten by slices of a tenth of that time: what was noted counts for nine tenths of
    the time at least, and for all of it at most.
    """

    def __init__(self, seconds: float, timer: Callable[[], float]) -> None:
        self._slice_seconds = seconds / _SLICES
        self._timer = timer
        self._slices: Counter[int] = Counter()
        self._current = 0
        self._total = 0

    def note(self) -> None:
        """Count one more, now."""
        self._slices[self._forget()] += 1
        self._total += 1

    def count(self) -> int:
        """Say how many there were."""
        self._forget()
        return self._total

    def _forget(self) -> int:
        """Drop the slices that are over, and give the number of the one that goes on."""
        current = int(self._timer() // self._slice_seconds)
        if current != self._current:
            self._current = current
            for number in [each for each in self._slices if each <= current - _SLICES]:
                self._total -= self._slices.pop(number)
        return current
