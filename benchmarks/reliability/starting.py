"""How long the gateway takes from its command to its first ready page, while every vendor is dead.

    PYTHONPATH=.:benchmarks python -m reliability.starting [--rounds 5]

Ten vendors: half of them are black holes, which take no connection, and half refuse all.
"""

import argparse
import os
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from statistics import median

import yaml
from servers import session_gateway
from workload import OPTIONS, SECRET

_GOAL_SECONDS = 1.0
_BACKENDS = 10
_KNOCKING = 4
_LONGEST_SECONDS = 30.0


def main() -> None:
    """Start it so many times, and print the median and the worst."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    rounds = parser.parse_args().rounds
    with tempfile.TemporaryDirectory(prefix="session-gateway-") as name, ExitStack() as stack:
        addresses = dead_addresses(stack)
        taken = sorted(ready_seconds(Path(name), addresses) for _ in range(rounds))
    figures = f"median {median(taken):.2f} s, worst {taken[-1]:.2f} s of {rounds}"
    print(f"ready with {_BACKENDS} dead vendors: {figures} (goal {_GOAL_SECONDS:g} s)")


def dead_addresses(stack: ExitStack) -> list[str]:
    """Give addresses where nobody answers, until the stack ends."""
    holes = [_black_hole(stack) for _ in range(_BACKENDS // 2)]
    addresses = [f"127.0.0.1:{hole.getsockname()[1]}" for hole in holes]
    return addresses + [f"127.0.0.1:{_free_port()}" for _ in range(_BACKENDS - len(holes))]


def _black_hole(stack: ExitStack) -> socket.socket:
    """Listen, with a queue that is full, so that no further connection is made."""
    hole = stack.enter_context(socket.create_server(("127.0.0.1", 0), backlog=0))
    for _ in range(_KNOCKING):
        knocking = stack.enter_context(socket.socket())
        knocking.settimeout(0)
        knocking.connect_ex(hole.getsockname())
    return hole


def ready_seconds(folder: Path, addresses: Sequence[str]) -> float:
    """Start it over vendors at these addresses, and give how long it takes until it is ready."""
    port = _free_port()
    path = folder / "gateway.yaml"
    backends = list(map(_backend, range(len(addresses)), addresses))
    # It was asked whether it is ready, and would listen on for a while when told to stop.
    tree = {"server": {"port": port, "lame_duck_s": 0}, "backends": backends}
    path.write_text(yaml.safe_dump(tree))
    begun = time.perf_counter()
    process = subprocess.Popen(  # noqa: S603  # our own command
        session_gateway(path),
        stderr=subprocess.DEVNULL,
        env={**os.environ, SECRET: "a made-up secret"},
    )
    try:
        return _ready(f"http://127.0.0.1:{port}/readyz", begun)
    finally:
        process.terminate()
        process.wait()


def _backend(number: int, address: str) -> dict[str, object]:
    adapter, options = list(OPTIONS.items())[number % len(OPTIONS)]
    scheme = "ws" if adapter == "cortex" else "http"
    return {
        "name": f"vendor-{number}",
        "adapter": adapter,
        "options": {"url": f"{scheme}://{address}", **options},
    }


def _ready(url: str, begun: float) -> float:
    while (taken := time.perf_counter() - begun) < _LONGEST_SECONDS:
        try:
            urllib.request.urlopen(url, timeout=_LONGEST_SECONDS).close()  # noqa: S310  # ours
        except urllib.error.URLError:
            time.sleep(0.005)
        else:
            return time.perf_counter() - begun
    raise SystemExit(f"not ready after {taken:.0f} s")


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port: int = taken.getsockname()[1]
        return port


if __name__ == "__main__":
    main()
