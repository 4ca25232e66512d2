"""How many examples a property is tried with: a few in CI, many in ``make test-deep``."""

import os

DEPTH = int(os.environ.get("TEST_DEPTH", "1"))
"""How many times as many examples are tried as in CI."""


def examples(count: int) -> int:
    """Give the number of examples to try where ``count`` are enough for CI."""
    return count * DEPTH
