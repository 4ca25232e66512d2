"""How long a vendor is left alone that asked for it, and what its callers are told meanwhile."""

import math
from collections.abc import Callable, Mapping

from gateway.resilience.backoff import backoff_seconds
from gateway.spi import (
    BadAnswer,
    ErrorCode,
    GiveUp,
    LogInAgain,
    SlowDown,
    StartOver,
    TryAgainLater,
    UpstreamError,
)

_LONGEST_THROTTLED_SECONDS = 600.0

_KINDS: Mapping[str, type[UpstreamError]] = {
    kind.__name__: kind
    for kind in (BadAnswer, GiveUp, LogInAgain, SlowDown, StartOver, TryAgainLater)
}


class Pause:
    """A time in which a vendor is not asked, and why."""

    def __init__(self, timer: Callable[[], float]) -> None:
        """Take what tells the time, in seconds, and never goes back."""
        self._timer = timer
        self._until = -math.inf
        # Not the error itself: its traceback holds everything the failed call knew.
        self._reason: tuple[type[UpstreamError], ErrorCode] | None = None

    def begin(self, seconds: float, error: UpstreamError) -> None:
        """Pause from now on, for a reason, unless a pause goes on that ends no earlier."""
        until = self._timer() + seconds
        if until > self._until:
            self._until, self._reason = until, (type(error), error.code)

    def reason(self) -> tuple[str, str] | None:
        """Give the kind of error and the code that a pause began with that goes on."""
        if self._reason is None or self.left() <= 0:
            return None
        kind, code = self._reason
        return kind.__name__, code.value

    def join(self, seconds: float, kind: str, code: str) -> None:
        """Pause as another does for so long, unless a pause goes on that ends no earlier.

        A reason that is not known here is none.
        """
        until = self._timer() + seconds
        if until > self._until and kind in _KINDS and code in list(ErrorCode):
            self._until, self._reason = until, (_KINDS[kind], ErrorCode(code))

    def end(self) -> None:
        """Let the vendor be asked again."""
        self._until, self._reason = -math.inf, None

    def left(self) -> float:
        """Give the seconds until the vendor may be asked again: 0 if it may be now."""
        return max(0.0, self._until - self._timer())

    def error(self) -> UpstreamError | None:
        """Make the error that a call meets now: of the class and code that the pause began with."""
        left = self.left()
        if self._reason is None or left <= 0:
            return None
        kind, code = self._reason
        # Each class is made in its own way; what they are all made of is set here.
        error = kind.__new__(kind, f"not asked: {code}, left alone for another {left:.1f} s")
        error.code = code
        error.retry_after_seconds = left
        error.attempts = 1
        return error


def asked_seconds(error: UpstreamError) -> float | None:
    """Give how long a vendor asked to be left alone, up to ten minutes; none if it did not."""
    asked = error.retry_after_seconds
    if asked is None or not 0 <= asked < math.inf:
        return None
    return min(asked, _LONGEST_THROTTLED_SECONDS)


def throttled_seconds(
    error: UpstreamError, times_in_a_row: int, random: Callable[[], float]
) -> float:
    """Give how long to leave a vendor alone that asked for fewer calls, so often in a row.

    What it asked for counts, up to ten minutes. If that is missing, negative or no finite number,
    the wait is drawn instead, from the upper half: there was no word that it might be short.
    """
    asked = asked_seconds(error)
    if asked is not None:
        return asked
    return backoff_seconds(times_in_a_row, lambda: (1 + random()) / 2, is_throttled=True)
