"""Live: every answer asks all five upstreams, beside what others would write or pick."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from grounds import Grounds
from servers import Server, fetched
from workload import NAMES, QUERIES, QUERIES_APART, QUERY

from goals import rivals
from goals.contest import Contest, Contestant, Question, warm_up
from goals.findings import Findings, Goal, Scale, Table, at_least

GATEWAY = "gateway"
APART = "gateway: backends of its own for each connection"
CEILING = "ceiling: aiohttp, one prebuilt page"
CLIENTS = 16

_GOAL, _GOAL_NODE = 1.8, 1.2
_REMARK = (
    "*Asked* is how many pages the upstreams were asked for in each answer. The first ratio is how"
    " many times cheaper an answer is than the baseline's. The gateway shares what it reads, even"
    " among different questions. Where each connection asks backends of its own it can share"
    " nothing: the goals are of that.\n\nIn every answer of the upstreams each record is written in"
    " another way than in the ones before, so that nothing is known again; but for the contest"
    " that says *as before*: there they answer with the same records each time, as vendors do of"
    " whom little changes between two looks."
)


def measure(grounds: Grounds, scale: Scale) -> Findings:
    """Measure with one connection and with 16, whose questions differ or are the same."""
    upstreams = grounds.upstreams()
    found = rivals.started(grounds, upstreams, with_installed=scale.with_installed)
    servers = {**found.servers, GATEWAY: grounds.serve(upstreams)}
    apart = grounds.serve(upstreams, backends=CLIENTS * len(NAMES))
    rivals.check_rows(*servers.values())
    unshared = Contestant(APART, apart, Question(QUERIES_APART))
    warm_up([*_contestants(servers, QUERIES), unshared], scale)
    as_before = _contest_as_before(servers, unshared)
    as_before.hold(upstreams, scale, scale.rounds)
    grounds.tell(as_before.title)
    contests: list[Contest] = []
    fetched(f"{upstreams.address}/rewritten?is=1")
    for delay_ms in scale.delays_ms:
        fetched(f"{upstreams.address}/delayed?ms={delay_ms}")
        for contest in _contests(servers, unshared, delay_ms):
            contest.hold(upstreams, scale, scale.rounds if delay_ms == "0" else scale.few_rounds)
            grounds.tell(contest.title)
            contests.append(contest)
    different = next(each for each in contests if each.clients > 1)
    goals = [*_goals(different, "all records rewritten"), *_goals(as_before, "records as before")]
    tables = [contest.table() for contest in (contests[0], as_before, *contests[1:])]
    tables[0] = replace(tables[0], remark=_REMARK)
    return Findings(goals, [_left_out(found.missing), *tables])


def _contests(servers: dict[str, Server], unshared: Contestant, delay_ms: str) -> Iterator[Contest]:
    upstreams = f"upstreams of {delay_ms.replace(',', ' / ')} ms"
    yield Contest(f"Live, {upstreams}, 1 connection", 1, _contestants(servers, QUERIES))
    title = f"Live, {upstreams}, {CLIENTS} connections"
    different = _contestants(servers, QUERIES)
    if delay_ms == "0":
        different.append(unshared)
        different.append(Contestant(CEILING, servers[rivals.BASELINE], Question("/prebuilt")))
    yield Contest(f"{title}, different questions", CLIENTS, different)
    if delay_ms == "0":
        yield Contest(f"{title}, the same question", CLIENTS, _contestants(servers, QUERY))


def _contest_as_before(servers: dict[str, Server], unshared: Contestant) -> Contest:
    title = f"Live, upstreams of 0 ms, {CLIENTS} connections, different questions, as before"
    apart = Contestant(unshared.name, unshared.server, unshared.question)
    return Contest(title, CLIENTS, [*_contestants(servers, QUERIES), apart])


def _contestants(servers: dict[str, Server], path: str) -> list[Contestant]:
    return [Contestant(name, server, Question(path)) for name, server in servers.items()]


def _goals(contest: Contest, kind: str) -> Sequence[Goal]:
    what = "live answer, CPU: the baseline's over the gateway's"
    reached = contest.ratio(APART, rivals.BASELINE)
    goals = [at_least(f"{what} (moonshot 2.4), nothing shared, {kind}", reached, _GOAL)]
    if rivals.NODE in (each.name for each in contest.contestants):
        what = f"live answer, CPU: Node's, written by hand, over the gateway's, {kind}"
        goals.append(at_least(what, contest.ratio(APART, rivals.NODE), _GOAL_NODE))
    return goals


def _left_out(missing: Mapping[str, str]) -> Table:
    return Table("Live: left out", ("", "why"), list(missing.items()))
