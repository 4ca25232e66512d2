"""Canopsis: a list of everybody's presence that ignores every parameter for paging and time.

Sources: the "Session" page of the Canopsis API documentation, and ``tests/recordings/canopsis``.
Where the two differ the recordings win: they are what the vendor's own code answered.
"""

from adapters.canopsis.adapter import CanopsisAdapter
from adapters.canopsis.options import CanopsisOptions

__all__ = ["CanopsisAdapter", "CanopsisOptions"]
