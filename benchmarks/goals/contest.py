"""Contestants under the same load, by turns: what an answer costs each, and how long it takes."""

import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import median

import msgspec
from load import Load
from servers import Server, fetched, python

from goals.findings import Scale, Table

_WARM_UP_REQUESTS = 30
_WARM_UP_CLIENTS = 4
_PATIENCE_SECONDS = 60


@dataclass(frozen=True)
class Question:
    """What is asked of a server, and the answer's rows."""

    path: str
    rows: int = 100
    headers: Sequence[str] = ()


@dataclass(frozen=True)
class Pressure:
    """How much is sent: so many at most, for so long at most, closed or at a steady pace."""

    clients: int
    requests: int
    seconds: float
    per_second: float | None = None
    may_refuse: bool = False

    def arguments(self) -> Sequence[str]:
        """Say it as the load is told."""
        return (
            f"--connections={self.clients}",
            f"--requests={self.requests}",
            f"--seconds={self.seconds}",
            *([f"--per-second={self.per_second}"] if self.per_second else []),
            *(["--may-refuse"] if self.may_refuse else []),
        )


@dataclass(frozen=True)
class Round:
    """What was measured of one contestant in one round."""

    cpu_ms: float
    asked: float
    load: Load


@dataclass
class Contestant:
    """A server, what it is asked, and what came of it, round by round."""

    name: str
    server: Server
    question: Question
    rounds: list[Round] = field(default_factory=list)

    @property
    def cpu_ms(self) -> list[float]:
        """Give the CPU time of an answer in each round."""
        return [each.cpu_ms for each in self.rounds]

    @property
    def median_cpu_ms(self) -> float:
        """Give the median CPU time of an answer."""
        return median(self.cpu_ms)

    @property
    def p50_ms(self) -> float:
        """Give the median time of an answer."""
        return median(each.load.p50_ms for each in self.rounds)


@dataclass(frozen=True)
class Contest:
    """Contestants under one load; the others are compared with the first."""

    title: str
    clients: int
    contestants: Sequence[Contestant]

    def hold(self, upstreams: Server, scale: Scale, rounds: int) -> None:
        """Measure all of them by turns, so that whatever else the machine does meets all."""
        for _ in range(rounds):
            for contestant in self.contestants:
                contestant.rounds.append(_measured(contestant, upstreams, self.clients, scale))

    def ratio(self, name: str, over: str) -> float:
        """Give how many times cheaper an answer of the one is than the other's."""
        return median(_ratios(self.named(name), self.named(over)))

    def table(self) -> Table:
        """Show all that was measured."""
        rows = [self._row(contestant) for contestant in self.contestants]
        return Table(self.title, _HEADINGS, rows)

    def named(self, name: str) -> Contestant:
        """Find a contestant."""
        return next(each for each in self.contestants if each.name == name)

    def _row(self, contestant: Contestant) -> Sequence[str]:
        ratios = _ratios(contestant, self.contestants[0])
        return (
            contestant.name,
            f"{contestant.median_cpu_ms:.2f}",
            f"{min(contestant.cpu_ms):.2f} to {max(contestant.cpu_ms):.2f}",
            f"{median(ratios):.2f}",
            f"{min(ratios):.2f} to {max(ratios):.2f}",
            f"{median(each.asked for each in contestant.rounds):.2f}",
            f"{contestant.p50_ms:.1f}",
            f"{contestant.server.resident_mb():.0f}",
        )


_HEADINGS = ("", "CPU ms an answer", "spread", "ratio", "spread", "asked", "p50 ms", "RSS MB")


def warm_up(contestants: Sequence[Contestant], scale: Scale) -> None:
    """Have each answer for a while before anything is measured."""
    for contestant in contestants:
        pressure = Pressure(_WARM_UP_CLIENTS, _WARM_UP_REQUESTS, scale.seconds)
        loaded(contestant.server, contestant.question, pressure)


def _ratios(contestant: Contestant, other: Contestant) -> list[float]:
    # Of each round on its own: what slows the machine in a round slows both.
    return [theirs / own for theirs, own in zip(other.cpu_ms, contestant.cpu_ms, strict=True)]


def _measured(contestant: Contestant, upstreams: Server, clients: int, scale: Scale) -> Round:
    server = contestant.server
    asked, cpu = fetched(f"{upstreams.address}/asked"), server.cpu_seconds()
    pressure = Pressure(clients, scale.requests, scale.seconds)
    load = loaded(server, contestant.question, pressure)
    cpu = server.cpu_seconds() - cpu
    asked = fetched(f"{upstreams.address}/asked") - asked
    return Round(cpu / load.requests * 1000, asked / load.requests, load)


def loaded(server: Server, question: Question, pressure: Pressure) -> Load:
    """Send load from a process of its own, so that only the server's work is counted."""
    command = python(
        "load.py",
        server.address + question.path,
        f"--rows={question.rows}",
        *(f"--header={header}" for header in question.headers),
        *pressure.arguments(),
    )
    patience = pressure.seconds + _PATIENCE_SECONDS
    done = subprocess.run(  # noqa: S603  # our own script
        command, stdout=subprocess.PIPE, timeout=patience, check=False, process_group=0
    )
    if done.returncode:
        sys.exit(f"the load on {server.address} ended with {done.returncode}")
    return msgspec.json.decode(done.stdout, type=Load)
