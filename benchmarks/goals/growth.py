"""How an answer's cost grows: with the number of backends, and with the rows of kept listings."""

from collections.abc import Mapping, Sequence

from answers import page_of
from grounds import Grounds
from servers import Server

from goals.contest import Contest, Contestant, Question, warm_up
from goals.findings import Findings, Scale, Table
from goals.plots import Curve, Plot

_CLIENTS = 4
_DIFFERENT = "&started_after=1990-01-01T00:00:00.{number}Z"
_PATH = "/v1/sessions?limit=100"
_ANEW = ("Cache-Control: max-age=86400",)
_PATIENT = {"deadline_s": 60.0, "timeout_s": 60.0, "ttl_s": 3600.0}
_SAME, _OTHERS = "the same question", "different questions"


def measure(grounds: Grounds, scale: Scale) -> Findings:
    """Draw both curves."""
    upstreams = grounds.upstreams()
    by_backends = {n: _over_backends(grounds, upstreams, n, scale) for n in scale.backends}
    grounds.tell("measured over numbers of backends")
    by_rows = {n: _over_rows(grounds, upstreams, n, scale) for n in scale.listing_rows}
    return Findings([], [_backends(by_backends), _rows(by_rows)], _plots(by_backends, by_rows))


def _over_backends(grounds: Grounds, upstreams: Server, count: int, scale: Scale) -> float:
    with grounds.served(upstreams, backends=count) as gateway:
        contestant = Contestant("live", gateway, Question(_PATH + _DIFFERENT))
        return _cpu_ms([contestant], upstreams, scale)["live"]


def _over_rows(grounds: Grounds, upstreams: Server, rows: int, scale: Scale) -> Mapping[str, float]:
    """Have one list of so many rows kept, and pages made of it."""
    vendor = grounds.vendor("roundware", rows=rows, seed=1)
    with grounds.gateway([vendor], **_PATIENT) as gateway:
        page_of(gateway.address, {"limit": 100})
        expected = min(rows, 100)
        contestants = [
            Contestant(_SAME, gateway, Question(_PATH, expected, _ANEW)),
            Contestant(_OTHERS, gateway, Question(_PATH + _DIFFERENT, expected)),
        ]
        return _cpu_ms(contestants, upstreams, scale)


def _cpu_ms(
    contestants: Sequence[Contestant], upstreams: Server, scale: Scale
) -> Mapping[str, float]:
    warm_up(contestants, scale)
    Contest("", _CLIENTS, contestants).hold(upstreams, scale, scale.few_rounds)
    return {each.name: each.median_cpu_ms for each in contestants}


def _backends(found: Mapping[int, float]) -> Table:
    rows = [(str(n), f"{ms:.2f}", f"{ms / n:.2f}") for n, ms in found.items()]
    headings = ("backends", "CPU ms an answer", "for each backend")
    return Table("Live, by the number of backends, each of 100 records", headings, rows)


def _rows(found: Mapping[int, Mapping[str, float]]) -> Table:
    rows = [(f"{n:,}", *(f"{ms:.2f}" for ms in each.values())) for n, each in found.items()]
    headings = ("rows", f"CPU ms, {_SAME} made anew", _OTHERS)
    remark = "One vendor's list; a different question filters and counts all of it."
    return Table("Kept, by the rows of the list", headings, rows, remark)


def _plots(
    by_backends: Mapping[int, float], by_rows: Mapping[int, Mapping[str, float]]
) -> Sequence[Plot]:
    live = Curve("gateway", list(by_backends.items()))
    kept = [Curve(name, [(n, ms[name]) for n, ms in by_rows.items()]) for name in (_SAME, _OTHERS)]
    across = "rows of the list"
    return [
        Plot("growth-backends.svg", "A live answer", "backends", "CPU ms", [live]),
        Plot(
            "growth-rows.svg", "A page of a kept list", across, "CPU ms", kept, is_logarithmic=True
        ),
    ]
