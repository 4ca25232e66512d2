"""How close together requests to one vendor go out."""

import math
from collections.abc import Callable


class Pacer:
    """Gives each request its place in time: a burst at once, and evenly from then on.

    No time of t seconds holds more than ``burst + t * requests / seconds`` places.
    """

    def __init__(
        self, requests: int, seconds: float, timer: Callable[[], float], burst: int | None = None
    ) -> None:
        """Take what tells the time, in seconds, and never goes back.

        Without a burst it is what a second holds, and no more than a quarter of the requests: a
        vendor that allows so many in so many seconds sees a quarter more at most in any such time.
        """
        if burst is None:
            burst = max(1, min(requests // 4, round(requests / seconds)))
        self._timer = timer
        self._step = seconds / requests
        self._ahead = (burst - 1) * self._step
        # When the next place is, if no request may go out ahead of its own.
        self._next = -math.inf

    def wait(self) -> float:
        """Give the seconds that a request would have to wait, without giving it a place."""
        return max(0.0, self._next - self._ahead - self._timer())

    def delay(self) -> float:
        """Give a request the next place, and the seconds to wait for it: 0 if it may go out now.

        A place is never given back: who will not wait that long asks :meth:`wait` first.
        """
        delay = self.wait()
        self._next = max(self._next, self._timer()) + self._step
        return delay
