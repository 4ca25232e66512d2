"""A process that serves, reloads its changed file, and prints whether the first application went.

python -m tests.app.reloading gateway.yaml changed.yaml
"""

import asyncio
import gc
import os
import signal
import sys
import weakref
from collections.abc import Callable, Sequence
from pathlib import Path

from aiohttp import web

from gateway.app.listening import listen
from gateway.app.peers import Alone
from gateway.app.process import serve
from gateway.cli.serving_logs import log_serving
from gateway.config import Served, Source
from gateway.metrics.families import Family

_PATIENCE_SECONDS = 20.0


def _applications() -> list[weakref.ref[web.Application]]:
    return [weakref.ref(each) for each in gc.get_objects() if isinstance(each, web.Application)]


async def _reload() -> None:
    first = _applications()
    os.kill(os.getpid(), signal.SIGHUP)
    try:
        assert first, "the collector does not see it"
        async with asyncio.timeout(_PATIENCE_SECONDS):
            while any(each() for each in first):
                await asyncio.sleep(0.05)
                gc.collect()
        print("it went")  # noqa: T201  # whoever started it reads this
    finally:
        os.kill(os.getpid(), signal.SIGTERM)


class _Begun(Alone):
    """Puts another file in its place once it serves, and has it taken."""

    def __init__(self, path: Path, changed: Path) -> None:
        self._path, self._changed = path, changed
        self.reloading: list[asyncio.Task[None]] = []

    async def begin(self, own: Callable[[], Sequence[Family]]) -> None:
        del own
        self._changed.replace(self._path)
        self.reloading.append(asyncio.create_task(_reload()))


async def _serve(path: Path, changed: Path) -> None:
    source, begun = Source(path, Served()), _Begun(path, changed)
    await serve(source, source.read(), listen("127.0.0.1", 0), begun)
    await asyncio.gather(*begun.reloading)


if __name__ == "__main__":
    log_serving()
    asyncio.run(_serve(*map(Path, sys.argv[1:])))
