"""How long to wait before asking again."""

from collections.abc import Callable

# No time is doubled more often than that before it is the longest; floats end at a thousand.
_MOST_DOUBLINGS = 64


def backoff_seconds(
    failures: int, random: Callable[[], float], *, is_throttled: bool = False
) -> float:
    """Draw the wait after so many failures in a row, 1 being the first: from nothing to the most.

    The most is 50 ms, doubling up to 2 s; where the vendor asked for fewer calls it is 1 s,
    doubling up to 20 s.
    """
    first, longest = (1.0, 20.0) if is_throttled else (0.05, 2.0)
    return random() * doubled(first, failures - 1, longest)


def doubled(seconds: float, times: int, longest: float) -> float:
    """Double a time so often, up to the longest."""
    return min(seconds * 2.0 ** min(times, _MOST_DOUBLINGS), longest)
