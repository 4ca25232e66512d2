"""What the vendors' own records cost, which ``include=raw`` sends along."""

from grounds import Grounds
from workload import QUERIES

from goals.contest import Contest, Contestant, Question, warm_up
from goals.findings import Findings, Scale, at_most
from goals.live import CLIENTS

_GOAL = 1.1
_WITHOUT, _WITH = "without", "with include=raw"


def measure(grounds: Grounds, scale: Scale) -> Findings:
    """Measure answers with and without them.

    Records are always kept, as slices of what the vendor sent: there is nothing to switch off. So
    this is more than keeping costs, as it is what sending them costs, too.
    """
    upstreams = grounds.upstreams()
    gateway = grounds.serve(upstreams)
    contestants = [
        Contestant(_WITHOUT, gateway, Question(QUERIES)),
        Contestant(_WITH, gateway, Question(f"{QUERIES}&include=raw")),
    ]
    warm_up(contestants, scale)
    contest = Contest("Live, the vendors' own records beside sessions", CLIENTS, contestants)
    contest.hold(upstreams, scale, scale.rounds)
    what = "vendors' records kept and sent, CPU: with over without (keeping alone is less)"
    return Findings([at_most(what, contest.ratio(_WITHOUT, _WITH), _GOAL)], [contest.table()])
