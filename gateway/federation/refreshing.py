"""Reading anew, behind the scenes, what still serves but is not fresh any more."""

from collections import defaultdict
from collections.abc import Awaitable, Callable, Hashable

from gateway.federation.flights import LastingFlights
from gateway.federation.waits import Wait, Waits
from gateway.figures.backends import OK, BackendFigures

MOST_AT_A_TIME = 2
"""Refreshes of one backend: what else is due waits for whoever asks for it next."""


_FAILED = "failed"


class Refreshing:
    """Refreshes under way: one for all who were served the same, and few of one backend."""

    def __init__(self, timer: Callable[[], float]) -> None:
        """Take what tells the time, in seconds."""
        self._flights: LastingFlights[None] = LastingFlights()
        self._under_way: defaultdict[str, set[Hashable]] = defaultdict(set)
        self._waits = Waits(timer)

    def start(self, backend: str, what: Hashable, read: Callable[[], Awaitable[bool]]) -> None:
        """Have something of a backend read anew, unless that goes on, or has just failed.

        ``read`` says whether it went well.
        """
        under_way, before = self._under_way[backend], self._waits.find(backend)
        is_held_back = self._waits.is_held_back(backend)
        if is_held_back or what in under_way or len(under_way) >= MOST_AT_A_TIME:
            return
        # Counted here, as the task begins only later: by then others may have been started.
        under_way.add(what)
        task = self._flights.start((backend, what), lambda: self._refresh(backend, read, before))
        task.add_done_callback(lambda _: under_way.remove(what))

    def forget(self, backend: str) -> None:
        """Forget what failed of a backend."""
        self._waits.forget(backend)

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
