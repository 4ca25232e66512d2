"""Roundware: a bare REST list of everything.

Sources: "sessions/" of the Roundware API documentation, and ``tests/recordings/roundware``. Where
the two differ the recordings win: they are what a real server answered.
"""

from adapters.roundware.adapter import RoundwareAdapter
from adapters.roundware.options import RoundwareOptions

__all__ = ["RoundwareAdapter", "RoundwareOptions"]
