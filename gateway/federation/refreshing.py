"""Reading anew, behind the scenes, what still serves but is not fresh any more."""

from collections.abc import Awaitable, Callable, Hashable
from typing import NamedTuple

from gateway.federation.flights import LastingFlights
from gateway.federation.waits import Wait, Waits
from gateway.figures.backends import OK, BackendFigures

MOST_AT_A_TIME = 2
"""Refreshes of one backend: what else is due waits for whoever asks for it next."""


_FAILED = "failed"


class _Refresh(NamedTuple):
    backend: str
    what: Hashable


class Refreshing:
    """Refreshes under way: one for all who were served the same, and few of one backend.

    Backends are named by their identities.
    """

    def __init__(self, timer: Callable[[], float]) -> None:
        """Take what tells the time, in seconds."""
        self._flights: LastingFlights[None] = LastingFlights()
        self._under_way: set[_Refresh] = set()
        self._waits = Waits(timer)

    def start(self, backend: str, what: Hashable, read: Callable[[], Awaitable[bool]]) -> None:
        """Have something of a backend read anew, unless that goes on, or has just failed.

        ``read`` says whether it went well.
        """
        refresh, before = _Refresh(backend, what), self._waits.find(backend)
        is_one_too_many = sum(each.backend == backend for each in self._under_way) >= MOST_AT_A_TIME
        if self._waits.is_held_back(backend) or refresh in self._under_way or is_one_too_many:
            return
        # Counted here, as the task begins only later: by then others may have been started.
        self._under_way.add(refresh)
        task = self._flights.start(refresh, lambda: self._refresh(backend, read, before))
        task.add_done_callback(lambda _: self._under_way.remove(refresh))

    def forget(self, backend: str) -> None:
        """Forget what failed of a backend."""
        self._waits.forget(backend)

    async def end(self, backend: str) -> None:
        """End what is under way of a backend that nobody asks any more, and forget what failed."""
        await self._flights.end(lambda each: isinstance(each, _Refresh) and each.backend == backend)
        self.forget(backend)

    async def close(self) -> None:
        """End the refreshes under way."""
        await self._flights.close()

    async def _refresh(
        self, backend: str, read: Callable[[], Awaitable[bool]], before: Wait | None
    ) -> None:
        has_gone_well = False
        try:
            has_gone_well = await read()
        finally:
            # Of those under way at the same time one that failed makes for a wait, not each.
            if has_gone_well or self._waits.find(backend) is before:
                self._waits.note(backend, has_gone_well=has_gone_well)


async def counted(read: Callable[[], Awaitable[bool]], figures: BackendFigures) -> bool:
    """Read something of a backend anew, and count that; say whether it went well."""
    figures.refreshing += 1
    has_gone_well = False
    try:
        has_gone_well = await read()
    finally:
        figures.refreshing -= 1
        figures.refreshes[OK if has_gone_well else _FAILED] += 1
    return has_gone_well
