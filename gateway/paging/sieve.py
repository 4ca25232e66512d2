"""The test that the rows of a page are put to."""

from collections.abc import Callable, Iterable
from typing import TypeAlias

from gateway.model.matching import OUTLINED, outlined, predicate
from gateway.model.query import Condition
from gateway.paging.rows import Row
from gateway.spi.errors import UpstreamError

Sieve: TypeAlias = Callable[[list[Row]], list[Row]]
"""Gives those of some rows that pass the test, in the order in which they came."""


def are_outlined(conditions: Iterable[Condition]) -> bool:
    """Say whether outlines tell all that conditions look at."""
    return all(each.field in OUTLINED for each in conditions)


def sieve(conditions: Iterable[Condition]) -> Sieve:
    """Make the test whether every condition holds for a row, and it is a session at all.

    What outlines tell is looked at first: the sessions of most rows need not be made for it.
    """
    conditions = tuple(conditions)
    if not conditions:
        return lambda rows: rows
    quick = outlined(each for each in conditions if each.field in OUTLINED)
    if are_outlined(conditions):
        return lambda rows: [row for row in rows if quick(row.placed)]
    slow = predicate(each for each in conditions if each.field not in OUTLINED)

    def passes(row: Row) -> bool:
        try:
            return quick(row.placed) and slow(row.session)
        except UpstreamError:
            return False

    return lambda rows: list(filter(passes, rows))
