"""Planning: what each backend is asked to do, and what is left to be done here."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, TypeAlias

from gateway.model.query import AtOrAfter, Before, Condition, Field, Op, Order, Query
from gateway.paging.order import (
    BEFORE_ALL,
    UNORDERED,
    Coarsening,
    Key,
    coarsening_of,
    instant_in,
)
from gateway.spi.abilities import (
    Abilities,
    Nulls,
    PagingStyle,
    SortAbility,
    Support,
    VendorTotal,
)
from gateway.spi.adapter import SessionAdapter
from gateway.spi.pages import BackendQuery, ScanPlan

_LAST_INSTANT = datetime.max.replace(tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class BackendPlan:
    """How one backend's part of a page is read.

    ``coarsening`` says how its stream is ordered: one that follows no order is read whole, or by
    windows of time where it ``is_sliceable``. ``counts`` says what the vendor's own total counts,
    ``paging`` how its pages are asked for, and ``is_stable`` whether their addresses outlast
    inserts and deletes. ``begins`` is the key beyond which the stream begins: with an ``unbounded``
    beside it only about there, so that an address in the unbounded stream is better, where one is
    known. ``first_size`` is how many rows to ask for at first.
    """

    scan: ScanPlan
    coarsening: Coarsening
    counts: VendorTotal
    paging: PagingStyle
    is_stable: bool
    begins: Key = BEFORE_ALL
    unbounded: ScanPlan | None = None
    first_size: int | None = None
    is_sliceable: bool = False

    @property
    def is_ordered(self) -> bool:
        """Say whether the first page is enough to begin with."""
        return _is_order(self.coarsening)

    @property
    def has_lasting_addresses(self) -> bool:
        """Say whether addresses name the same place whatever is asked for, and comes and goes."""
        is_by_row = self.paging in (PagingStyle.CURSOR, PagingStyle.LINK) and self.is_stable
        return is_by_row or self.paging is PagingStyle.AFTER_ID

    def pushed_of(self, conditions: Iterable[Condition]) -> frozenset[Condition]:
        """Give those of the conditions that are sent to the vendor."""
        return frozenset(self.scan.pushed.keys() & set(conditions))

    def residual(self, conditions: Iterable[Condition]) -> frozenset[Condition]:
        """Give those of the conditions that the vendor does not check exactly."""
        return frozenset(c for c in conditions if self.scan.pushed.get(c) is not Support.EXACT)

    def asking_for(self, rows: int | None) -> "BackendPlan":
        """Ask for this many rows at first, or for as many as the vendor gives.

        Pages that are counted have one size: there the first is as large as the others.
        """
        largest = self.scan.page_size
        if rows is None or largest is None or self.paging is PagingStyle.PAGE_INDEX:
            return replace(self, first_size=largest)
        return replace(self, first_size=min(rows, largest))


@dataclass(frozen=True, slots=True)
class Unanswerable:
    """The vendor's records lack these fields, so the query has no answer here."""

    fields: tuple[Field, ...]


Planned: TypeAlias = BackendPlan | Unanswerable


class InvalidPlanError(RuntimeError):
    """An adapter planned something it was not asked for."""


def plan_backend(
    adapter: SessionAdapter[Any],
    query: Query,
    *,
    boundary: Key = BEFORE_ALL,
    is_order_trusted: bool = True,
) -> Planned:
    """Plan one backend's part of the page that begins beyond the boundary.

    Where its order is not trusted it is read as one that follows none.
    """
    abilities = adapter.declared
    absent = tuple(c.field for c in query.conditions if abilities.support(c) is Support.ABSENT)
    if absent:
        return Unanswerable(absent)
    plan = _plan(adapter, query.conditions, query.order)
    if not is_order_trusted:
        return replace(plan, coarsening=UNORDERED)
    beyond = _beyond(boundary, plan.scan.sorted_by)
    if beyond is None:
        return plan
    narrowed = _plan(adapter, (*query.conditions, beyond), query.order)
    # One listing serves every page of a walk, so what is read whole is not narrowed.
    if not narrowed.is_ordered or beyond not in narrowed.scan.pushed:
        return plan
    is_exact = narrowed.scan.pushed[beyond] is Support.EXACT
    unbounded = None if is_exact or not plan.has_lasting_addresses else plan.scan
    return replace(narrowed, begins=boundary, unbounded=unbounded)


def _plan(
    adapter: SessionAdapter[Any], conditions: tuple[Condition, ...], order: Order
) -> BackendPlan:
    asked = BackendQuery(conditions, order)
    scan = adapter.plan(asked)
    _validate(scan, asked)
    abilities = adapter.declared
    paging = abilities.paging
    coarsening = coarsening_of(scan.sorted_by, order)
    return BackendPlan(
        scan,
        coarsening,
        paging.total,
        paging.style,
        paging.is_stable,
        is_sliceable=not _is_order(coarsening) and _is_sliceable(abilities, asked),
    )


def _is_order(coarsening: Coarsening) -> bool:
    """Say whether it leaves anything of the order."""
    return coarsening.is_total or coarsening.components > 0


def can_slice(abilities: Abilities) -> bool:
    """Say whether a backend can be read by windows of time, for some queries at least."""
    if abilities.paging.style is PagingStyle.SINGLE:
        return False
    bounds = ((Field.STARTED_AT, op) for op in (Op.AT_OR_AFTER, Op.BEFORE))
    return all(abilities.filters.get(bound) in (Support.EXACT, Support.INEXACT) for bound in bounds)


def _is_sliceable(abilities: Abilities, asked: BackendQuery) -> bool:
    """Say whether windows of time hold all that was asked for, in its order.

    A session without a start lies in no window, so there must be none, or none that matches.
    """
    has_bounds = any(c.field is Field.STARTED_AT for c in asked.conditions)
    has_starts = has_bounds or Field.STARTED_AT in abilities.always
    return has_starts and asked.order[0].field is Field.STARTED_AT and can_slice(abilities)


def _validate(scan: ScanPlan, asked: BackendQuery) -> None:
    if not scan.pushed.keys() <= set(asked.conditions):
        raise InvalidPlanError("a plan pushes a condition that nobody asked for")
    if scan.sorted_by is not None and scan.sorted_by.sort != asked.order[0]:
        raise InvalidPlanError("a plan sorts by something that nobody asked for")
    if scan.sorted_by is not None and scan.sorted_by.granularity < _MICROSECOND:
        raise InvalidPlanError("a plan sorts more finely than instants are")


def _beyond(boundary: Key, ability: SortAbility | None) -> Condition | None:
    """Say that rows lie beyond the boundary as a condition a vendor may be able to check.

    It would exclude rows without a value, which come last: so only a vendor that has no such rows
    is asked.
    """
    if not boundary or ability is None or ability.nulls is not Nulls.NEVER:
        return None
    sort, instant = ability.sort, instant_in(boundary[0], ability.sort)
    if instant is None or instant == _LAST_INSTANT:
        return None
    if sort.is_descending:
        return Before(sort.field, instant + _MICROSECOND)
    return AtOrAfter(sort.field, instant)
