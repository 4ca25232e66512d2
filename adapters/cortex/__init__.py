"""EMOTIV Cortex, versions 1 and 2 on: JSON-RPC over one WebSocket, and a bare array of everything.

Sources, whose parts are named in quotes: the Cortex API v1 documentation, and the "Cortex API"
documentation of the versions from 2 on, which is one for all of them.
"""

from adapters.cortex.adapter import CortexAdapter
from adapters.cortex.options import CortexOptions

__all__ = ["CortexAdapter", "CortexOptions"]
