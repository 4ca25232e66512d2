"""L3: what is declared as an order is one, as finely as declared, with nulls where declared."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

from gateway.conformance.harness import Harness
from gateway.conformance.law import Law, broken, checks_of, holds
from gateway.conformance.questions import samples_of_conditions
from gateway.conformance.rig import Rig, rigged
from gateway.model.query import Condition
from gateway.model.session import Session
from gateway.paging.order import Coarsening, Key, coarsening_of, is_null, key_of
from gateway.spi import BackendQuery, Nulls, ScanPlan, SortAbility, Support

_MICROSECOND = timedelta(microseconds=1)
_A_PAGE = 4
_TELLING = 3
"""Groups that come in order by chance no more often than once in six times."""


async def sorts(harness: Harness) -> None:
    """Each declared sort brings everything in that order."""
    async with rigged(harness) as rig:
        for ability in rig.adapter.abilities().sorts:
            sessions = await rig.stream(_sorted(rig, ability))
            _check(ability, sessions)
            _show_enough(ability, sessions)


async def filtered(harness: Harness) -> None:
    """Each declared sort holds under each filter too."""
    async with rigged(harness) as rig:
        abilities = rig.adapter.abilities()
        conditions = samples_of_conditions(await rig.stream(rig.plan()))
        for ability in abilities.sorts:
            for condition in conditions:
                if abilities.support(condition) in (Support.EXACT, Support.INEXACT):
                    _check(ability, await rig.stream(_sorted(rig, ability, condition)))


def _sorted(rig: Rig, ability: SortAbility, *conditions: Condition) -> ScanPlan:
    plan = rig.adapter.plan(BackendQuery(conditions, (ability.sort,)))
    holds(plan.sorted_by == ability, f"{ability} is declared, but not planned when it is wanted")
    # An order has to hold on the pages that follow too.
    return plan if plan.page_size is None else replace(plan, page_size=_A_PAGE)


def _check(ability: SortAbility, sessions: Sequence[Session]) -> None:
    order = (ability.sort,)
    keys = [key_of(session, order) for session in sessions]
    _check_nulls(ability, keys)
    coarsening = coarsening_of(ability, order)
    groups = [coarsening.group(key) for key in keys if not is_null(key)]
    for before, after in pairwise(groups):
        holds(before <= after, f"{ability.sort} is declared, but {before} comes before {after}")


def _check_nulls(ability: SortAbility, keys: Sequence[Key]) -> None:
    places = [is_null(key) for key in keys]
    match ability.nulls:
        case Nulls.NEVER:
            holds(not any(places), f"{ability.sort}: a null, where none is declared")
        case Nulls.LAST:
            holds(places == sorted(places), f"{ability.sort}: nulls are not last")
        case Nulls.FIRST:
            holds(places == sorted(places, reverse=True), f"{ability.sort}: nulls are not first")


def _show_enough(ability: SortAbility, sessions: Sequence[Session]) -> None:
    """Check that there is something to be put in order, and something that ties."""
    order = (ability.sort,)
    coarsening = Coarsening(1, ability.sort.is_descending, ability.granularity // _MICROSECOND)
    groups = [coarsening.group(key_of(session, order)[:1]) for session in sessions]
    if len({*groups}) < _TELLING or len({*groups}) == len(groups):
        broken(f"the fake vendor needs sessions that differ, and some that tie, in {ability.sort}")


CHECKS = checks_of(Law.ORDER, sorts, filtered)
