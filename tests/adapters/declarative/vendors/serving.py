"""Serving a made-up vendor on a loopback port."""

from abc import ABC, abstractmethod
from datetime import UTC, datetime, timedelta

from aiohttp import web

NOON = datetime(2026, 6, 15, 12, tzinfo=UTC)


def noon() -> datetime:
    """Give the one instant at which all of this happens."""
    return NOON


def start_of(number: int) -> datetime:
    """Give starts of which two are in one instant, a third in the same second, and days between."""
    group, place = divmod(number, 3)
    within = timedelta(milliseconds=250) if place == 2 else timedelta(0)
    return NOON - timedelta(minutes=3, hours=7 * group) + within


def start_of_newcomer(number: int) -> datetime:
    """Give the start of one who comes later: at times the newest, at times not."""
    return NOON - timedelta(minutes=number * 37 % 400, seconds=1)


class HandWritten(ABC):
    """A server that answers at one address."""

    @abstractmethod
    def routes(self) -> list[web.AbstractRouteDef]:
        """Give the calls."""

    async def start(self) -> str:
        """Listen."""
        app = web.Application()
        app.add_routes(self.routes())
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        return f"http://127.0.0.1:{self._runner.addresses[0][1]}"

    async def stop(self) -> None:
        """Drop all connections."""
        await self._runner.cleanup()
