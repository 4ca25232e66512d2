"""The tables of walks, as they stand in the documents."""

from collections.abc import Iterable, Mapping, Sequence

from answers import Count
from costs import Cost
from streams import Passed


def cost_table(title: str, walked: Mapping[str, Sequence[Cost]]) -> str:
    """Show the pages that were looked at alone, and the sum of a walk where there was one."""
    shown = [cost.turn.number for cost in next(iter(walked.values())) if cost.least]
    pages = " / ".join(str(number) for number in shown)
    rows = [_cost_row(name, costs) for name, costs in walked.items()]
    headings = ("", "requests", "expected", "lower bound", "walk so far")
    return f"\n{title}, pages {pages}:\n\n{_table(headings, rows)}"


def memory_table(costs: Sequence[Cost], passed: Sequence[Passed]) -> str:
    """Show memory along a walk, and along a stream behind it."""
    rows = [_memory_row(f"page {c.turn.number}", c.resident_mb, c.peak_mb) for c in costs]
    rows += [
        _memory_row(f"{each.percent} % of a stream, {each.sessions} sessions", *_of(each))
        for each in passed
    ]
    return f"\nMemory of the gateway:\n\n{_table(('after', 'RSS MB', 'peak MB'), rows)}"


def _cost_row(name: str, costs: Sequence[Cost]) -> tuple[str, ...]:
    shown = [cost for cost in costs if cost.least]
    # Pages that were visited alone are no walk.
    is_walk = [cost.turn.number for cost in costs] == list(range(1, len(costs) + 1))
    so_far = [sum(each.requests for each in costs[: cost.turn.number]) for cost in shown]
    return (
        name,
        _slashed(cost.requests for cost in shown),
        _slashed(_sum(cost.expected.values()) for cost in shown),
        _slashed(sum(cost.least.values()) for cost in shown),
        _slashed(so_far) if is_walk else "-",
    )


def _sum(counts: Iterable[Count]) -> Count:
    counts = list(counts)
    is_sure = all(count.relation == "eq" for count in counts)
    return Count(sum(count.value for count in counts), "eq" if is_sure else "gte")


def _slashed(figures: Iterable[object]) -> str:
    return " / ".join(str(figure) for figure in figures)


def _memory_row(after: str, resident_mb: float, peak_mb: float) -> tuple[str, ...]:
    return (after, f"{resident_mb:.0f}", f"{peak_mb:.0f}")


def _of(passed: Passed) -> tuple[float, float]:
    return passed.resident_mb, passed.peak_mb


def _table(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    ruler = ["---", *("---:" for _ in headings[1:])]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in (headings, ruler, *rows))
