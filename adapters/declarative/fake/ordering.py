"""In which order a fake vendor lists its sessions. Pure."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import TypeAlias

from adapters.declarative.fake.choosing import NotAskableError
from adapters.declarative.fake.meaning import Held
from adapters.declarative.fake.received import Filled
from adapters.declarative.language.abilities import SortOrder, Sorts
from adapters.declarative.language.requests import Place
from adapters.declarative.language.values import span_of

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

Key: TypeAlias = tuple[int, int, str]
"""Where a row is: whether it has a value, the value, and what tells it from its equals."""

Order: TypeAlias = Callable[[Held], Key]


def order_of(sorts: Sorts, asked: Filled) -> Order:
    """Give the order that was asked for, or that the vendor lists in anyway.

    Raises :class:`NotAskableError` for a word that stands for no order.
    """
    wanted = None
    for place in places_of(sorts):
        for value in asked.values(place):
            wanted = next((each for each in _orders(sorts) if _is_meant(each[2], value)), None)
            if wanted is None:
                raise NotAskableError(f"{place.at}: there is no order {value!r}")
    usual = next((each for each in _orders(sorts) if each[2].send is None), None)
    chosen = wanted or usual
    return _by_arrival if chosen is None else _by(*chosen)


def places_of(sorts: Sorts) -> Iterator[Place]:
    """Give every place where an order goes."""
    yield from (order.send for _, _, order in _orders(sorts) if order.send is not None)


def _orders(sorts: Sorts) -> Iterator[tuple[str, bool, SortOrder]]:
    """Give each order with its field, and whether it descends."""
    for name in Sorts.model_fields:
        field = getattr(sorts, name)
        if field is not None and field.asc is not None:
            yield name, False, field.asc
        if field is not None and field.desc is not None:
            yield name, True, field.desc


def _is_meant(order: SortOrder, value: object) -> bool:
    return order.send is not None and order.send.value == value


def _by_arrival(held: Held) -> Key:
    return 0, 0, f"{held.number:09}"


def _by(name: str, is_descending: bool, order: SortOrder) -> Order:  # noqa: FBT001  # as it is found
    granule = span_of(order.granularity)
    null = 0 if order.nulls == "first" else 2

    def key(held: Held) -> Key:
        instant = held.instants[name]
        equal = (
            held.native_id if order.ties == "native_id_asc" else f"{held.chance:010}{held.number}"
        )
        if instant is None:
            return null, 0, equal
        granules = (instant - _EPOCH) // granule
        return 1, -granules if is_descending else granules, equal

    return key
