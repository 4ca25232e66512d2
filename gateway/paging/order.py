"""One strict total order over all sessions, and how much of it a backend delivers.

A key is the tuple of the sort components, then the backend's name and the native id. Every
component is ``(0, value)``, or ``(1, 0)`` for null, so that nulls come last in both directions.
No two sessions have the same key, and every value can be written as JSON.
"""

import sys
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from operator import attrgetter
from typing import Any, TypeAlias

from gateway.model.matching import OUTLINED, instant_of, label, length_of
from gateway.model.query import Field, Order, Sort
from gateway.model.session import Placed, Session
from gateway.spi.abilities import Nulls, SortAbility, Ties

Value: TypeAlias = int | tuple[str, str]
Component: TypeAlias = tuple[int, Value]
Key: TypeAlias = tuple[Component | str, ...]

BEFORE_ALL: Key = ()
"""Less than every key: a shorter tuple comes before the longer ones that begin with it."""

INSTANTS = (Field.STARTED_AT, Field.ENDED_AT, Field.LAST_ACTIVITY_AT)

_LONGEST_TEXT = 128
"""Code points that are compared: texts that differ only further on are a tie. Cursors hold keys."""

_NULL: Component = (1, 0)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def key_of(session: Placed, order: Order) -> Key:
    """Give a session's place in the order; that of an outline, if the order ``is_outlined``."""
    return keying(order)(session)


@lru_cache(maxsize=64)
def keying(order: Order) -> Callable[[Placed], Key]:
    """Make what gives the places of many."""
    if len(order) == 1 and order[0].field in INSTANTS:
        return _keying_by_instant(order[0])
    return lambda session: (
        *(_component(session, sort) for sort in order),
        session.backend,
        session.native_id,
    )


def is_outlined(order: Order) -> bool:
    """Say whether outlines tell all that the order looks at."""
    return all(sort.field in OUTLINED for sort in order)


def is_null(key: Key) -> bool:
    """Say whether a session has no value for what comes first in the order."""
    return key[0] == _NULL


def instant_in(component: Component | str, sort: Sort) -> datetime | None:
    """Read back the instant that a component of a key stands for; none if it is no instant."""
    if sort.field not in INSTANTS or component == _NULL or isinstance(component, str):
        return None
    microseconds = component[1]
    if not isinstance(microseconds, int):
        return None
    return _EPOCH + (-microseconds if sort.is_descending else microseconds) * _MICROSECOND


def _keying_by_instant(sort: Sort) -> Callable[[Placed], Key]:
    """Make what gives places in the orders that are asked for most."""
    instant_of, sign = attrgetter(sort.field.value), -1 if sort.is_descending else 1

    def key(session: Placed) -> Key:
        instant: datetime | None = instant_of(session)
        first = _NULL if instant is None else (0, (instant - _EPOCH) // _MICROSECOND * sign)
        return (first, session.backend, session.native_id)

    return key


def _component(session: Placed, sort: Sort) -> Component:
    value = _VALUES[sort.field](session, sort.field)
    if value is None:
        return _NULL
    if isinstance(value, str):
        value = value[:_LONGEST_TEXT]
        folded = unicodedata.normalize("NFC", value).casefold()
        return (0, (_falling(folded), _falling(value)) if sort.is_descending else (folded, value))
    return (0, -value if sort.is_descending else value)


def _falling(text: str) -> str:
    """Turn the order of texts round, with their ends: the longer of two that begin alike first.

    A text takes the collector of garbage less time to pass by than a tuple of numbers.
    """
    return text.translate(_OPPOSITES) + _END


class _Opposites(dict[int, str]):
    """The characters, the last in the place of the first; those that are usual are remembered."""

    def __missing__(self, code: int) -> str:
        return _opposite(code)


def _opposite(code: int) -> str:
    # Surrogates are no characters, and cannot be written as JSON.
    number = code if code < _SURROGATES else code - _SURROGATES_COUNT
    opposite = sys.maxunicode - _SURROGATES_COUNT - number
    return chr(opposite if opposite < _SURROGATES else opposite + _SURROGATES_COUNT)


_SURROGATES, _SURROGATES_COUNT = 0xD800, 0x800
_USUAL = 0x500
_LAST = chr(sys.maxunicode)
_END = f"{_LAST}1"
_OPPOSITES = _Opposites({0: f"{_LAST}0"} | {code: _opposite(code) for code in range(1, _USUAL)})


def _instant(session: Placed, field: Field) -> int | None:
    instant = instant_of(session, field)
    return None if instant is None else (instant - _EPOCH) // _MICROSECOND


def _length(session: Session, _field: Field) -> int | None:
    length = length_of(session)
    return None if length is None else length // _MICROSECOND


_VALUES: Mapping[Field, Callable[[Any, Field], int | str | None]] = {
    **dict.fromkeys(INSTANTS, _instant),
    Field.DURATION: _length,
    Field.USER: lambda session, _: label(session.user),
    Field.TITLE: lambda session, _: session.title,
    Field.BACKEND: lambda session, _: session.backend,
}

SORTABLE = tuple(_VALUES)
"""The fields that sessions can be sorted by."""


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
        if self.granule == 1 or not prefix or isinstance(prefix[0], str):
            return prefix
        is_null_, value = prefix[0]
        if is_null_ or not isinstance(value, int):
            return prefix
        return ((0, self._least_of_granule(value)), *prefix[1:])

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
    if ability.sort.field not in INSTANTS:
        return UNORDERED  # How a vendor collates texts is not ours.
    granule = ability.granularity // _MICROSECOND
    is_exact = granule == 1 and len(order) == 1 and ability.ties is Ties.NATIVE_ID_ASCENDING
    return TOTAL if is_exact else Coarsening(1, order[0].is_descending, granule)
