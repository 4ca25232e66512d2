"""How many retries there may be beside the first attempts, however much trouble there is."""

from collections.abc import Callable

from gateway.resilience.recent import Recent

# Ten times a tenth is a little less than one, in floats.
_ALMOST_ONE = 1 - 1e-9


class RetryBudget:
    """Retries that calls and time have earned.

    From its making on there are no more than ``share`` of the calls, ``per_second`` and
    ``reserve``; and no more than that within ``window_seconds``, whatever was saved before. What is
    not spent does not pile up: at any instant there are no more to spend than
    ``reserve`` and ``share`` of the calls of the last ``window_seconds``, forgotten by tenths of
    that time.
    """

    def __init__(
        self,
        timer: Callable[[], float],
        share: float = 0.1,
        window_seconds: float = 10.0,
        per_second: float = 1.0,
        reserve: float = 2.0,
    ) -> None:
        """Take what tells the time, in seconds, and never goes back."""
        self._timer = timer
        self._share = share
        self._per_second = per_second
        self._reserve = reserve
        self._calls = Recent(window_seconds, timer)
        self._retries = Recent(window_seconds, timer)
        self._by_time = per_second * window_seconds
        self._left = reserve
        self._at = timer()

    def note_call(self) -> None:
        """Count the first attempt of a call."""
        self._calls.note()
        self._left += self._share  # bounded where it is spent

    def spend(self) -> bool:
        """Take one retry, if there is one."""
        self._earn()
        most = self._by_calls() + self._by_time - self._retries.count()
        if min(self._left, most) < _ALMOST_ONE:
            return False
        self._left -= 1
        self._retries.note()
        return True

    def _earn(self) -> None:
        now = self._timer()
        earned = self._left + (now - self._at) * self._per_second
        self._left, self._at = min(earned, self._by_calls()), now

    def _by_calls(self) -> float:
        return self._reserve + self._share * self._calls.count()
