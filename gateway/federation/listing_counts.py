"""How many sessions of a listing conditions hold for, as far as it has been counted."""

from collections.abc import Callable

from gateway.federation.remembered import Remembered
from gateway.model.matching import outlined, predicate
from gateway.model.query import Condition
from gateway.model.session import Placed, Session
from gateway.paging.sieve import are_outlined

_MOST = 64


class Counts:
    """The counts that were asked for last."""

    def __init__(self) -> None:
        self._known: dict[tuple[Condition, ...], int] = {}

    def known(self, conditions: tuple[Condition, ...], remembered: Remembered | None) -> int | None:
        """Give a count that is known, or that what is remembered tells at once."""
        if conditions not in self._known and remembered is not None:
            holds = _test(conditions, remembered)
            if holds is not None:
                self.note(conditions, sum(map(holds, remembered.placed.values())))
        return self._known.get(conditions)

    def note(self, conditions: tuple[Condition, ...], count: int) -> None:
        """Know a count, and forget what has been known the longest."""
        while len(self._known) >= _MOST:
            self._known.pop(next(iter(self._known)))
        self._known[conditions] = count


def _test(
    conditions: tuple[Condition, ...], remembered: Remembered
) -> Callable[[Placed], bool] | None:
    if are_outlined(conditions):
        return outlined(conditions)
    if not remembered.are_made:
        return None
    holds = predicate(conditions)
    return lambda placed: isinstance(placed, Session) and holds(placed)
