"""Putting an adapter to the laws, and what is found."""

import asyncio
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum

from gateway.conformance.harness import Harness
from gateway.conformance.law import Check, Law, LawBroken
from gateway.conformance.laws import CHECKS

_MOST_SECONDS = 300.0


class Verdict(StrEnum):
    """How a check came out."""

    HOLDS = "holds"
    BROKEN = "broken"
    EXCUSED = "excused"


@dataclass(frozen=True, slots=True)
class Finding:
    """One check of one adapter: why it is broken, or the reason it is excused for."""

    check: Check
    verdict: Verdict
    reason: str = ""


def check_excuses(harness: Harness) -> None:
    """Refuse an excuse for what there is no check of; raise ``ValueError``."""
    known = [check.name for check in CHECKS]
    unknown = sorted(harness.excused.keys() - {*known})
    if unknown:
        raise ValueError(f"no such check: {', '.join(unknown)}; there are: {', '.join(known)}")
    if not all(harness.excused.values()):
        raise ValueError("every excuse needs a reason")


async def judge(harness: Harness, check: Check) -> Finding:
    """Carry out one check."""
    excuse = harness.excused.get(check.name)
    flaw = await _flaw(harness, check)
    if excuse is None:
        return Finding(check, Verdict.HOLDS) if flaw is None else _broken(check, flaw)
    if flaw is None:
        return _broken(check, f"needs no excuse, for it holds; its excuse is: {excuse}")
    return Finding(check, Verdict.EXCUSED, f"{excuse} (found: {flaw})")


async def examine(harness: Harness, laws: Collection[Law] = tuple(Law)) -> Sequence[Finding]:
    """Carry out every check of these laws."""
    check_excuses(harness)
    return [await judge(harness, check) for check in CHECKS if check.law in laws]


async def _flaw(harness: Harness, check: Check) -> str | None:
    try:
        async with asyncio.timeout(_MOST_SECONDS):
            await check.run(harness)
    except LawBroken as flaw:
        return str(flaw)
    except TimeoutError:
        return f"no end after {_MOST_SECONDS:.0f} s"
    except Exception as error:  # noqa: BLE001  # whatever an adapter may raise
        return f"{type(error).__name__}: {error}"
    return None


def _broken(check: Check, reason: str) -> Finding:
    return Finding(check, Verdict.BROKEN, reason)
