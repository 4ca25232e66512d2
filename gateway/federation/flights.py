"""Making one call for all who want the same thing at the same time."""

import asyncio
from collections.abc import Callable, Coroutine, Hashable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

T = TypeVar("T")


@dataclass(slots=True)
class _Flight(Generic[T]):
    task: asyncio.Task[T]
    waiters: int = 0


class Flights(Generic[T]):
    """Calls under way, by what they fetch.

    Whoever gives up leaves the call to the others; the last one to give up ends it.
    """

    def __init__(self) -> None:
        self._flights: dict[Hashable, _Flight[T]] = {}

    async def join(self, key: Hashable, call: Callable[[], Coroutine[Any, Any, T]]) -> T:
        """Wait for the call under way for this key, or start it."""
        flight = self._flights.get(key)
        if flight is None:
            flight = self._flights[key] = _Flight(asyncio.create_task(call()))
        flight.waiters += 1
        try:
            return await asyncio.shield(flight.task)
        finally:
            flight.waiters -= 1
            if flight.waiters == 0:
                self._flights.pop(key, None)
                flight.task.cancel()
                # Gathered rather than waited for: an error that nobody fetched would be logged.
                await asyncio.gather(flight.task, return_exceptions=True)
