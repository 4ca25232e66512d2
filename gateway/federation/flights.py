"""Making one call for all who want the same thing at the same time."""

import asyncio
from collections.abc import Callable, Coroutine, Hashable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from gateway.federation.patience import Patience, patience, task_for

T = TypeVar("T")


@dataclass(slots=True)
class _Flight(Generic[T]):
    task: asyncio.Task[T]
    patience: Patience
    waiters: int = 0


class Flights(Generic[T]):
    """Calls under way, by what they fetch.

    Whoever gives up leaves the call to the others; the last one to give up ends it. It has as much
    time as whoever waits longest.
    """

    def __init__(self) -> None:
        self._flights: dict[Hashable, _Flight[T]] = {}

    async def join(self, key: Hashable, call: Callable[[], Coroutine[Any, Any, T]]) -> T:
        """Wait for the call under way for this key, or start it."""
        flight = self._flights.get(key)
        if flight is None:
            shared = Patience(0.0, 0.0)
            flight = self._flights[key] = _Flight(task_for(shared, call()), shared)
        flight.patience.join(patience())
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


class LastingFlights(Generic[T]):
    """Calls under way that go on when all who waited have left, until they are closed."""

    def __init__(self) -> None:
        self._tasks: dict[Hashable, asyncio.Task[T]] = {}

    async def join(self, key: Hashable, call: Callable[[], Coroutine[Any, Any, T]]) -> T:
        """Wait for the call under way for this key, or start it."""
        task = self.start(key, call)
        # Not awaited itself: that would hand a cancellation on to it.
        await asyncio.wait([task])
        return task.result()

    def start(self, key: Hashable, call: Callable[[], Coroutine[Any, Any, T]]) -> asyncio.Task[T]:
        """Give the call under way for this key, or start it, and let it go on by itself."""
        task = self._tasks.get(key)
        if task is None:
            task = self._tasks[key] = task_for(Patience(), call())
            task.add_done_callback(lambda _: self._tasks.pop(key))
        return task

    async def close(self) -> None:
        """End the calls under way, and wait until they have ended."""
        tasks = list(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
