"""How values are spread, in a handful of numbers however many there were."""

from bisect import bisect_left
from collections.abc import Sequence


class Histogram:
    """Counts values by the first bound that they do not exceed, and adds them up."""

    __slots__ = ("bounds", "counts", "total")

    def __init__(self, bounds: Sequence[float]) -> None:
        """Take bounds that rise; what exceeds all of them is counted behind the last."""
        self.bounds = bounds
        self.counts = [0] * (len(bounds) + 1)
        self.total = 0.0

    def note(self, value: float) -> None:
        """Count a value in."""
        self.counts[bisect_left(self.bounds, value)] += 1
        self.total += value
