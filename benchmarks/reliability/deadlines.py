"""By how much answers are late, whatever a vendor does.

    PYTHONPATH=.:benchmarks python -m reliability.deadlines [--calls 30]

The hardest faults of the laboratory, each with a gateway of its own and the time-outs that are the
default. Every other call asks for the vendor in trouble alone, the others for two sound ones too.
Gateway, vendors and clients share one process, so what they keep each other waiting counts, too.
"""

import argparse
import asyncio
import logging
import tempfile
import time
from pathlib import Path

from gateway.config.settings import DefaultSettings
from reliability.telling import head, tell
from tests.faults.sites import Site, cortex, nameless, others, samba, swallowed
from tests.laboratory import http_faults as http
from tests.laboratory import rpc_faults as rpc
from tests.support.gateway import Gateway, running, settings_for

_DEADLINES = (0.2, 1.0, 5.0)
_GOAL = "250 ms at most"
_SECONDS_BETWEEN_CALLS = 0.02
_TIMEOUT_SECONDS = DefaultSettings().timeout_s

_FAULTS: dict[str, Site] = {
    "accepts, and never answers": samba(http.silent),
    "drips": samba(http.dripping),
    "swallows connections": swallowed(timeout_s=_TIMEOUT_SECONDS),
    "sends a body without an end": samba(http.endless),
    "leaves a WebSocket half-open": cortex(rpc.half_open),
    "has a name server that hangs": nameless(is_hanging=True),
}


def main() -> None:
    """Print the latest answer to each fault."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calls", type=int, default=30, help="of each fault and deadline")
    parser.add_argument("--deadlines", type=float, nargs="+", default=_DEADLINES)
    asked = parser.parse_args()
    logging.getLogger("gateway").setLevel(logging.ERROR)  # Backends fail: that is known here.
    told = ", ".join(f"{each:g}" for each in asked.deadlines)
    print(f"The latest of {asked.calls} answers to each deadline of {told} s\n")
    head()
    latest = []
    for fault, site in _FAULTS.items():
        late = [asyncio.run(_latest(site, each, asked.calls)) for each in asked.deadlines]
        tell(fault, _GOAL, ", ".join(f"{seconds * 1000:+.0f} ms" for seconds in late))
        latest += late
    calls = asked.calls * len(latest)
    tell(f"all {calls:,}", _GOAL, f"{max(latest) * 1000:+.0f} ms")


async def _latest(site: Site, deadline: float, calls: int) -> float:
    """Give by how much the latest answer came after its deadline."""
    with tempfile.TemporaryDirectory(prefix="session-gateway-") as name:
        async with site(Path(name)) as troubled, others() as sound:
            backend = troubled.backend.model_copy(update={"timeout_s": _TIMEOUT_SECONDS})
            async with running(settings_for(backend, *sound)) as gateway:
                asking = (_asked(gateway, deadline, number) for number in range(calls))
                return max(await asyncio.gather(*asking)) - deadline


async def _asked(gateway: Gateway, deadline: float, number: int) -> float:
    """Ask what nobody else asks, and give the seconds until the answer had come."""
    await asyncio.sleep(number * _SECONDS_BETWEEN_CALLS)
    query = {"limit": number + 1, **({"backend": "troubled"} if number % 2 else {})}
    begun = time.monotonic()
    await gateway.get("/v1/sessions", headers={"Prefer": f"wait={deadline:g}"}, **query)
    return time.monotonic() - begun


if __name__ == "__main__":
    main()
