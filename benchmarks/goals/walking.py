"""A walk of 100 pages of 100: what it asks of vendors, and what its pages cost."""

import urllib.request
from collections.abc import Mapping, Sequence
from statistics import median
from urllib.parse import urlencode

from costs import Asked, Cost, Turn, Vendor, least, visit, walk
from grounds import Grounds
from servers import Server

from goals.findings import Findings, Goal, Scale, Table, at_most
from goals.plots import Curve, Plot

_LIMIT = 100
_PATIENT = {"deadline_s": 60.0, "timeout_s": 60.0}
_TTL_SECONDS = 3600.0
_LOOKED_AT = (1, 10, 50, 100)
_DEPTHS = (1, 2, 5, 10, 20, 50, 100)
_REPEATS = 8
_FLAT = 1.25


def measure(grounds: Grounds, scale: Scale) -> Findings:
    """Walk with listings kept, ask for some pages again, and for some with nothing kept."""
    vendors = grounds.vendors(scale.rows)
    depths = sorted({min(depth, scale.pages) for depth in _DEPTHS})
    shown = [depth for depth in depths if depth in (*_LOOKED_AT, scale.pages)]
    asked = Asked(vendors, _LIMIT, depths)
    with grounds.gateway(vendors, **_PATIENT, ttl_s=_TTL_SECONDS) as gateway:
        kept = walk(gateway, asked)
        grounds.tell(f"walked {len(kept)} pages")
        turns = {cost.turn.number: cost.turn for cost in kept if cost.turn.number in depths}
        cpu_ms = _cpu_ms(gateway, turns, scale)
    with grounds.gateway(vendors, **_PATIENT, ttl_s=0) as gateway:
        live = visit(gateway, asked, [turns[number] for number in shown])
    return Findings(
        [*_requests(vendors, kept, live), _flatness({depth: cpu_ms[depth] for depth in shown})],
        [_table(kept, live, cpu_ms)],
        [_plot(cpu_ms)],
    )


def _cpu_ms(gateway: Server, turns: Mapping[int, Turn], scale: Scale) -> dict[int, float]:
    """Make each page anew of what is kept, by turns."""
    taken: dict[int, list[float]] = {number: [] for number in turns}
    for _ in range(scale.rounds):
        for number, turn in turns.items():
            before = gateway.cpu_seconds()
            for _ in range(_REPEATS):
                _ask_anew(gateway, turn)
            taken[number].append((gateway.cpu_seconds() - before) / _REPEATS * 1000)
    return {number: median(each) for number, each in taken.items()}


def _ask_anew(gateway: Server, turn: Turn) -> None:
    query = {"limit": _LIMIT, **({"cursor": turn.cursor} if turn.cursor else {})}
    request = urllib.request.Request(  # noqa: S310  # our own server
        f"{gateway.address}/v1/sessions?{urlencode(query)}",
        headers={"Cache-Control": "max-age=86400"},
    )
    with urllib.request.urlopen(request, timeout=60) as reply:  # noqa: S310  # the same
        reply.read()


def _requests(
    vendors: Sequence[Vendor], kept: Sequence[Cost], live: Sequence[Cost]
) -> Sequence[Goal]:
    """Compare with the least: of the walk as if it were one page, and of each page alone."""
    rows = {vendor.name: sum(cost.rows[vendor.name] for cost in kept) for vendor in vendors}
    bound = sum(least(vendors, None, kept[-1].oldest, rows).values())
    made = sum(cost.requests for cost in kept)
    bound_live = sum(sum(cost.least.values()) for cost in live)
    made_live = sum(cost.requests for cost in live)
    pages = " / ".join(str(cost.turn.number) for cost in live)
    walked = f"walk of {len(kept)} pages of {_LIMIT}, upstream requests"
    return [
        Goal(walked, f"the least: {bound}", str(made), made <= bound),
        Goal(
            f"pages {pages} with nothing kept, upstream requests",
            f"the least: {bound_live}",
            str(made_live),
            made_live <= bound_live,
        ),
    ]


def _flatness(cpu_ms: Mapping[int, float]) -> Goal:
    first, *_, last = cpu_ms
    what = f"pages {first} to {last}, CPU: the dearest over the first"
    return at_most(what, max(cpu_ms.values()) / cpu_ms[first], _FLAT)


def _table(kept: Sequence[Cost], live: Sequence[Cost], cpu_ms: Mapping[int, float]) -> Table:
    lives = {cost.turn.number: cost for cost in live}
    rows = [
        (
            str(number),
            f"{cpu_ms[number]:.2f}",
            f"{cpu_ms[number] / cpu_ms[1]:.2f}",
            str(sum(cost.requests for cost in kept[:number])),
            str(lives[number].requests) if number in lives else "-",
            str(sum(lives[number].least.values())) if number in lives else "-",
        )
        for number in cpu_ms
    ]
    headings = (
        *("page", "CPU ms, made anew", "over page 1", "requests so far, kept"),
        *("requests, nothing kept", "the least"),
    )
    return Table(f"A walk over five vendors, pages of {_LIMIT}", headings, rows)


def _plot(cpu_ms: Mapping[int, float]) -> Plot:
    curve = Curve("gateway", [(number, ms) for number, ms in cpu_ms.items()])
    return Plot("growth-pages.svg", "A page, by how deep it lies", "page", "CPU ms", [curve])
