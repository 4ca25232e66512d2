"""The built gateway in a process of its own, which tells how late its loop was.

    PYTHONPATH=.:benchmarks python -m reliability.probed TERMS LATENESS

When it is told to stop it writes instants and seconds of lateness, in pairs, as JSON. The instants
are of the system's monotonic clock, which other processes have too.
"""

import asyncio
import contextlib
import signal
import sys
import time
from pathlib import Path

import msgspec
from standing_gateway import Terms, settings_of

from gateway.app.allocation import give_back_large_blocks
from gateway.app.garbage import spare_what_lasts
from gateway.app.listening import url_of
from gateway.cli.serve import started
from gateway.cli.serving_logs import log_serving

_EVERY_SECONDS = 0.005


async def lateness(found: list[tuple[float, float]]) -> None:
    """Note how much later than it should the loop goes on."""
    while True:
        due = time.monotonic() + _EVERY_SECONDS
        await asyncio.sleep(_EVERY_SECONDS)
        now = time.monotonic()
        found.append((now, now - due))


async def _serve(terms: Terms) -> list[tuple[float, float]]:
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    found: list[tuple[float, float]] = []
    give_back_large_blocks()
    spare_what_lasts()
    runner = await started(settings_of(terms))
    print(f"{url_of(runner.addresses[0])} \n", flush=True)
    probing = asyncio.create_task(lateness(found))
    await stop.wait()
    probing.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await probing
    await runner.cleanup()
    return found


def main() -> None:
    """Serve on a free port until told to stop."""
    terms = msgspec.json.decode(Path(sys.argv[1]).read_bytes(), type=Terms)
    log_serving()
    found = asyncio.run(_serve(terms))
    Path(sys.argv[2]).write_bytes(msgspec.json.encode(found))


if __name__ == "__main__":
    main()
