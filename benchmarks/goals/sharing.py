"""64 clients that ask the same of a cold gateway at once: what the upstreams are asked."""

from grounds import Grounds
from servers import Server, fetched
from workload import OPTIONS, QUERY

from goals.contest import Pressure, Question, loaded
from goals.findings import Findings, Goal, Scale, Table

_CLIENTS = 64
_DELAY_MS = 100
_SECONDS = 30
_TTLS = {"kept for 15 s, the default": 15, "nothing kept": 0}


def measure(grounds: Grounds, _scale: Scale) -> Findings:
    """Count for a gateway that keeps what it reads, and for one that keeps nothing."""
    upstreams = grounds.upstreams()
    fetched(f"{upstreams.address}/delayed?ms={_DELAY_MS}")
    counts = {name: _asked(grounds, upstreams, ttl) for name, ttl in _TTLS.items()}
    what = f"{_CLIENTS} cold equal clients, upstream requests"
    rows = [(name, str(count), str(len(OPTIONS))) for name, count in counts.items()]
    count = next(iter(counts.values()))
    return Findings(
        [Goal(what, str(len(OPTIONS)), str(count), count <= len(OPTIONS))],
        [Table(f"{_CLIENTS} cold equal clients", ("", "upstream requests", "the least"), rows)],
    )


def _asked(grounds: Grounds, upstreams: Server, ttl_seconds: int) -> int:
    before: int = fetched(f"{upstreams.address}/asked")
    with grounds.served(upstreams, ttl_seconds=ttl_seconds) as gateway:
        loaded(gateway, Question(QUERY), Pressure(_CLIENTS, _CLIENTS, _SECONDS))
    after: int = fetched(f"{upstreams.address}/asked")
    return after - before
