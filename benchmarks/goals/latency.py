"""How much later than its slowest upstream an answer comes."""

from statistics import median

from grounds import Grounds
from servers import Server, fetched, python
from workload import QUERIES

from goals import rivals
from goals.contest import Contest, Contestant, Pressure, Question, loaded, warm_up
from goals.findings import Findings, Scale, Table, at_most

_DELAY_MS = 20
_P50_MS, _P99_MS = 3.0, 10.0
_MANY = 16
_HALF_LOAD_SECONDS = 8
_GATEWAY = "gateway"
_UPSTREAM = "one upstream, asked directly"
_HEADINGS = ("", "peak, answers a second", "p50 ms", "p99 ms", "p99 ms added", "refused")


def measure(grounds: Grounds, scale: Scale) -> Findings:
    """Measure one client's median, and the 99th percentile at half of the peak."""
    upstreams = grounds.upstreams()
    baseline = grounds.start("baseline", python("baseline.py", upstreams.address))
    gateway = grounds.serve(upstreams)
    rivals.check_rows(baseline, gateway)
    fetched(f"{upstreams.address}/delayed?ms={_DELAY_MS}")
    fetched(f"{upstreams.address}/rewritten?is=1")
    contestants = [
        Contestant(_UPSTREAM, upstreams, Question("/digital_samba/sessions")),
        Contestant(rivals.BASELINE, baseline, Question(QUERIES)),
        Contestant(_GATEWAY, gateway, Question(QUERIES)),
    ]
    warm_up(contestants, scale)
    contest = Contest(f"One client, all upstreams {_DELAY_MS} ms", 1, contestants)
    contest.hold(upstreams, scale, scale.rounds)
    direct_ms = contestants[0].p50_ms
    halves = {each.name: _at_half(each.server, scale, direct_ms) for each in contestants[1:]}
    added_ms = contest.named(_GATEWAY).p50_ms - direct_ms
    return Findings(
        [
            at_most("latency added to the slowest upstream's, p50", added_ms, _P50_MS, "ms"),
            at_most("the same at half load, p99", halves[_GATEWAY][3], _P99_MS, "ms"),
        ],
        [
            _added(contest, direct_ms),
            Table(
                "At half of the peak, a steady pace of different questions",
                _HEADINGS,
                [(name, *(f"{figure:.1f}" for figure in half)) for name, half in halves.items()],
                "The peak is what the load, the upstreams and the server reach together on the"
                " cores they share.",
            ),
        ],
    )


def _added(contest: Contest, direct_ms: float) -> Table:
    rows = [
        (each.name, f"{each.p50_ms:.1f}", f"{each.p50_ms - direct_ms:.1f}")
        for each in contest.contestants
    ]
    return Table(contest.title, ("", "p50 ms", "added ms"), rows)


def _at_half(server: Server, scale: Scale, direct_ms: float) -> tuple[float, ...]:
    """Give the peak; at half of it the median and 99th percentile, and how many were refused."""
    question = Question(QUERIES)
    full = Pressure(_MANY, 10 * scale.requests, 2 * scale.seconds, may_refuse=True)
    peaks = [loaded(server, question, full) for _ in range(scale.few_rounds)]
    peak = median(load.requests / load.seconds for load in peaks)
    seconds = _HALF_LOAD_SECONDS if scale.rounds > 1 else 1
    pressure = Pressure(_MANY, int(peak * seconds), seconds, per_second=peak / 2, may_refuse=True)
    half = loaded(server, question, pressure)
    return peak, half.p50_ms, half.p99_ms, half.p99_ms - direct_ms, half.refused
