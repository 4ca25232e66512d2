"""A page of what is kept, beside a prebuilt one from the same server library."""

from dataclasses import replace

from grounds import Grounds
from servers import python
from workload import QUERIES, QUERY

from goals import rivals
from goals.contest import Contest, Contestant, Question, warm_up
from goals.findings import Findings, Scale, at_most
from goals.live import CEILING, CLIENTS

_GOAL = 1.5
_TTL_SECONDS = 3600
_MANY = 20
"""Times as many requests as elsewhere: of so short answers 400 are told apart from no others."""
_REPEAT = "gateway: the same bytes again"
_ANEW = ("Cache-Control: max-age=86400",)
"""Who asks for nothing older than a day gets a page that is made anew of what is kept."""


def measure(grounds: Grounds, scale: Scale) -> Findings:
    """Measure repeats, pages made anew, and questions that were never asked before."""
    upstreams = grounds.upstreams()
    baseline = grounds.start("baseline", python("baseline.py", upstreams.address))
    gateway = grounds.serve(upstreams, ttl_seconds=_TTL_SECONDS)
    rivals.check_rows(baseline, gateway)
    anew = Question(QUERY, headers=_ANEW)
    contestants = [
        Contestant(CEILING, baseline, Question("/prebuilt")),
        Contestant(_REPEAT, gateway, Question(QUERY)),
        Contestant("gateway: the same page made anew", gateway, anew),
        Contestant("gateway: different questions", gateway, Question(QUERIES)),
    ]
    warm_up(contestants, scale)
    contest = Contest(f"Kept, {CLIENTS} connections", CLIENTS, contestants)
    contest.hold(upstreams, replace(scale, requests=_MANY * scale.requests), scale.rounds)
    what = "kept answer, CPU: the gateway's over a prebuilt page's"
    return Findings([at_most(what, contest.ratio(CEILING, _REPEAT), _GOAL)], [contest.table()])
