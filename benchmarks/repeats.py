"""What a page costs that is asked for again and again: made anew of what is kept, and as bytes.

    python benchmarks/repeats.py [--requests 300] [--rows 1000]

Five simulators, and one gateway: what asks for nothing older than a day is made of what is kept,
as every answer would be if none were kept as bytes. Both are asked in turn, in the same run.
"""

import argparse
import urllib.request
from collections.abc import Mapping
from contextlib import ExitStack

from servers import Server
from walks import Grounds

from gateway.spi.registry import simulator_names

_LIMITS = (50, 1000)
_TURNS = 5
_ANEW = {"Cache-Control": "max-age=86400"}
_TTL_SECONDS = 3600.0


def main() -> None:
    """Measure both sizes, and print a line of each."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--requests", type=int, default=300)
    parser.add_argument("--rows", type=int, default=1000)
    given = parser.parse_args()
    print(f"{'sessions':>8} {'made anew':>12} {'as bytes':>12} {'ratio':>7}  CPU an answer")
    with ExitStack() as stack:
        grounds = Grounds(stack)
        names = enumerate(simulator_names())
        vendors = [grounds.vendor(name, rows=given.rows, seed=seed) for seed, name in names]
        with grounds.gateway(vendors, ttl_s=_TTL_SECONDS) as server:
            for limit in _LIMITS:
                print(_measured(server, limit, given.requests), flush=True)


def _measured(server: Server, limit: int, requests: int) -> str:
    each = max(1, requests // _TURNS)
    for headers in ({}, {}, _ANEW):
        _ask(server, limit, 1, headers)
    seconds = {"anew": 0.0, "bytes": 0.0}
    for _ in range(_TURNS):
        seconds["anew"] += _ask(server, limit, each, _ANEW)
        seconds["bytes"] += _ask(server, limit, each, {})
    anew, kept = (seconds[name] / (each * _TURNS) * 1000 for name in ("anew", "bytes"))
    return f"{limit:>8} {anew:>9.2f} ms {kept:>9.2f} ms {anew / kept:>6.1f}x"


def _ask(server: Server, limit: int, requests: int, headers: Mapping[str, str]) -> float:
    """Ask so often, and give how long the gateway has computed for it."""
    url = f"{server.address}/v1/sessions?limit={limit}"
    before = server.cpu_seconds()
    for _ in range(requests):
        request = urllib.request.Request(url, headers=dict(headers))  # noqa: S310  # our own server
        with urllib.request.urlopen(request, timeout=60) as reply:  # noqa: S310  # the same
            reply.read()
    return server.cpu_seconds() - before


if __name__ == "__main__":
    main()
