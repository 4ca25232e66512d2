"""Two workers beside one: answers a second, on cores that the load and the upstreams share."""

from dataclasses import dataclass
from statistics import median

from grounds import Grounds
from servers import Server
from workload import QUERIES

from goals.contest import Pressure, Question, loaded
from goals.findings import Findings, Scale, Table, at_least

_GOAL = 1.8
_CLIENTS = 32
_CORES = 2
_QUESTION = Question(QUERIES)


@dataclass(frozen=True)
class Pace:
    """Answers a second, and the CPU time that one took: of the gateway, and of all."""

    a_second: float
    gateway_ms: float
    all_ms: float

    @property
    def possible(self) -> float:
        """Give how many times as many answers all cores together could give."""
        busiest_ms = max(self.gateway_ms, self.all_ms / _CORES)
        return busiest_ms / (self.all_ms / _CORES)


def measure(grounds: Grounds, scale: Scale) -> Findings:
    """Measure live answers, and such as are made of what is kept."""
    upstreams = grounds.upstreams()
    kinds = {"live": 0, "kept, different questions": 3600}
    found = {kind: _paces(grounds, upstreams, scale, ttl) for kind, ttl in kinds.items()}
    rows = [_row(kind, *paces) for kind, paces in found.items()]
    one, two = found["kept, different questions"]
    reached = median(b.a_second / a.a_second for a, b in zip(one, two, strict=True))
    possible = median(pace.possible for pace in one)
    evenness = median(a.gateway_ms / b.gateway_ms for a, b in zip(one, two, strict=True))
    what = f"answers a second, two workers over one (at most {possible:.2f} here)"
    headings = (
        *("", "one: a second", "two: a second", "ratio", "most that is possible"),
        *("CPU ms an answer: one", "two"),
    )
    return Findings(
        [
            at_least(what, reached, _GOAL),
            at_least("the same, answers a second of their CPU", evenness, _GOAL / _CORES),
        ],
        [
            Table(
                "Two workers beside one, 32 connections",
                headings,
                rows,
                "The load and the upstreams take CPU of the same two cores: *most that is possible*"
                " is what is left for a second worker, if nothing were lost."
                " A second of the workers' own CPU should bear as many answers as one's.",
            )
        ],
    )


def _paces(
    grounds: Grounds, upstreams: Server, scale: Scale, ttl_seconds: int
) -> tuple[list[Pace], list[Pace]]:
    one: list[Pace] = []
    two: list[Pace] = []
    with (
        grounds.served(upstreams, ttl_seconds=ttl_seconds) as alone,
        grounds.served(upstreams, ttl_seconds=ttl_seconds, workers=2) as both,
    ):
        for server in (alone, both):
            loaded(server, _QUESTION, _pressure(scale))
        for _ in range(scale.rounds):
            one.append(_pace(alone, upstreams, scale))
            two.append(_pace(both, upstreams, scale))
    return one, two


def _pace(server: Server, upstreams: Server, scale: Scale) -> Pace:
    before = server.family_cpu_seconds(), upstreams.cpu_seconds()
    load = loaded(server, _QUESTION, _pressure(scale))
    gateway = server.family_cpu_seconds() - before[0]
    others = upstreams.cpu_seconds() - before[1] + load.cpu_seconds
    an_answer = 1000 / load.requests
    return Pace(load.requests / load.seconds, gateway * an_answer, (gateway + others) * an_answer)


def _pressure(scale: Scale) -> Pressure:
    return Pressure(_CLIENTS, 10 * scale.requests, 2 * scale.seconds, may_refuse=True)


def _row(kind: str, one: list[Pace], two: list[Pace]) -> tuple[str, ...]:
    ratios = [b.a_second / a.a_second for a, b in zip(one, two, strict=True)]
    return (
        kind,
        f"{median(pace.a_second for pace in one):.0f}",
        f"{median(pace.a_second for pace in two):.0f}",
        f"{median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f})",
        f"{median(pace.possible for pace in one):.2f}",
        f"{median(pace.gateway_ms for pace in one):.2f}",
        f"{median(pace.gateway_ms for pace in two):.2f}",
    )
