"""L1: what an adapter says of itself is well formed, always the same, and said without asking."""

from datetime import timedelta
from itertools import combinations
from typing import Any

import msgspec

from gateway.conformance.harness import Harness
from gateway.conformance.law import Law, broken, checks_of, holds
from gateway.conformance.questions import samples_of_conditions
from gateway.conformance.rig import Rig, ids_of, rigged
from gateway.model.query import NEWEST_FIRST, Field, Order, Sort
from gateway.paging.order import SORTABLE
from gateway.spi import (
    Abilities,
    BackendQuery,
    PagingStyle,
    ScanPlan,
    SessionAdapter,
    Support,
)
from gateway.spi.abilities import is_hideable


async def abilities(harness: Harness) -> None:
    """Abilities are the same at every call, can be written down, and need no question."""
    async with rigged(harness) as rig:
        told = rig.adapter.abilities()
        holds(told == rig.adapter.abilities(), "abilities() differs from call to call")
        again = harness.adapter(rig.options).abilities()
        holds(told == again, "abilities() differs between two adapters of the same options")
        _can_be_written(told)
        _fit_together(told, rig.adapter)
        rig.adapter.endpoint()
        rig.plan()
        holds(not rig.tap.heard, f"abilities() or plan() asked the vendor: {rig.tap.heard}")


async def plan(harness: Harness) -> None:
    """A plan takes up only what was asked, as well as declared, and is the same at every call."""
    async with rigged(harness) as rig:
        sessions = await rig.stream(rig.plan())
        conditions = samples_of_conditions(sessions)
        pairs = [*((each,) for each in conditions), *combinations(conditions, 2), conditions]
        for order in _orders():
            for asked in pairs:
                _check_plan(rig, BackendQuery(tuple(asked), order))


async def nothing_pushed(harness: Harness) -> None:
    """With nothing pushed and nothing sorted the stream is everything there is."""
    async with rigged(harness) as rig:
        size = rig.adapter.abilities().paging.max_size
        sessions = await rig.stream(ScanPlan({}, None, size))
        got = ids_of(sessions)
        lost = [native_id for native_id in rig.held_ids() if native_id not in got]
        holds(not lost, f"the stream lacks sessions that the vendor holds: {lost}")
        holds(got == rig.held_ids(), f"the stream brings {got}, the vendor holds {rig.held_ids()}")


def _can_be_written(abilities: Abilities) -> None:
    try:
        msgspec.json.encode(
            {
                "filters": [[*key, how] for key, how in abilities.filters.items()],
                "rest": [sorted(abilities.absent), abilities.sorts, abilities.paging],
                "operations": abilities.operations,
            }
        )
    except (TypeError, ValueError) as error:
        broken(f"abilities() cannot be written as JSON: {error}")


def _fit_together(abilities: Abilities, adapter: SessionAdapter[Any]) -> None:
    """Check what is declared against itself, and against what the adapter implements."""
    grades = set(abilities.filters.values())
    holds(grades <= {Support.EXACT, Support.INEXACT}, "filters are EXACT or INEXACT; leave others")
    wrong = {field for field, _ in abilities.filters} & abilities.absent
    holds(not wrong, f"both filtered and absent: {sorted(wrong)}")
    holds(not abilities.always & abilities.absent, "both always there and absent")
    wrong_names = {each for each in abilities.personal if not is_hideable(each)}
    holds(not wrong_names, f"personal, but not to be hidden: {sorted(wrong_names)}")
    wrong = {ability.sort.field for ability in abilities.sorts} - {*SORTABLE}
    holds(not wrong, f"nobody sorts by {sorted(wrong)}")
    holds(all(a.granularity > timedelta(0) for a in abilities.sorts), "a granularity of nothing")
    size, style = abilities.paging.max_size, abilities.paging.style
    holds(size is None or size > 0, f"a page of at most {size} rows")
    holds(size is None or style is not PagingStyle.SINGLE, "a single page has no size")
    _is_written(adapter, "get", is_declared=abilities.has_detail)
    _is_written(adapter, "write", is_declared=bool(abilities.operations))
    _is_written(adapter, "next_ids", is_declared=abilities.full_list_every is not None)
    holds(abilities.full_list_every is None or abilities.has_detail, "growth needs get()")


def _is_written(adapter: object, method: str, *, is_declared: bool) -> None:
    own = getattr(type(adapter), method) is not getattr(SessionAdapter, method)
    holds(own or not is_declared, f"declared, but {method}() is not written")


def _orders() -> list[Order]:
    each = [
        (Sort(field, is_descending=is_descending),)
        for field in SORTABLE
        for is_descending in (True, False)
    ]
    return [*each, (*NEWEST_FIRST, Sort(Field.BACKEND))]


def _check_plan(rig: Rig, asked: BackendQuery) -> None:
    abilities = rig.adapter.abilities()
    plan = rig.adapter.plan(asked)
    holds(plan == rig.adapter.plan(asked), f"plan() differs from call to call for {asked}")
    invented = plan.pushed.keys() - {*asked.conditions}
    holds(not invented, f"plan() pushes what was not asked: {invented}")
    for condition, how in plan.pushed.items():
        declared = abilities.support(condition)
        # What is declared holds for every value; of those that are asked for more may be known.
        is_as_good = how is declared or (how, declared) == (Support.EXACT, Support.INEXACT)
        holds(is_as_good, f"plan() pushes {condition} as {how}, declared is {declared}")
    if plan.sorted_by is not None:
        holds(plan.sorted_by in abilities.sorts, f"{plan.sorted_by} is not declared")
        holds(plan.sorted_by.sort == asked.order[0], f"{plan.sorted_by} is not what is wanted")
    size = plan.page_size
    holds(
        size is None or 0 < size <= (abilities.paging.max_size or size),
        f"plan() asks for pages of {size}, of at most {abilities.paging.max_size}",
    )


CHECKS = checks_of(Law.SHAPE, abilities, plan, nothing_pushed)
