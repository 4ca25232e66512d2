"""How much garbage a peer may send before it is left."""

import time
from collections import deque
from collections.abc import Callable

_MAX_PIECES = 3
_SECONDS = 60.0


class Patience:
    """Lost with the third piece of garbage within a minute."""

    def __init__(self, timer: Callable[[], float] = time.monotonic) -> None:
        self._timer = timer
        self._pieces: deque[float] = deque(maxlen=_MAX_PIECES)

    def is_lost(self) -> bool:
        """Note one more piece, and say whether that was too many."""
        self._pieces.append(self._timer())
        return len(self._pieces) == _MAX_PIECES and self._pieces[-1] - self._pieces[0] <= _SECONDS
