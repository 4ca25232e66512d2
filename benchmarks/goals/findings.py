"""What a part of the benchmark found: goals beside what was reached, tables, and curves."""

from collections.abc import Sequence
from dataclasses import dataclass

from goals.plots import Plot


@dataclass(frozen=True)
class Scale:
    """How much is measured."""

    rounds: int = 5
    few_rounds: int = 2
    """Where the same is measured again under other terms."""
    requests: int = 400
    """At most, to each contestant in a round."""
    seconds: float = 0.8
    """At most, for each contestant in a round."""
    rows: int = 20_000
    """Of each of five vendors, where sessions are kept: together 100,000."""
    pages: int = 100
    delays_ms: Sequence[str] = ("0", "20", "100", "0,25,50,75,100")
    backends: Sequence[int] = (1, 2, 5, 10, 20, 35, 50)
    listing_rows: Sequence[int] = (10, 100, 1_000, 10_000, 100_000)
    with_installed: bool = True
    """Whether rivals take part that have to be installed."""


QUICK = Scale(
    rounds=1,
    few_rounds=1,
    requests=20,
    seconds=1.0,
    rows=300,
    pages=10,
    delays_ms=("0",),
    backends=(1, 2, 5),
    listing_rows=(10, 100, 1_000),
)
"""As little as there can be, to see that everything works."""


@dataclass(frozen=True)
class Goal:
    """What is to be reached, and what was."""

    what: str
    wanted: str
    reached: str
    is_met: bool


@dataclass(frozen=True)
class Table:
    """Figures, and what is to be said of them."""

    title: str
    headings: Sequence[str]
    rows: Sequence[Sequence[str]]
    remark: str = ""


@dataclass(frozen=True)
class Findings:
    """All that a part found."""

    goals: Sequence[Goal]
    tables: Sequence[Table] = ()
    plots: Sequence[Plot] = ()


def at_least(what: str, reached: float, wanted: float, unit: str = "x") -> Goal:
    """Judge a figure that should be large."""
    told = f"at least {wanted:,g} {unit}"
    return Goal(what, told, f"{_told(reached)} {unit}", reached >= wanted)


def at_most(what: str, reached: float, wanted: float, unit: str = "x") -> Goal:
    """Judge a figure that should be small."""
    told = f"at most {wanted:,g} {unit}"
    return Goal(what, told, f"{_told(reached)} {unit}", reached <= wanted)


def _told(figure: float) -> str:
    return f"{figure:,.0f}" if abs(figure) >= 100 else f"{figure:.2f}"  # noqa: PLR2004  # digits
