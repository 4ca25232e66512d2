"""The thirteen laws, and the checks that each is made of."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NoReturn

from gateway.conformance.harness import Harness


class Law(StrEnum):
    """What every adapter has to hold to, whatever its vendor."""

    SHAPE = "L1"
    FILTERS = "L2"
    ORDER = "L3"
    PAGING = "L4"
    RESUMING = "L5"
    NORMALISING = "L6"
    FAILING = "L7"
    LEAVING = "L8"
    BUDGET = "L9"
    SECRECY = "L10"
    WRITING = "L11"
    AGREEING = "L12"
    NEWS = "L13"


class LawBroken(AssertionError):  # it is a finding, as an assertion is
    """An adapter does not hold to a law, or its fake vendor cannot show whether it does."""


def broken(what: str) -> NoReturn:
    """Say how a law is broken."""
    raise LawBroken(what)


def holds(is_so: object, what: str) -> None:
    """Say how a law is broken, unless it holds."""
    if not is_so:
        broken(what)


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that is looked at: ``name`` is the law and a word, as ``L4.sizes``."""

    name: str
    promise: str
    run: Callable[[Harness], Awaitable[None]]

    @property
    def law(self) -> Law:
        """Give the law that it is part of."""
        return Law(self.name.partition(".")[0])

    def __str__(self) -> str:
        """Name it."""
        return self.name


def checks_of(law: Law, *runs: Callable[[Harness], Awaitable[None]]) -> Sequence[Check]:
    """Make the checks of a law: each is named by its function, and promises its first line."""
    return [
        Check(f"{law.value}.{run.__name__}", (run.__doc__ or "").partition("\n")[0], run)
        for run in runs
    ]
