"""How much memory the gateway takes while vendors send as much as they can.

    PYTHONPATH=.:benchmarks python -m reliability.memory [--parallel 50]

Bodies of 16 MiB and bombs of gzip, 195 KB that unpack to 200 MB, in parallel: eight at a time of
each account, as by default, so there are as many backends, each with its own, as that takes.
Nothing is kept, so what caches may hold comes on top.
"""

import argparse
import asyncio
import tempfile
from collections import Counter
from pathlib import Path

import aiohttp
from servers import Server

from gateway.federation import listings, ranges
from reliability.gateways import faulty, gateway, samba

_GOAL_MB = 256
_OF_ONE_ACCOUNT = 8
_MIB = 1024 * 1024


def main() -> None:
    """Measure both, and print a line of each."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--parallel", type=int, default=50)
    parallel = parser.parse_args().parallel
    caches = (listings.MAX_KEPT_BYTES + ranges.MAX_KEPT_BYTES) // _MIB
    print(f"Goal: {_GOAL_MB} MiB, and {caches} MiB for what is kept: here that is nothing\n")
    print(f"{'':8}{'before':>10}{'peak':>10}{'goal':>8}{'ratio':>8}  answers")
    for fault in ("large", "bomb"):
        print(f"{fault:8}{_measured(fault, parallel)}", flush=True)


def _measured(fault: str, parallel: int) -> str:
    with tempfile.TemporaryDirectory(prefix="session-gateway-") as name:
        folder = Path(name)
        with faulty(fault, folder) as vendor:
            count = -(-parallel // _OF_ONE_ACCOUNT)
            names = [f"vendor-{n}" for n in range(count)]
            vendors = {name: samba(vendor.address, f"the key of {name}") for name in names}
            with gateway(vendors, folder) as server:
                asyncio.run(_asked(server, 1, count))  # Every backend has been asked once.
                server.forget_peak()
                before = server.resident_mb()
                statuses = asyncio.run(_asked(server, parallel, count))
                peak = server.peak_mb()
    told = ", ".join(f"{count} x {status}" for status, count in sorted(statuses.items()))
    return f"{before:>6.0f} MiB{peak:>6.0f} MiB{_GOAL_MB:>8}{peak / _GOAL_MB:>8.2f}  {told}"


async def _asked(server: Server, parallel: int, backends: int) -> Counter[int]:
    """Ask so many questions at once, no two of them the same."""
    statuses: Counter[int] = Counter()

    async def ask(number: int) -> None:
        since = f"2026-{1 + number % 12:02}-{1 + number // 12:02}T00:00:00Z"
        query = {"backend": f"vendor-{number % backends}", "started_after": since}
        async with client.get(f"{server.address}/v1/sessions", params=query) as answer:
            await answer.read()
            statuses[answer.status] += 1

    async with aiohttp.ClientSession() as client:
        await asyncio.gather(*(ask(number) for number in range(parallel)))
    return statuses


if __name__ == "__main__":
    main()
