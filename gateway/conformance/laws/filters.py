"""L2: what a filter brings is what it promises, and what is no filter is not sent."""

from collections.abc import Iterable, Sequence
from itertools import combinations

from gateway.conformance.harness import Harness
from gateway.conformance.law import Law, broken, checks_of, holds
from gateway.conformance.questions import conditions_on, samples_of_conditions
from gateway.conformance.rig import Rig, rigged
from gateway.conformance.tap import Heard
from gateway.model.matching import matches
from gateway.model.query import Condition
from gateway.model.session import Session
from gateway.spi import Support

_A_PAGE = 4
"""Rows of a page: a filter has to hold on those that follow too."""

_SENDABLE = (Support.EXACT, Support.INEXACT)


async def each(harness: Harness) -> None:
    """An exact filter brings just what matches, an inexact one no less, and changes no session."""
    async with rigged(harness) as rig:
        everything = await rig.stream(rig.plan())
        conditions = [*_pushable(rig, conditions_on(everything))]
        _show_enough(rig, conditions, everything)
        _push_some(rig, conditions)
        for condition in conditions:
            await _check(rig, (condition,), everything)


async def pairs(harness: Harness) -> None:
    """Two filters together, and all of them, bring what matches them all."""
    async with rigged(harness) as rig:
        everything = await rig.stream(rig.plan())
        chosen = [*_pushable(rig, samples_of_conditions(everything))]
        for pair in combinations(chosen, 2):
            await _check(rig, pair, everything)
        await _check(rig, tuple(chosen), everything)
        several = [*_pushable(rig, conditions_on(everything))]
        await _check(rig, tuple(several[:40]), everything)


async def unsent(harness: Harness) -> None:
    """A condition that is no filter of the vendor's leaves the requests as they are."""
    async with rigged(harness) as rig:
        everything = await rig.stream(rig.plan())
        plain = await _asked(rig, ())
        abilities = rig.adapter.abilities()
        for condition in samples_of_conditions(everything):
            if abilities.support(condition) not in _SENDABLE:
                asked = await _asked(rig, (condition,))
                holds(asked == plain, f"{condition} is no filter, but changes what is asked")


def _pushable(rig: Rig, conditions: Iterable[Condition]) -> Iterable[Condition]:
    abilities = rig.adapter.abilities()
    return (c for c in conditions if abilities.support(c) in _SENDABLE)


def _show_enough(rig: Rig, conditions: Sequence[Condition], everything: Sequence[Session]) -> None:
    """Check that for every declared filter something is chosen, and something left out."""
    telling = {
        (condition.field, condition.op)
        for condition in conditions
        if 0 < sum(matches(session, [condition]) for session in everything) < len(everything)
    }
    silent = rig.adapter.abilities().filters.keys() - telling
    if silent:
        names = ", ".join(sorted(f"{field.value} {op.value}" for field, op in silent))
        broken(f"the fake vendor's sessions cannot show these filters: {names}")


def _push_some(rig: Rig, conditions: Sequence[Condition]) -> None:
    """Check that every declared filter is sent for some value at least."""
    pushed = {(c.field, c.op) for condition in conditions for c in rig.plan(condition).pushed}
    silent = rig.adapter.abilities().filters.keys() - pushed
    names = ", ".join(sorted(f"{field.value} {op.value}" for field, op in silent))
    holds(not silent, f"declared, but never pushed: {names}")


async def _check(rig: Rig, conditions: Sequence[Condition], everything: Sequence[Session]) -> None:
    plan = rig.plan(*conditions, page_size=_A_PAGE)
    got = await rig.stream(plan)
    known = {session.native_id: session for session in everything}
    strange = [session.native_id for session in got if session.native_id not in known]
    holds(not strange, f"{conditions} brings what nothing brings without it: {strange}")
    wanted = {s.native_id for s in everything if matches(s, plan.pushed)}
    lost = wanted - {session.native_id for session in got}
    holds(not lost, f"{conditions} loses what matches: {sorted(lost)}")
    changed = [s for s in got if s.native_id in wanted and s != known[s.native_id]]
    holds(not changed, f"{conditions} changes the sessions it brings: {changed[:1]}")
    if all(how is Support.EXACT for how in plan.pushed.values()):
        others = [session.native_id for session in got if session.native_id not in wanted]
        holds(not others, f"{conditions} is declared exact, but brings others: {others}")


async def _asked(rig: Rig, conditions: Sequence[Condition]) -> list[Heard]:
    begun = len(rig.tap.heard)
    await rig.pages(rig.plan(*conditions))
    return rig.tap.heard[begun:]


CHECKS = checks_of(Law.FILTERS, each, pairs, unsent)
