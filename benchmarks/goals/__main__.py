"""Every goal beside what is reached: make bench, or ONLY=live of it, or QUICK=1 to try it.

A whole run takes some eight minutes on two cores, and writes a section of docs/performance.md.
"""

import argparse
import signal
import sys
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace

from grounds import Grounds

from goals import (
    cached,
    document,
    growth,
    latency,
    live,
    originals,
    records,
    remembering,
    scaling,
    sharing,
    starting,
    streaming,
    walking,
)
from goals.findings import QUICK, Findings, Scale

_PARTS: dict[str, Callable[[Grounds, Scale], Findings]] = {
    "live": live.measure,
    "latency": latency.measure,
    "cached": cached.measure,
    "walking": walking.measure,
    "streaming": streaming.measure,
    "remembering": remembering.measure,
    "starting": starting.measure,
    "scaling": scaling.measure,
    "sharing": sharing.measure,
    "originals": originals.measure,
    "records": records.measure,
    "growth": growth.measure,
}


def main() -> None:
    """Measure the parts that are named, or all, and print; leave no process behind."""
    parser = argparse.ArgumentParser(prog="goals", description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="PART", help=", ".join(_PARTS))
    parser.add_argument("--quick", action="store_true", help="as little as there can be")
    parser.add_argument("--no-install", action="store_true", help="without installed rivals")
    asked = parser.parse_args()
    if unknown := set(asked.parts) - _PARTS.keys():
        parser.error(f"no such part: {', '.join(sorted(unknown))}")
    # As for Ctrl-C, the way out leads through every block that ends a process.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("stopped"))
    scale = replace(QUICK if asked.quick else Scale(), with_installed=not asked.no_install)
    try:
        found = {part: _measured(part, scale) for part in asked.parts or _PARTS}
    except KeyboardInterrupt:
        sys.exit("interrupted")
    print(f"\n{document.summary(found)}")
    if not (asked.quick or asked.parts):
        document.write(found)


def _measured(part: str, scale: Scale) -> Findings:
    with ExitStack() as stack:
        grounds = Grounds(stack)
        findings = _PARTS[part](grounds, scale)
        grounds.tell(f"{part}: measured")
    print(document.details(part, findings), flush=True)
    return findings


if __name__ == "__main__":
    main()
