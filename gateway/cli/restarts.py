"""When a worker that died is started again, and when that is given up."""

from gateway.resilience.backoff import doubled

_AT_ONCE_SECONDS = 10.0
_MOST_AT_ONCE = 5
_LONGEST_SECONDS = 5.0


class Restarts:
    """The deaths of one worker."""

    def __init__(self, first_seconds: float = 0.1) -> None:
        """Take the seconds until it is started again after its first death."""
        self._first_seconds = first_seconds
        self._at_once = 0

    def pause(self, lived_seconds: float) -> float | None:
        """Give the seconds until it is started again, doubling while it dies at once.

        None means that it died at once five times in a row: so would the next one.
        """
        self._at_once = self._at_once + 1 if lived_seconds < _AT_ONCE_SECONDS else 1
        if self._at_once >= _MOST_AT_ONCE:
            return None
        return doubled(self._first_seconds, self._at_once - 1, _LONGEST_SECONDS)
