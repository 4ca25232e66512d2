"""How every simulator listens, and what it notes of its visitors."""

import asyncio
import ssl
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Callable
from datetime import datetime
from typing import ClassVar

from aiohttp import web
from aiohttp.typedefs import Handler

from adapters.simulators.facts import Facts
from adapters.simulators.world import Held, World


class VendorServer(ABC):
    """A stand-in for one vendor on a loopback port of its own."""

    adapter: ClassVar[str]
    facts: ClassVar[Facts]
    """What it shows of the vendor."""
    tls: ssl.SSLContext | None = None
    """With it, the server encrypts."""

    def __init__(self, *, rows: int, seed: int, clock: Callable[[], datetime]) -> None:
        """Hold ``rows`` past sessions, and live by the clock: one that stands still freezes it."""
        self.world = World(rows=rows, seed=seed, clock=clock)
        self.requests: list[str] = []
        self.served: Counter[str] = Counter()
        """How many requests came: ``listing`` for a list or a page of it, ``detail``, ``write``,
        ``other``.

        A request counts whatever is answered; of a JSON-RPC vendor each call counts, the opening
        of the socket being one of the others.
        """
        self.before_answering: Callable[[], None] = lambda: None
        """Called when a request has come: what changes the world now changes the answer."""
        self._runner: web.AppRunner | None = None

    @abstractmethod
    def routes(self) -> list[web.AbstractRouteDef]:
        """Give the vendor's calls; ``listing``, ``detail`` and ``write`` are counted by name."""

    @abstractmethod
    def options(self, address: str) -> dict[str, object]:
        """Give the options with which a backend reaches this server at that address."""

    @abstractmethod
    def held(self) -> list[Held]:
        """Give what a faithful reader makes of what the vendor holds, in any order."""

    @abstractmethod
    def catch_up(self) -> None:
        """Take in what the world has come to hold since; every answer begins with it."""

    async def start(self, port: int = 0) -> str:
        """Listen on a loopback port, a free one unless told which, and give the address."""
        await self.stop()
        self.catch_up()  # The first time takes the longest: no visitor is to wait for it.
        app = web.Application(middlewares=[self._note_each])
        app.add_routes(self.routes())
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", port, ssl_context=self.tls)
        await site.start()
        host, port = self._runner.addresses[0][:2]
        return f"http{'s' if self.tls else ''}://{host}:{port}"

    async def stop(self) -> None:
        """Stop listening and drop all connections."""
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None
            await asyncio.sleep(0)

    def note(self, request: str, kind: str) -> None:
        """Note a request that has come."""
        self.requests.append(request)
        self.served[kind] += 1
        self.before_answering()

    @web.middleware
    async def _note_each(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        self.note(f"{request.method} {request.path_qs}", request.match_info.route.name or "other")
        return await handler(request)
