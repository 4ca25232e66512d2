"""Where the time of a live answer goes: the shares of CPU by package, and by function.

    python benchmarks/shares.py [--kept | --rewritten]

The gateway runs in this process, and a timer of its CPU looks every millisecond where it is. What
a library does is counted to whoever of ours called it, else to the loop and its sockets.
"""

import argparse
import asyncio
import logging
import os
import signal
import sys
from asyncio.subprocess import DEVNULL
from collections import Counter
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from types import FrameType

from grounds import Grounds
from servers import fetched, python
from workload import QUERIES, QUERY, SECRET, write_configuration

from gateway.app.garbage import spare_what_lasts
from gateway.app.listening import url_of
from gateway.cli.serve import started
from gateway.config.load import load

_PROJECT = f"{Path(__file__).parents[1]}/"
_TICK_SECONDS = 0.001
_MOST_FUNCTIONS = 25
_LOOP = "loop, sockets, server"


_OURS = {"gateway": 2, "adapters": 1}
"""The folders that count, and to which depth they are told apart."""


class Samples:
    """How often which code was met."""

    def __init__(self) -> None:
        self.packages: Counter[str] = Counter()
        self.functions: Counter[str] = Counter()

    def take(self, _signal: int, frame: FrameType | None) -> None:
        """Look where the process is."""
        while frame is not None:
            code = frame.f_code
            inner = code.co_filename.removeprefix(_PROJECT).split("/")
            if inner[0] in _OURS:
                self.packages["/".join(inner[: _OURS[inner[0]]])] += 1
                self.functions[f"{code.co_qualname} ({'/'.join(inner)})"] += 1
                return
            frame = frame.f_back
        self.packages[_LOOP] += 1


async def _measured(
    grounds: Grounds, file: Path, *, is_kept: bool, is_rewritten: bool, requests: int
) -> Samples:
    upstreams = grounds.upstreams()
    if is_rewritten:
        fetched(f"{upstreams.address}/rewritten?is=1")
    write_configuration(file, upstreams.address, ttl_seconds=3600 if is_kept else 0)
    runner = await started(load(file))
    spare_what_lasts()
    url = url_of(runner.addresses[0]) + (QUERIES if is_kept else QUERY)
    await _load(url, 50)
    samples = Samples()
    signal.signal(signal.SIGPROF, samples.take)
    signal.setitimer(signal.ITIMER_PROF, _TICK_SECONDS, _TICK_SECONDS)
    await _load(url, requests)
    signal.setitimer(signal.ITIMER_PROF, 0)
    await runner.cleanup()
    return samples


async def _load(url: str, requests: int) -> None:
    command = python("load.py", url, "--connections=1", f"--requests={requests}", "--seconds=60")
    process = await asyncio.create_subprocess_exec(*command, stdout=DEVNULL)
    if await process.wait():
        sys.exit("the load ended early")


def _shares(counts: Counter[str]) -> list[tuple[str, str]]:
    total = counts.total()
    return [(name, f"{100 * count / total:.1f} %") for name, count in counts.most_common()]


def main() -> None:
    """Measure, and print both tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    kinds = parser.add_mutually_exclusive_group()
    kinds.add_argument("--kept", action="store_true", help="different questions to what is kept")
    kinds.add_argument("--rewritten", action="store_true", help="every record is a new one")
    parser.add_argument("--requests", type=int, default=1500)
    asked = parser.parse_args()
    logging.disable()
    os.environ[SECRET] = "a made-up secret"
    with ExitStack() as stack:
        file = Path(stack.enter_context(TemporaryDirectory())) / "gateway.yaml"
        measuring = _measured(
            Grounds(stack),
            file,
            is_kept=asked.kept,
            is_rewritten=asked.rewritten,
            requests=asked.requests,
        )
        samples = asyncio.run(measuring)
    for counts, most in ((samples.packages, None), (samples.functions, _MOST_FUNCTIONS)):
        print("".join(f"{share:>8}  {name}\n" for name, share in _shares(counts)[:most]))


if __name__ == "__main__":
    main()
