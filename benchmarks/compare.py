"""The gateway beside one written by hand: what an answer costs each, measured in one run.

    make bench        (or: python benchmarks/compare.py --rounds 5 --requests 300)

The measured servers take turns, so that whatever else the machine does meets all of them. What
counts is the ratio of two figures of one run: a figure alone is of one machine and one moment.
"""

import argparse
import signal
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

import msgspec
from load import Load
from servers import Server, fetched, python, running, session_gateway
from workload import QUERY, write_configuration

_CLIENTS = 16
_WARM_UP_REQUESTS = 50
_SECONDS = 90.0
"""What all measurements together may take, beside the starts of their processes."""


@dataclass
class Contestant:
    """A server under one path, and what was measured of it: a figure a round."""

    name: str
    server: Server
    path: str = QUERY
    cpu_ms: list[float] = field(default_factory=list)
    asked: list[float] = field(default_factory=list)
    p50_ms: list[float] = field(default_factory=list)


@dataclass(frozen=True)
class Contest:
    """Contestants under the same load; the first is the one the others are compared with."""

    title: str
    clients: int
    contestants: Sequence[Contestant]


@dataclass(frozen=True)
class Bounds:
    """How much load each contestant gets in a round: whichever bound is met first."""

    requests: int
    seconds: float


def main() -> None:
    """Start everything, measure, print, and leave nothing behind."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--requests", type=int, default=300, help="at most, to each in a round")
    parser.add_argument("--delay-ms", type=float, default=0.0, help="of every upstream")
    asked = parser.parse_args()
    # As for Ctrl-C, the way out leads through every block that ends a process.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("stopped"))
    try:
        with ExitStack() as stack:
            upstreams, contests = _started(stack, asked.delay_ms)
            _measure_all(contests, upstreams, asked.rounds, asked.requests)
            for contest in contests:
                _print(contest)
    except KeyboardInterrupt:
        sys.exit("interrupted")


def _started(stack: ExitStack, delay_ms: float) -> tuple[Server, list[Contest]]:
    """Start all servers; they end with the stack."""
    folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="session-gateway-")))

    def start(name: str, command: Sequence[str]) -> Server:
        server = stack.enter_context(running(command, folder / f"{name}.log"))
        ready = f"ready in {server.ready_seconds:.1f} s"
        print(f"{name:14} {server.address:24} process {server.pid}, {ready}", flush=True)
        return server

    def start_gateway(name: str, ttl_seconds: int) -> Server:
        file = folder / f"{name}.yaml"
        write_configuration(file, upstreams.address, ttl_seconds=ttl_seconds)
        return start(name, session_gateway(file))

    upstreams = start("upstreams", python("upstreams.py", "--delay-ms", str(delay_ms)))
    baseline = start("baseline", python("baseline.py", upstreams.address))
    live, kept = start_gateway("gateway", 0), start_gateway("gateway-kept", 15)
    _check_rows(baseline, live, kept)
    return upstreams, _contests(baseline, live, kept)


def _check_rows(first: Server, *others: Server) -> None:
    """Compare answers: unless they hold the same rows, comparing their costs means nothing."""
    rows = fetched(first.address + QUERY)["data"]
    for other in others:
        if fetched(other.address + QUERY)["data"] != rows:
            sys.exit(f"{other.address} answers with other rows than {first.address}")


def _contests(baseline: Server, live: Server, kept: Server) -> list[Contest]:
    return [
        Contest(
            "Live, one client: every answer asks all five upstreams",
            1,
            [Contestant("baseline", baseline), Contestant("gateway", live)],
        ),
        Contest(
            f"Live, {_CLIENTS} clients with the same question: the gateway shares what is fetched",
            _CLIENTS,
            [Contestant("baseline", baseline), Contestant("gateway", live)],
        ),
        Contest(
            f"Kept, {_CLIENTS} clients: the gateway keeps whole listings for 15 s, its default",
            _CLIENTS,
            [
                Contestant("baseline", baseline),
                Contestant("gateway", kept),
                Contestant("prebuilt bytes", baseline, "/prebuilt"),
            ],
        ),
    ]


def _measure_all(contests: list[Contest], upstreams: Server, rounds: int, requests: int) -> None:
    count = rounds * sum(len(contest.contestants) for contest in contests)
    bounds = Bounds(requests, _SECONDS / count)
    print(f"\nMeasuring {count} times, {bounds.seconds:.1f} s each at most", flush=True)
    for _ in range(rounds):
        for contest in contests:
            for contestant in contest.contestants:
                _measure(contestant, upstreams, contest.clients, bounds)


def _measure(contestant: Contestant, upstreams: Server, clients: int, bounds: Bounds) -> None:
    if not contestant.cpu_ms:
        warm_up = Bounds(min(_WARM_UP_REQUESTS, bounds.requests), bounds.seconds)
        _loaded(contestant, clients, warm_up)
    asked, cpu = fetched(f"{upstreams.address}/asked"), contestant.server.cpu_seconds()
    load = _loaded(contestant, clients, bounds)
    cpu = contestant.server.cpu_seconds() - cpu
    asked = fetched(f"{upstreams.address}/asked") - asked
    contestant.cpu_ms.append(cpu / load.requests * 1000)
    contestant.asked.append(asked / load.requests)
    contestant.p50_ms.append(load.p50_ms)


def _loaded(contestant: Contestant, clients: int, bounds: Bounds) -> Load:
    """Send load from a process of its own, so that only the server's work is counted."""
    command = python(
        "load.py",
        contestant.server.address + contestant.path,
        f"--connections={clients}",
        f"--requests={bounds.requests}",
        f"--seconds={bounds.seconds}",
    )
    done = subprocess.run(  # noqa: S603  # our own script
        command, stdout=subprocess.PIPE, timeout=bounds.seconds + 60, check=False, process_group=0
    )
    if done.returncode:
        sys.exit(f"the load on {contestant.name} ended with {done.returncode}")
    return msgspec.json.decode(done.stdout, type=Load)


_HEADINGS = ("CPU ms/answer", "spread", "ratio", "asked", "p50 ms", "RSS MB")
_WIDTHS = (14, 17, 8, 8, 9, 8)


def _print(contest: Contest) -> None:
    """Print a table. A ratio over 1 says how many times cheaper an answer is than the first's."""
    print(f"\n{contest.title}\n\n{'':15}{_columns(_HEADINGS)}")
    for contestant in contest.contestants:
        figures = _figures(contestant, contest.contestants[0])
        print(f"{contestant.name:15}{_columns(figures)}")


def _figures(contestant: Contestant, first: Contestant) -> tuple[str, ...]:
    # Of each round on its own: what slows the machine in a round slows both.
    ratios = [theirs / own for theirs, own in zip(first.cpu_ms, contestant.cpu_ms, strict=True)]
    return (
        f"{median(contestant.cpu_ms):.2f}",
        f"{min(contestant.cpu_ms):.2f} to {max(contestant.cpu_ms):.2f}",
        f"{median(ratios):.2f}x",
        f"{median(contestant.asked):.2f}",
        f"{median(contestant.p50_ms):.1f}",
        f"{contestant.server.resident_mb():.0f}",
    )


def _columns(cells: Sequence[str]) -> str:
    return "".join(f"{cell:>{width}}" for cell, width in zip(cells, _WIDTHS, strict=True))


if __name__ == "__main__":
    main()
