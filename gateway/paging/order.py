"""One strict total order over all sessions, and how much of it a backend delivers.

A key is the tuple of the sort components, then the backend's name and the native id. Every
component is ``(0, value)``, or ``(1, 0)`` for null, so that nulls come last in both directions.
No two sessions have the same key.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TypeAlias

from gateway.model.matching import instant_of
from gateway.model.query import Order, Sort
from gateway.model.session import Session
from gateway.spi.abilities import Nulls, SortAbility, Ties

Component: TypeAlias = tuple[int, int]
Key: TypeAlias = tuple[Component | str, ...]

BEFORE_ALL: Key = ()
"""Less than every key: a shorter tuple comes before the longer ones that begin with it."""

_NULL: Component = (1, 0)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def key_of(session: Session, order: Order) -> Key:
    """Give the session's place in the order."""
    return (*(_component(session, sort) for sort in order), session.backend, session.native_id)


def _component(session: Session, sort: Sort) -> Component:
    instant = instant_of(session, sort.field)
    if instant is None:
        return _NULL
    microseconds = (instant - _EPOCH) // _MICROSECOND
    return (0, -microseconds if sort.is_descending else microseconds)


def is_null(key: Key) -> bool:
    """Say whether a session has no value for what comes first in the order."""
    return key[0] == _NULL


def instant_in(component: Component | str, sort: Sort) -> datetime | None:
    """Read back the instant that a component of a key stands for."""
    if isinstance(component, str) or component == _NULL:
        return None
    microseconds = -component[1] if sort.is_descending else component[1]
    return _EPOCH + microseconds * _MICROSECOND


@dataclass(frozen=True, slots=True)
class Coarsening:
    """How much of the order a backend's stream is known to follow.

    Rows of one group may come in any order, and groups come in order. ``components`` says how
    many leading components make up the group: none where nothing is known, so that all rows are
    one group. ``granule`` is how finely the backend compares the first of them, in microseconds.
    """

    components: int = 0
    is_descending: bool = False
    granule: int = 1
    is_total: bool = False

    def group(self, key: Key) -> Key:
        """Give the group of a key, named by a lower bound of all the keys in it."""
        if self.is_total:
            return key
        prefix = key[: self.components]
        if self.granule == 1 or not prefix or isinstance(prefix[0], str) or prefix[0] == _NULL:
            return prefix
        return ((0, self._least_of_granule(prefix[0][1])), *prefix[1:])

    def _least_of_granule(self, value: int) -> int:
        if not self.is_descending:
            return value // self.granule * self.granule
        # A descending value is the instant negated: the least is the granule's newest instant.
        return -(-value // self.granule * self.granule + self.granule - 1)


UNORDERED = Coarsening()
TOTAL = Coarsening(is_total=True)


def coarsening_of(ability: SortAbility | None, order: Order) -> Coarsening:
    """Say how much of the order a backend follows that was asked to sort so."""
    if ability is None or ability.sort != order[0] or ability.nulls is Nulls.FIRST:
        return UNORDERED
    granule = ability.granularity // _MICROSECOND
    is_exact = granule == 1 and len(order) == 1 and ability.ties is Ties.NATIVE_ID_ASCENDING
    return TOTAL if is_exact else Coarsening(1, order[0].is_descending, granule)
