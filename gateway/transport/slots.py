"""How many requests a wire carries at a time, how long each may take, and how all of them end."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from gateway.model.report import ErrorCode
from gateway.spi import TryAgainLater, UpstreamError


class Slots:
    """Room for a number of requests on one wire."""

    def __init__(self, count: int, timeout_seconds: float) -> None:
        self._count = count
        self._timeout_seconds = timeout_seconds
        self._free = asyncio.Semaphore(count)
        self._deadlines: set[asyncio.Timeout] = set()
        self._is_closed = False

    @asynccontextmanager
    async def slot(self, what: str) -> AsyncIterator[None]:
        """Hold one slot for a request; waiting for it counts in the request's time.

        Raises :class:`TryAgainLater` when the time is over, and when the wire is closed before
        or meanwhile.
        """
        if self._is_closed:
            raise self._end(what)
        try:
            async with asyncio.timeout(self._timeout_seconds) as deadline:
                self._deadlines.add(deadline)
                try:
                    async with self._free:
                        yield
                finally:
                    self._deadlines.remove(deadline)
        except TimeoutError:
            raise self._end(what) from None

    async def close(self) -> None:
        """Refuse every further request, end those under way, and wait until they have ended."""
        if self._is_closed:
            return
        self._is_closed = True
        now = asyncio.get_running_loop().time()
        for deadline in self._deadlines:
            if not deadline.expired():
                deadline.reschedule(now)
        # Whoever holds all the slots knows that nobody else holds one.
        for _ in range(self._count):
            await self._free.acquire()

    def _end(self, what: str) -> UpstreamError:
        if self._is_closed:
            return TryAgainLater(ErrorCode.RESET, f"{what}: the wire was closed")
        return TryAgainLater(ErrorCode.TIMEOUT, f"{what}: no answer in time")
