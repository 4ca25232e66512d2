"""Reading anew, behind the scenes, what still serves but is not fresh any more."""

from collections import defaultdict
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
        self._under_way: defaultdict[str, set[Hashable]] = defaultdict(set)
        self._waits: dict[str, _Wait] = {}

    def start(self, backend: str, what: Hashable, read: Callable[[], Awaitable[bool]]) -> None:
        """Have something of a backend read anew, unless that goes on, or has just failed.

        ``read`` says whether it went well.
        """
        wait, under_way = self._waits.get(backend), self._under_way[backend]
        is_held_back = wait is not None and self._timer() < wait.until
        if is_held_back or what in under_way or len(under_way) >= MOST_AT_A_TIME:
            return
        # Counted here, as the task begins only later: by then others may have been started.
        under_way.add(what)
        task = self._flights.start((backend, what), lambda: self._refresh(backend, read, wait))
        task.add_done_callback(lambda _: under_way.remove(what))

    def forget(self, backend: str) -> None:
        """Forget what failed of a backend."""
        self._waits.pop(backend, None)

    async def close(self) -> None:
        """End the refreshes under way."""
        await self._flights.close()

    async def _refresh(
        self, backend: str, read: Callable[[], Awaitable[bool]], before: _Wait | None
    ) -> None:
        has_gone_well = False
        try:
            has_gone_well = await read()
        finally:
            self._note(backend, before, has_gone_well=has_gone_well)

    def _note(self, backend: str, before: _Wait | None, *, has_gone_well: bool) -> None:
        if has_gone_well:
            self.forget(backend)
            return
        if self._waits.get(backend) is not before:
            return  # another that was under way at the same time has been noted
        failures = 1 if before is None else before.failures + 1
        seconds = doubled(_FIRST_WAIT_SECONDS, failures - 1, _LONGEST_WAIT_SECONDS)
        self._waits[backend] = _Wait(failures, self._timer() + seconds)
