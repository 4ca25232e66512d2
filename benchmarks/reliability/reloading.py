"""What it costs those who ask when a gateway reloads its configuration.

    PYTHONPATH=.:benchmarks python -m reliability.reloading [--reloads 100] [--requests 10]

Eight clients ask one gateway over five backends all the time, half of them over connections that
are kept. Its file is changed and SIGHUP sent, again and again; every tenth time it is a bad one.
"""

import argparse
import asyncio
import os
import signal
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import yaml
from servers import Server, python, running, session_gateway
from workload import write_configuration

from reliability.loading import Asking, asking

_BAD_EVERY = 10
_BAD = "server: {port: 0, colour: red}\nbackends: []\n"
_GOALS = "goals: none failed, and no bad file in force"


@dataclass(frozen=True)
class Reloading:
    """A gateway whose file is changed, and what it says of that."""

    server: Server
    file: Path
    log: Path

    async def reload(self, text: str, told: str) -> float:
        """Write the file, and wait until it is told what became of it; give the milliseconds."""
        before = self._count(told)
        self.file.write_text(text)
        begun = time.perf_counter()
        os.kill(self.server.pid, signal.SIGHUP)
        while self._count(told) == before:  # noqa: ASYNC110  # nothing but the log tells
            await asyncio.sleep(0.002)
        return (time.perf_counter() - begun) * 1000

    def _count(self, told: str) -> int:
        return self.log.read_text().count(told)


def main() -> None:
    """Reload, and print what it cost."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--reloads", type=int, default=100)
    parser.add_argument("--requests", type=int, default=10, help="between two reloads, at least")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="session-gateway-") as name:
        folder = Path(name)
        with running(python("upstreams.py"), folder / "upstreams.log") as upstreams:
            file = write_configuration(folder / "gateway.yaml", upstreams.address, ttl_seconds=0)
            tree = yaml.safe_load(file.read_text())
            file.write_text(_changed(tree, 0))
            log = folder / "gateway.log"
            with running(session_gateway(file), log) as server:
                reloading = Reloading(server, file, log)
                asked, taken = asyncio.run(
                    _reloaded(reloading, tree, given.reloads, given.requests)
                )
    print(f"{given.reloads} reloads, {max(taken):.0f} ms at the longest: ", end="")
    print(f"{asked.good} answered in {asked.slowest_ms:.0f} ms or less, {len(asked.failed)} failed")
    print(*asked.failed[:3], _GOALS, sep="\n")


async def _reloaded(
    reloading: Reloading, tree: dict[str, object], reloads: int, requests: int
) -> tuple[Asking, list[float]]:
    taken = []
    async with asking(reloading.server.address) as asked:
        for number in range(1, reloads + 1):
            is_bad = number % _BAD_EVERY == 0
            text = _BAD if is_bad else _changed(tree, number)
            taken.append(await reloading.reload(text, "not reloaded" if is_bad else "reloaded: "))
            await asked.grown(requests)
    return asked, taken


def _changed(tree: dict[str, object], number: int) -> str:
    """Change one backend after the other, and what callers of other origins may."""
    backends = tree["backends"]
    if not isinstance(backends, list):
        raise TypeError("the workload has a list of backends")
    changed = [{**backend, "limits": {"rate": None}} for backend in backends]
    changed[number % len(changed)]["timeout_s"] = 10 + number
    origins = [f"https://number-{number}.example"]
    return yaml.safe_dump({**tree, "backends": changed, "cors": {"origins": origins}})


if __name__ == "__main__":
    main()
