"""Reading anew, behind the scenes, what still serves but is not fresh any more."""

from collections import Counter
from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass

from gateway.federation.flights import LastingFlights
from gateway.resilience.backoff import doubled

MOST_AT_A_TIME = 2
"""Refreshes of one backend: what else is due waits for whoever asks for it next."""

_FIRST_WAIT_SECONDS = 1.0
_LONGEST_WAIT_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class _Wait:
    """After how many refreshes in a row that failed a backend is left alone, and until when."""

    failures: int
    until: float


class Refreshing:
    """Refreshes under way: one for all who were served the same, and few of one backend."""

    def __init__(self, timer: Callable[[], float]) -> None:
        """Take what tells the time, in seconds."""
        self._timer = timer
        self._flights: LastingFlights[None] = LastingFlights()
        self._count: Counter[str] = Counter()
        self._waits: dict[str, _Wait] = {}

    def start(self, backend: str, what: Hashable, read: Callable[[], Awaitable[bool]]) -> None:
        """Have something of a backend read anew, unless that goes on, or has just failed.

        ``read`` says whether it went well.
        """
        wait = self._waits.get(backend)
        is_held_back = wait is not None and self._timer() < wait.until
        if is_held_back or self._count[backend] >= MOST_AT_A_TIME:
            return
        self._flights.start((backend, what), lambda: self._refresh(backend, read))

    def forget(self, backend: str) -> None:
        """Forget what failed of a backend."""
        self._waits.pop(backend, None)

    async def close(self) -> None:
        """End the refreshes under way."""
        await self._flights.close()

    async def _refresh(self, backend: str, read: Callable[[], Awaitable[bool]]) -> None:
        self._count[backend] += 1
        try:
            has_gone_well = await read()
        finally:
            self._count[backend] -= 1
        if has_gone_well:
            self.forget(backend)
            return
        before = self._waits.get(backend)
        failures = 1 if before is None else before.failures + 1
        seconds = doubled(_FIRST_WAIT_SECONDS, failures - 1, _LONGEST_WAIT_SECONDS)
        self._waits[backend] = _Wait(failures, self._timer() + seconds)
