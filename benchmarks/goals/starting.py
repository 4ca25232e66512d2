"""From the command to the first ready answer, with ten backends."""

import tempfile
from contextlib import ExitStack
from pathlib import Path
from statistics import median

from grounds import Grounds
from reliability.starting import dead_addresses, ready_seconds
from workload import OPTIONS

from goals.findings import Findings, Scale, Table, at_most

_GOAL_SECONDS = 1.0
_BACKENDS = 10


def measure(grounds: Grounds, scale: Scale) -> Findings:
    """Start it over vendors that are up, and over vendors that are down, by turns."""
    host = grounds.upstreams().address.removeprefix("http://")
    adapters = list(OPTIONS)
    up = [f"{host}/{adapters[number % len(adapters)]}" for number in range(_BACKENDS)]
    taken: dict[str, list[float]] = {"up": [], "down": []}
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="sessions-")))
        addresses = {"up": up, "down": dead_addresses(stack)}
        for _ in range(scale.rounds):
            for state, where in addresses.items():
                taken[state].append(ready_seconds(folder, where))
    what = f"start to ready, {_BACKENDS} backends, all"
    return Findings(
        [
            at_most(f"{what} {state}", median(seconds), _GOAL_SECONDS, "s")
            for state, seconds in taken.items()
        ],
        [
            Table(
                f"Start to ready, {_BACKENDS} backends",
                ("all", "median s", "spread"),
                [
                    (state, f"{median(each):.2f}", f"{min(each):.2f} to {max(each):.2f}")
                    for state, each in taken.items()
                ],
                "Of those that are down, half take no connection and half refuse it.",
            )
        ],
    )
