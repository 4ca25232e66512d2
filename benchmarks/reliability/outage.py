"""What a vendor that is down is asked.

    PYTHONPATH=.:benchmarks python -m reliability.outage [--service 20] [--seconds 60]

Counted at the vendor, which is called 50 times a second. It goes down all at once, after it served
for a while, or before anybody asked for it. Then it fails with 45 of 100 requests, which opens no
breaker: there the budget of repetitions is alone.
"""

import argparse
import asyncio
import itertools
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

from reliability.asking import Call, Client, asking
from reliability.telling import head, tell
from tests.laboratory import http_faults as http
from tests.laboratory.server import Exchange, Fault, FaultServer
from tests.laboratory.vendors import digital_samba

_PER_SECOND = 50.0
_BAD_OF_100 = 45
_GOAL = "1.15 a call at most"
_BRIEFLY = 3.0

_DOWN = http.html("500 Down")
_SHORTEST_OPEN_SECONDS = 4.0
"""Five, less a fifth: requests that come closer together were let through together."""


@dataclass(frozen=True)
class Seen:
    """What a vendor saw: when it was asked, and the calls that were made meanwhile."""

    arrivals: Sequence[float]
    calls: Sequence[Call]

    def per_call(self) -> str:
        """Tell of the requests and the calls."""
        ratio = len(self.arrivals) / len(self.calls)
        return f"{ratio:.2f} ({len(self.arrivals)} requests for {len(self.calls)} calls)"

    def until(self, instant: float) -> "Seen":
        """Give what was seen up to an instant."""
        return Seen(
            [at for at in self.arrivals if at <= instant],
            [call for call in self.calls if call.begun <= instant],
        )


def main() -> None:
    """Measure the three in turn."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--service", type=float, default=20.0, help="seconds before it is down")
    parser.add_argument("--seconds", type=float, default=60.0, help="for which it is down")
    parser.add_argument("--partly", type=float, default=30.0, help="seconds of failing at times")
    asked = parser.parse_args()
    head()
    _tell_outage("down after service", asyncio.run(_down(asked.service, asked.seconds)))
    _tell_outage("down from the beginning", asyncio.run(_down(0, min(asked.seconds, _BRIEFLY))))
    partly = asyncio.run(_partly(asked.partly))
    is_open = any(call.is_left_alone for call in partly.calls)
    tell("failing at times, budget alone", _GOAL, partly.per_call() + ", opened" * is_open)


def _tell_outage(what: str, seen: Seen) -> None:
    before, *probes = _clusters(seen.arrivals)
    until_open = seen.until(before[-1])
    seconds = before[-1] - seen.calls[0].begun
    tell(what, _GOAL, f"{until_open.per_call()} in the {seconds:.1f} s until it was left alone")
    most, gaps = max(map(len, probes), default=0), _gaps([before[-1:], *probes])
    tell("  then, in each open period", "1 at most", f"{most}{gaps}")


def _clusters(arrivals: Sequence[float]) -> list[list[float]]:
    """Divide requests by the periods in which nobody was let through."""
    clusters = [[arrivals[0]]]
    for at in arrivals[1:]:
        if at - clusters[-1][-1] < _SHORTEST_OPEN_SECONDS:
            clusters[-1].append(at)
        else:
            clusters.append([at])
    return clusters


def _gaps(clusters: Sequence[Sequence[float]]) -> str:
    gaps = [f"{b[0] - a[-1]:.1f}" for a, b in itertools.pairwise(clusters)]
    return f" (after {', '.join(gaps)} s)" if gaps else " (none was over)"


async def _down(service: float, seconds: float) -> Seen:
    async with _vendor(http.honest) as (vendor, client):
        await client.ask_on(_PER_SECOND, service)
        vendor.fault, begun = _DOWN, time.monotonic()
        calls = await client.ask_on(_PER_SECOND, seconds)
        return Seen([each.at for each in vendor.arrivals if each.at >= begun], calls)


async def _partly(seconds: float) -> Seen:
    async with _vendor(_at_times) as (vendor, client):
        calls = await client.ask_on(_PER_SECOND, seconds)
        return Seen([each.at for each in vendor.arrivals], calls)


async def _at_times(exchange: Exchange) -> None:
    """Fail with so many of 100 requests, evenly: half of no ten of them."""
    bad, bad_before = (n * _BAD_OF_100 // 100 for n in (exchange.number, exchange.number - 1))
    await (_DOWN if bad > bad_before else http.honest)(exchange)


@asynccontextmanager
async def _vendor(fault: Fault) -> AsyncIterator[tuple[FaultServer, Client]]:
    async with FaultServer(digital_samba(), fault) as vendor, asking(vendor.url()) as client:
        yield vendor, client


if __name__ == "__main__":
    main()
