"""Planning: what each backend is asked to do, and what is left to be done here."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any, TypeAlias

from gateway.model.query import AtOrAfter, Before, Condition, Field, Query
from gateway.paging.order import BEFORE_ALL, Coarsening, Key, coarsening_of, instant_in
from gateway.spi.abilities import Abilities, Nulls, Support, VendorTotal
from gateway.spi.adapter import SessionAdapter
from gateway.spi.pages import BackendQuery, ScanPlan

_NEXT_INSTANT = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class BackendPlan:
    """How one backend's part of a page is read.

    ``coarsening`` says how its stream is ordered: one that follows no order is read whole.
    ``counts`` says what the vendor's own total counts.
    """

    scan: ScanPlan
    coarsening: Coarsening
    counts: VendorTotal

    @property
    def is_ordered(self) -> bool:
        """Say whether the first page is enough to begin with."""
        return self.coarsening.is_total or self.coarsening.components > 0


@dataclass(frozen=True, slots=True)
class Unanswerable:
    """The vendor's records lack these fields, so the query has no answer here."""

    fields: tuple[Field, ...]


Planned: TypeAlias = BackendPlan | Unanswerable


class InvalidPlanError(RuntimeError):
    """An adapter planned something it was not asked for."""


def plan_backend(
    adapter: SessionAdapter[Any], query: Query, *, boundary: Key = BEFORE_ALL
) -> Planned:
    """Plan one backend's part of the page that begins beyond the boundary."""
    abilities = adapter.abilities()
    absent = tuple(c.field for c in query.conditions if abilities.support(c) is Support.ABSENT)
    if absent:
        return Unanswerable(absent)
    asked = BackendQuery((*query.conditions, *_beyond(boundary, query, abilities)), query.order)
    scan = adapter.plan(asked)
    _validate(scan, asked)
    coarsening = coarsening_of(scan.sorted_by, query.order)
    return BackendPlan(scan, coarsening, abilities.paging.total)


def _beyond(boundary: Key, query: Query, abilities: Abilities) -> tuple[Condition, ...]:
    """Say that rows lie beyond the boundary as a condition a vendor may be able to check.

    It would exclude rows without a value, which come last: so only a vendor that sorts and has
    no such rows is asked.
    """
    sort = query.order[0]
    has_no_nulls = any(s.sort == sort and s.nulls is Nulls.NEVER for s in abilities.sorts)
    instant = instant_in(boundary[0], sort) if boundary else None
    if instant is None or not has_no_nulls:
        return ()
    if sort.is_descending:
        return (Before(sort.field, instant + _NEXT_INSTANT),)
    return (AtOrAfter(sort.field, instant),)


def _validate(scan: ScanPlan, asked: BackendQuery) -> None:
    if not scan.pushed.keys() <= set(asked.conditions):
        raise InvalidPlanError("a plan pushes a condition that nobody asked for")
    if scan.sorted_by is not None and scan.sorted_by.sort not in asked.order:
        raise InvalidPlanError("a plan sorts by something that nobody asked for")
