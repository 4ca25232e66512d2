"""For how long the loop is held at most where lists are long.

    PYTHONPATH=.:benchmarks python -m reliability.holding [--rows 100000]

Five vendors with so many sessions each are asked all that makes the gateway go through them. What
is told is the time that the loop's thread worked without a turn for others, the collector of
garbage among it: what the system gave to other processes meanwhile is left out.
"""

import argparse
import asyncio
import tempfile
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from servers import fetched, python, running
from standing_gateway import Reach, Terms, settings_of

from gateway.app.allocation import give_back_large_blocks
from gateway.app.garbage import spare_what_lasts
from gateway.app.listening import url_of
from gateway.cli.serve import started
from gateway.spi.registry import simulator_names
from tests.soak.gateway import Lateness

_GOAL_MS = 50
_PATIENCE_SECONDS = 600.0
_LINES, _TABLE = "application/x-ndjson", "text/csv"
_QUESTIONS = (
    ("sessions?", ""),
    ("sessions?sort=-user&limit=500&", ""),
    ("sessions?q=nobody&", ""),
    ("sessions?status=active&count=exact&", ""),
    ("sessions/summary?by=status&", ""),
    ("sessions?", _LINES),
    ("sessions?", _TABLE),
)


def main() -> None:
    """Ask, and print a line for each question."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000)
    rows = parser.parse_args().rows
    give_back_large_blocks()
    spare_what_lasts()
    with _vendors(rows) as vendors:
        asyncio.run(_measured(vendors))


@contextmanager
def _vendors(rows: int) -> Iterator[dict[str, Reach]]:
    """Run a simulator of every vendor."""
    with tempfile.TemporaryDirectory(prefix="session-gateway-") as folder, ExitStack() as stack:
        reached = {}
        for name in simulator_names():
            command = python("simulator.py", name, "--rows", str(rows))
            server = stack.enter_context(running(command, Path(folder) / f"{name}.log"))
            told = fetched(f"{server.address}/reach")
            reached[name.replace("_", "-")] = Reach(told["adapter"], told["options"])
        yield reached


async def _measured(vendors: dict[str, Reach]) -> None:
    terms = Terms(
        vendors, deadline_s=_PATIENCE_SECONDS / 10, timeout_s=_PATIENCE_SECONDS / 10, ttl_s=3600
    )
    runner = await started(settings_of(terms))
    address = url_of(runner.addresses[0])
    lateness = Lateness()
    threading.Thread(target=lateness.watch, daemon=True).start()
    ticking = asyncio.create_task(lateness.tick())
    worst = 0.0
    for which in (*(f"backend={name}" for name in vendors), ""):
        for question, accept in _QUESTIONS:
            asked = f"{question}{which}".rstrip("?&")
            lateness.taken()
            status = await asyncio.to_thread(_ask, f"{address}/v1/{asked}", accept or "*/*")
            held, where = lateness.taken()
            worst = max(worst, held)
            print(f"{held * 1000:8.0f}  {status} {asked} {accept}", flush=True)
            if held * 1000 > _GOAL_MS:
                print(f"{'':10}{where}")
    print(f"held for {worst * 1000:.0f} ms at worst, goal {_GOAL_MS}")
    ticking.cancel()
    await runner.cleanup()


def _ask(url: str, accept: str) -> int:
    """Read an answer to its end, beside the loop; give its status."""
    asked = urllib.request.Request(url, headers={"Accept": accept})  # noqa: S310  # our own server
    try:
        with urllib.request.urlopen(asked, timeout=_PATIENCE_SECONDS) as answer:  # noqa: S310  # likewise
            while answer.read(1024 * 1024):
                pass
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code


if __name__ == "__main__":
    main()
