"""How many of the rows a vendor sends pass the conditions that are checked here."""

import math

from cachetools import LRUCache

from gateway.model.query import Condition

_REMEMBERED = 64
_LEAST = 0.001


class Selectivity:
    """The share of rows that passed lately, by the conditions that were checked."""

    def __init__(self) -> None:
        self._shares: LRUCache[frozenset[Condition], float] = LRUCache(_REMEMBERED)

    def note(self, residual: frozenset[Condition], *, received: int, matched: int) -> None:
        """Note how many of the rows received passed."""
        if residual and received:
            self._shares[residual] = max(matched / received, _LEAST)

    def rows_for(self, wanted: int, residual: frozenset[Condition]) -> int | None:
        """Estimate the rows to ask for if so many are to pass; none where nothing is known."""
        if not residual:
            return wanted
        share = self._shares.get(residual)
        return None if share is None else math.ceil(wanted / share)
