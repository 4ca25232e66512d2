"""What a step costs for each record of a page."""

import gc
import time
import timeit
from collections.abc import Callable

from pages import RECORDS


def us_a_record(run: Callable[[], object], repeats: int, pages: int) -> float:
    """Give the best of several repeats: whatever else goes on only ever adds."""
    # timeit switches garbage collection off, which would spare those who make many objects.
    times = timeit.repeat(run, gc.enable, time.process_time, repeats, pages)
    return min(times) / pages / RECORDS * 1e6
