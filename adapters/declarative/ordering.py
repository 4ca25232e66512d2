"""The orders in which a vendor lists, and how it is asked for one."""

from collections.abc import Iterator

from adapters.declarative.drafts import Put
from adapters.declarative.language.abilities import SortField, SortOrder, Sorts
from adapters.declarative.language.values import span_of
from gateway.spi import Field, Nulls, Sort, SortAbility, Ties


class Orders:
    """The orders of a vendor."""

    def __init__(self, part: Sorts) -> None:
        """Take what a file says of them."""
        self._orders = dict(_orders(part))

    def abilities(self) -> tuple[SortAbility, ...]:
        """Say in which orders it can list: also in the one it lists in anyway."""
        return tuple(_ability(sort, order) for sort, order in self._orders.items())

    def puts(self, wanted: SortAbility | None) -> Iterator[Put]:
        """Say what is sent for an order: nothing for the one that it lists in anyway."""
        order = None if wanted is None else self._orders.get(wanted.sort)
        if order is not None and order.send is not None:
            yield order.send, order.send.value


def _orders(part: Sorts) -> Iterator[tuple[Sort, SortOrder]]:
    for name in Sorts.model_fields:
        of_field: SortField | None = getattr(part, name)
        if of_field is None:
            continue
        for is_descending, order in ((False, of_field.asc), (True, of_field.desc)):
            if order is not None:
                yield Sort(Field(name), is_descending), order


def _ability(sort: Sort, order: SortOrder) -> SortAbility:
    return SortAbility(sort, span_of(order.granularity), Ties(order.ties), Nulls(order.nulls))
