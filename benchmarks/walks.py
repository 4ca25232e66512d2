"""What a page costs the vendors, and what a long walk costs the gateway in memory.

    make walks        (or: python benchmarks/walks.py --rows 100000 --pages 100)

Simulators of all vendors stand still, each in a process of its own, and count what they are asked
for. Each page is explained just before it is asked for. If what was expected is contradicted by
what the simulators counted, or memory grows with the length of a stream, the exit status is 1.
"""

import argparse
import signal
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from answers import page_of
from costs import Asked, Cost, Vendor, visit, walk
from grounds import Grounds
from servers import Server
from streams import Passed, stream
from tables import cost_table, memory_table

from gateway.spi import PagingStyle
from gateway.spi.registry import load_adapter

_LIMIT = 50
_SLOW_MACHINE_SECONDS = 60.0
_LONG_TTL_SECONDS = 3600.0

_MOST_CALLS = 20

_NOISE_MB = 16
"""By so much memory may vary along a stream: 40 bytes for each session of the rest of it."""

_SHOWN_CONTRADICTIONS = 3
"""Of one walk: a wrong rule is wrong on many pages."""


@dataclass(frozen=True)
class Walked:
    """What one subject cost: with listings kept, and with nothing kept."""

    kept: Sequence[Cost]
    live: Sequence[Cost]


def main() -> None:
    """Start everything, measure, print, and leave nothing behind."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000, help="of each vendor")
    parser.add_argument("--pages", type=int, default=100, help="to walk")
    asked = parser.parse_args()
    # As for Ctrl-C, the way out leads through every block that ends a process.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("stopped"))
    try:
        with ExitStack() as stack:
            wrong = _measure_all(Grounds(stack), asked.rows, asked.pages)
    except KeyboardInterrupt:
        sys.exit("interrupted")
    if wrong:
        sys.exit("\n".join(wrong))


def _measure_all(grounds: Grounds, rows: int, pages: int) -> list[str]:
    """Measure and print; give what is wrong."""
    vendors = grounds.vendors(rows)
    looked_at = sorted({1, max(1, pages // 10), pages})
    subjects = {vendor.name: Asked([vendor], _LIMIT, looked_at) for vendor in vendors}
    walked = {name: _walked(grounds, subject) for name, subject in subjects.items()}
    everything = Asked(vendors, _LIMIT, looked_at)
    walked["together"] = _walked(grounds, everything)
    print(cost_table("Listings kept", {name: each.kept for name, each in walked.items()}))
    print(cost_table("Nothing kept", {name: each.live for name, each in walked.items()}))
    costs, passed = _remembered(grounds, everything, rows)
    print(memory_table(costs, passed))
    _wait_for_lists(grounds, vendors)
    return [*_contradictions(walked), *_growth(passed)]


def _walked(grounds: Grounds, asked: Asked) -> Walked:
    name = ", ".join(vendor.name for vendor in asked.vendors)
    with _patient_gateway(grounds, asked.vendors, ttl_s=_LONG_TTL_SECONDS) as gateway:
        kept = walk(gateway, asked)
    grounds.tell(f"{name}: walked")
    with _patient_gateway(grounds, asked.vendors, ttl_s=0) as gateway:
        if any(_lists_everything(vendor) for vendor in asked.vendors):
            turns = [cost.turn for cost in kept if cost.turn.number in asked.looked_at]
            live = visit(gateway, asked, turns)
        else:
            live = walk(gateway, asked)
    grounds.tell(f"{name}: asked with nothing kept")
    return Walked(kept, live)


@contextmanager
def _patient_gateway(
    grounds: Grounds, vendors: Sequence[Vendor], *, ttl_s: float
) -> Iterator[Server]:
    """Run one that has the time to fill a long listing within a call, whatever the machine."""
    seconds = _SLOW_MACHINE_SECONDS
    with grounds.gateway(vendors, deadline_s=seconds, timeout_s=seconds, ttl_s=ttl_s) as gateway:
        yield gateway


def _lists_everything(vendor: Vendor) -> bool:
    adapter_class = load_adapter(vendor.reach.adapter)
    adapter = adapter_class(adapter_class.options_model.model_validate(vendor.reach.options))
    return adapter.abilities().paging.style is PagingStyle.SINGLE


def _remembered(
    grounds: Grounds, asked: Asked, rows: int
) -> tuple[Sequence[Cost], Sequence[Passed]]:
    """Walk and then stream everything with one gateway, which keeps what it has listed."""
    with _patient_gateway(grounds, asked.vendors, ttl_s=_LONG_TTL_SECONDS) as gateway:
        costs = walk(gateway, asked)
        grounds.tell("walked once more, for memory")
        passed = stream(gateway, rows * len(asked.vendors))
    grounds.tell(f"streamed {passed[-1].sessions} sessions")
    return [cost for cost in costs if cost.turn.number in asked.looked_at], passed


def _wait_for_lists(grounds: Grounds, vendors: Sequence[Vendor]) -> None:
    """Ask for page 1 with every default, until it is complete."""
    print("\nPage 1 with every default:\n")
    with grounds.gateway(vendors) as gateway:
        for number in range(1, _MOST_CALLS + 1):
            begun = time.perf_counter()
            page = page_of(gateway.address, {"limit": _LIMIT})
            seconds = time.perf_counter() - begun
            reports = page.backends if page else {}
            told = ", ".join(f"{name} {report.brief()}" for name, report in reports.items())
            print(f"- call {number}, {seconds:.1f} s: {told or 'timeout'}", flush=True)
            if page is not None and page.complete:
                break


def _contradictions(walked: dict[str, Walked]) -> Iterator[str]:
    for name, each in walked.items():
        for setting, costs in (("kept", each.kept), ("nothing kept", each.live)):
            found = [wrong for cost in costs for wrong in cost.contradictions()]
            left = len(found) - _SHOWN_CONTRADICTIONS
            yield from (f"{name}, {setting}: {wrong}" for wrong in found[:_SHOWN_CONTRADICTIONS])
            if left > 0:
                yield f"{name}, {setting}: and {left} more"


def _growth(passed: Sequence[Passed]) -> Iterator[str]:
    first, last = passed[0], passed[-1]
    if last.peak_mb > first.peak_mb + _NOISE_MB:
        yield f"memory grew from {first.peak_mb:.0f} to {last.peak_mb:.0f} MB along the stream"


if __name__ == "__main__":
    main()
