"""Reading anew, behind the scenes, what still serves but is not fresh any more."""

from collections import Counter
from collections.abc import Awaitable, Callable, Hashable

from gateway.federation.flights import LastingFlights
from gateway.federation.waits import Waits

MOST_AT_A_TIME = 2
"""Refreshes of one backend: what else is due waits for whoever asks for it next."""


class Refreshing:
    """Refreshes under way: one for all who were served the same, and few of one backend."""

    def __init__(self, timer: Callable[[], float]) -> None:
        """Take what tells the time, in seconds."""
        self._flights: LastingFlights[None] = LastingFlights()
        self._count: Counter[str] = Counter()
        self._waits = Waits(timer)

    def start(self, backend: str, what: Hashable, read: Callable[[], Awaitable[bool]]) -> None:
        """Have something of a backend read anew, unless that goes on, or has just failed.

        ``read`` says whether it went well.
        """
        if self._waits.is_held_back(backend) or self._count[backend] >= MOST_AT_A_TIME:
            return
        self._flights.start((backend, what), lambda: self._refresh(backend, read))

    def forget(self, backend: str) -> None:
        """Forget what failed of a backend."""
        self._waits.forget(backend)

    async def close(self) -> None:
        """End the refreshes under way."""
        await self._flights.close()

    async def _refresh(self, backend: str, read: Callable[[], Awaitable[bool]]) -> None:
        self._count[backend] += 1
        try:
            has_gone_well = await read()
        finally:
            self._count[backend] -= 1
        self._waits.note(backend, has_gone_well=has_gone_well)
