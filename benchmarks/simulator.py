"""One simulator in a process of its own, standing still, that tells what it was asked for.

    python benchmarks/simulator.py ekran --rows 100000 --seed 3

The address it prints is not the vendor's. ``/reach`` tells how the vendor is reached, and
``/served`` how many requests of each kind came to it.
"""

import argparse
from collections.abc import AsyncIterator

from aiohttp import web
from pages import FROZEN_AT

from adapters.simulators.server import VendorServer
from gateway.spi.registry import load_simulator


class Observed:
    """A simulator, and the application that tells of it."""

    def __init__(self, simulator: VendorServer) -> None:
        self._simulator = simulator
        self._address = ""

    def app(self) -> web.Application:
        """Give the application: the simulator listens while it does."""
        app = web.Application()
        app.cleanup_ctx.append(self._listening)
        app.router.add_get("/reach", self._reach)
        app.router.add_get("/served", self._served)
        return app

    async def _listening(self, _app: web.Application) -> AsyncIterator[None]:
        self._address = await self._simulator.start()
        yield
        await self._simulator.stop()

    async def _reach(self, _request: web.Request) -> web.Response:
        options = self._simulator.options(self._address)
        return web.json_response({"adapter": self._simulator.adapter, "options": options})

    async def _served(self, _request: web.Request) -> web.Response:
        return web.json_response(self._simulator.served)


def main() -> None:
    """Serve on free ports until told to stop."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("name")
    parser.add_argument("--rows", type=int, required=True)
    parser.add_argument("--seed", type=int, default=0)
    asked = parser.parse_args()
    made = load_simulator(asked.name)(rows=asked.rows, seed=asked.seed, clock=lambda: FROZEN_AT)
    if not isinstance(made, VendorServer):
        raise SystemExit(f"the simulator of {asked.name} does not count what it serves")
    app = Observed(made).app()
    web.run_app(app, host="127.0.0.1", port=0, access_log=None, shutdown_timeout=0.1)


if __name__ == "__main__":
    main()
