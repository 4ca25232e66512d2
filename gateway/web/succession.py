"""Applications that serve one after the other: each request is served by one of them to its end."""

import asyncio
from collections.abc import Awaitable, Mapping
from typing import Any

from aiohttp import web, web_app

from gateway.web.keys import FEDERATION, UNDERTAKINGS


class Served:
    """An application that serves, and the requests under way in it."""

    def __init__(self, app: web.Application, settings: Mapping[str, Any]) -> None:
        """Take what the library is told of how to serve it. It does not serve yet."""
        self.app = app
        self._runner = web.AppRunner(app, **settings)
        self._server: web.Server | None = None
        self._requests = 0
        self._has_lost_one = asyncio.Event()

    async def begin(self) -> None:
        """Start it up, or raise what keeps it from that."""
        try:
            await self._runner.setup()
        except BaseException:
            await self._runner.cleanup()
            raise
        self._server = self._runner.server

    @property
    def server(self) -> web.Server:
        """Give what the library would serve it by."""
        if self._server is None:
            raise RuntimeError("it has not begun")
        return self._server

    async def handle(self, request: web.BaseRequest) -> web.StreamResponse:
        """Serve a request, and count it as long as that takes."""
        self._requests += 1
        try:
            return await self.server.request_handler(request)
        finally:
            self._requests -= 1
            self._has_lost_one.set()

    async def leave(self, is_late: asyncio.Event) -> None:
        """Clean up when all is done that was begun here, or when it is too late to wait for it."""
        waiting = [asyncio.create_task(self._done()), asyncio.create_task(is_late.wait())]
        await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        for task in waiting:
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)
        await self._runner.cleanup()
        # The library remembers what it called for whom, and would keep the application for that.
        web_app._cached_build_middleware.cache_clear()  # noqa: SLF001  # there is no other way to it

    async def _done(self) -> None:
        """Wait for the requests, and for what goes on when those who asked have left."""
        while self._requests:
            self._has_lost_one.clear()
            await self._has_lost_one.wait()
        await self.app[UNDERTAKINGS].settled()
        await self.app[FEDERATION].settled()


class Succession:
    """The application that serves now, and those before it that still have something to finish."""

    def __init__(self, first: web.Application, settings: Mapping[str, Any]) -> None:
        """Begin with one. The settings are the library's own, and the same for all."""
        self._settings = settings
        self._current = Served(first, settings)
        self._leaving: set[asyncio.Task[None]] = set()
        self._is_late = asyncio.Event()

    @property
    def app(self) -> web.Application:
        """Give the application that serves now."""
        return self._current.app

    async def begin(self) -> web.Server:
        """Start up the first one; give what the library would serve it by."""
        await self._current.begin()
        return self._current.server

    async def switch(self, app: web.Application) -> None:
        """Have another one serve all requests that come from now on.

        If it cannot start up, that is raised, and everything is as it was.
        """
        served = Served(app, self._settings)
        await served.begin()
        before, self._current = self._current, served
        self._leave(before)

    def handle(self, request: web.BaseRequest) -> Awaitable[web.StreamResponse]:
        """Serve a request."""
        return self._current.handle(request)

    def made(self, *parts: Any) -> web.BaseRequest:  # noqa: ANN401  # the library's own, handed on
        """Make a request of what was read."""
        return self._current.server.request_factory(*parts)

    async def end(self, seconds: float) -> None:
        """Clean up all of them, and wait no longer than this for what they have to finish."""
        self._leave(self._current)
        await asyncio.wait(self._leaving, timeout=seconds)
        self._is_late.set()
        await asyncio.gather(*self._leaving)

    def _leave(self, served: Served) -> None:
        task = asyncio.create_task(served.leave(self._is_late))
        self._leaving.add(task)
        task.add_done_callback(self._leaving.discard)
