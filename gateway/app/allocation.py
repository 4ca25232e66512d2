"""What the C library does with memory that the process has let go of."""

import ctypes
from contextlib import suppress

_M_TRIM_THRESHOLD = -1
_M_MMAP_THRESHOLD = -3
_M_ARENA_MAX = -8

_LARGE_BYTES = 512 * 1024
"""More than the 256 KiB in which each read from a socket begins: most of it goes at once."""
_FREE_BYTES = 2 * 1024 * 1024
"""What stays at hand: to give it back and to ask for it anew takes longer than to use it."""
_POOLS = 2


def give_back_large_blocks() -> None:
    """Have large blocks go back to the system when they are freed, and few pools be kept.

    glibc keeps blocks of ever larger sizes instead, for the next of their size, and a pool for
    each thread: bodies and lists of all sizes leave gaps in them, which grow for hours. Other C
    libraries are left as they are. To be called before there are threads.
    """
    with suppress(OSError, AttributeError):
        mallopt = ctypes.CDLL(None).mallopt
        mallopt(_M_MMAP_THRESHOLD, _LARGE_BYTES)
        mallopt(_M_TRIM_THRESHOLD, _FREE_BYTES)
        mallopt(_M_ARENA_MAX, _POOLS)
