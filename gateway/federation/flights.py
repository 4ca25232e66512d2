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
        """Start work for whoever joins: at first for those the running task works for."""
        first = patience()
        shared = Patience(first.begun, first.until)
        return cls(task_for(shared, work), shared)

    async def landed(self) -> None:
        """Wait for the end, and hand no cancellation on."""
        if self.task.done():
            return
        waiter: asyncio.Future[None] = asyncio.get_running_loop().create_future()

        def wake(_task: asyncio.Task[T]) -> None:
            if not waiter.done():
                waiter.set_result(None)

        self.task.add_done_callback(wake)
        try:
            await waiter
        finally:
            self.task.remove_done_callback(wake)

    async def end(self) -> None:
        """End the work, and fetch its error: one that nobody fetched would be logged."""
        if not self.task.done():
            self.task.cancel()
            await asyncio.gather(self.task, return_exceptions=True)
        elif not self.task.cancelled():
            self.task.exception()


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
            await flight.landed()
        finally:
            flight.waiters -= 1
            if flight.waiters == 0:
                self._flights.pop(key, None)
                await flight.end()
        return flight.task.result()


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
        flight = self._joined(key, call)
        await flight.landed()
        return flight.task.result()

    def start(self, key: Hashable, call: Callable[[], Coroutine[Any, Any, T]]) -> asyncio.Task[T]:
        """Give the call under way for this key, or start it, and let it go on by itself."""
        return self._joined(key, call).task

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

    def _joined(self, key: Hashable, call: Callable[[], Coroutine[Any, Any, T]]) -> _Flight[T]:
        flight = self._flights.get(key)
        if flight is None:
            flight = self._flights[key] = _Flight.of(call())
            flight.task.add_done_callback(lambda _: self._flights.pop(key))
            if self._is_closed:
                flight.task.cancel()
        flight.patience.join(patience())
        return flight
