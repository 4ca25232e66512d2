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

    @classmethod
    def of(cls, work: Coroutine[Any, Any, T]) -> "_Flight[T]":
        """Start work for whoever joins, which nobody has yet."""
        shared = Patience(0.0, 0.0)
        return cls(task_for(shared, work), shared)


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
            flight = self._flights[key] = _Flight.of(call())
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
    """Calls under way that go on when all who waited have left, until they are closed.

    What they do once more, or wait for, they do only as long as somebody waits. What is started
    once they are closed is cancelled before it begins.
    """

    def __init__(self) -> None:
        self._flights: dict[Hashable, _Flight[T]] = {}
        self._is_closed = False

    async def join(self, key: Hashable, call: Callable[[], Coroutine[Any, Any, T]]) -> T:
        """Wait for the call under way for this key, or start it."""
        task = self.start(key, call)
        # Not awaited itself: that would hand a cancellation on to it.
        await asyncio.wait([task])
        return task.result()

    def start(self, key: Hashable, call: Callable[[], Coroutine[Any, Any, T]]) -> asyncio.Task[T]:
        """Give the call under way for this key, or start it, and let it go on by itself."""
        flight = self._flights.get(key)
        if flight is None:
            flight = self._flights[key] = _Flight.of(call())
            flight.task.add_done_callback(lambda _: self._flights.pop(key))
            if self._is_closed:
                flight.task.cancel()
        flight.patience.join(patience())
        return flight.task

    async def settled(self) -> None:
        """Wait until all calls have come to their ends."""
        while self._flights:
            await asyncio.wait([flight.task for flight in self._flights.values()])

    async def end(self, is_meant: Callable[[Hashable], bool]) -> None:
        """End the calls under way for some keys, and wait until they have ended."""
        tasks = [flight.task for key, flight in self._flights.items() if is_meant(key)]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def close(self) -> None:
        """End the calls under way, wait until they have ended, and let no other begin."""
        self._is_closed = True
        await self.end(lambda _: True)
