"""How soon a breaker opens and closes, what it costs meanwhile, and how it tries the vendor.

    PYTHONPATH=.:benchmarks python -m reliability.breaker [--rounds 3] [--answers 500]

In each round a vendor fails from the beginning, fails with the first probe, too, and then is well
again: slowly each time, so that probes side by side would be seen.
"""

import argparse
import asyncio
import itertools
import time
from dataclasses import dataclass, field
from statistics import median, quantiles

from reliability.asking import Call, Client, asking
from reliability.telling import head, tell
from tests.laboratory import http_faults as http
from tests.laboratory.blackholes import refused_port
from tests.laboratory.server import HOST, Exchange, Fault, FaultServer
from tests.laboratory.vendors import digital_samba

_PER_SECOND = 50.0
_GOOD_PROBES = 3
_LONGEST_SECONDS = 60.0
_PROBE_SECONDS = 0.1

_DOWN = http.html("500 Down")


@dataclass
class Vendor:
    """Does with requests what it is told, and notes from when to when each was under way."""

    fault: Fault
    spans: list[tuple[float, float]] = field(default_factory=list)

    async def __call__(self, exchange: Exchange) -> None:
        """Answer a request."""
        begun = time.monotonic()
        await self.fault(exchange)
        self.spans.append((begun, time.monotonic()))


@dataclass(frozen=True)
class Round:
    """What a breaker did: how many calls opened it, and then the probes.

    ``late_seconds`` is the time from the end of the last open period to the third good probe's.
    """

    calls: int
    seconds: float
    at_a_time: int
    late_seconds: float


def main() -> None:
    """Measure, and print a line of each promise."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--answers", type=int, default=500, help="of a breaker that is open")
    parser.add_argument("--bad-probes", type=int, default=1, help="before the vendor is well")
    asked = parser.parse_args()
    head()
    rounds = [asyncio.run(_round(asked.bad_probes)) for _ in range(asked.rounds)]
    _tell_opening("opens at errors", max(r.calls for r in rounds), max(r.seconds for r in rounds))
    _tell_opening("opens at refused connections", *asyncio.run(_refused()))
    _tell_cost(*asyncio.run(_cost(asked.answers)))
    late = max(r.late_seconds for r in rounds)
    tell("is closed after the open time of a sound vendor", "2 s at most", f"{late:.2f} s")
    tell("probes under way at a time", "1 at most", f"{max(r.at_a_time for r in rounds)}")


def _tell_opening(what: str, calls: int, seconds: float) -> None:
    tell(what, "10 calls or 2 s", f"after {calls} calls, {seconds:.2f} s")


def _tell_cost(left_alone: list[float], plain: list[float]) -> None:
    for what, measure in (("median", median), ("slowest percent", _slowest)):
        own, beside = measure(left_alone) * 1000, measure(plain) * 1000
        reached = f"{own - beside:+.1f} ms ({own:.1f} beside {beside:.1f} of /healthz)"
        tell(f"answer while it is open, {what}", "5 ms more at most", reached)


def _slowest(seconds: list[float]) -> float:
    return quantiles(seconds, n=100)[-1]


async def _round(bad_probes: int) -> Round:
    vendor = Vendor(_DOWN)
    async with FaultServer(digital_samba(), vendor) as server, asking(server.url()) as client:
        calls, seconds = await _opened(client)
        failed = len(vendor.spans)
        vendor.fault = _slowly(_DOWN)
        await _asked_until(client, vendor, failed + bad_probes)
        vendor.fault = _slowly(http.honest)
        told = await client.ask()
        await _asked_until(client, vendor, failed + bad_probes + _GOOD_PROBES + 1)
    # The last of them is no probe any more, and may not begin before the breaker is closed.
    *probes, after = sorted(vendor.spans)[failed : failed + bad_probes + _GOOD_PROBES + 1]
    overlaps = sum(b[0] < a[1] for a, b in itertools.pairwise([*probes, after]))
    is_over = told.begun + (told.retry_after_s or 0)
    return Round(calls, seconds, 1 + overlaps, probes[-1][1] - is_over)


async def _asked_until(client: Client, vendor: Vendor, count: int) -> None:
    """Ask until so many requests have come to their end at the vendor."""
    await client.ask_on(_PER_SECOND, _LONGEST_SECONDS, lambda: len(vendor.spans) >= count)


async def _refused() -> tuple[int, float]:
    with refused_port() as port:
        async with asking(f"http://{HOST}:{port}") as client:
            return await _opened(client)


async def _opened(client: Client) -> tuple[int, float]:
    """Call until the vendor is left alone; give the calls before, and the seconds they took."""
    calls: list[Call] = []
    while not (call := await client.ask()).is_left_alone:
        calls.append(call)
    return len(calls), call.begun - (calls[0].begun if calls else call.begun)


async def _cost(answers: int) -> tuple[list[float], list[float]]:
    """Give the seconds of answers while the breaker is open, and of plain ones, in turn."""
    left_alone: list[float] = []
    plain: list[float] = []
    async with FaultServer(digital_samba(), _DOWN) as server, asking(server.url()) as client:
        await _opened(client)
        while len(left_alone) < answers:
            plain.append(await client.ping())
            call = await client.ask()
            if call.is_left_alone:
                left_alone.append(call.seconds)
    return left_alone, plain


def _slowly(fault: Fault) -> Fault:
    async def play(exchange: Exchange) -> None:
        await asyncio.sleep(_PROBE_SECONDS)
        await fault(exchange)

    return play


if __name__ == "__main__":
    main()
