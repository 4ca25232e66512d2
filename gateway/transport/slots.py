"""How long each request of a wire may take, and how all of them end."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from contextvars import Context

from gateway.model.report import ErrorCode
from gateway.spi import TryAgainLater, UpstreamError
from gateway.transport.in_flight import is_held_up
from gateway.transport.timing import Counted
from gateway.transport.turns import Turns


class Slots:
    """Room for the requests of one wire, as its account has a turn for each.

    All have the same time, so who began first is due first, and one alarm does for all of them. It
    is left to ring when they have ended: to set and to cancel one for each would cost more than
    all else here.
    """

    def __init__(self, turns: Turns, timeout_seconds: float) -> None:
        self._turns = turns
        self._timeout_seconds = timeout_seconds
        self._deadlines: dict[asyncio.Timeout, float] = {}
        """When those under way are due, in that order."""
        self._alarm: asyncio.TimerHandle | None = None
        self._is_empty = asyncio.Event()
        self._is_empty.set()
        self._is_closed = False

    @asynccontextmanager
    async def slot(self, what: str) -> AsyncIterator[None]:
        """Hold one slot for a request; waiting for its turn counts in the request's time.

        Raises :class:`TryAgainLater` when the time is over, and when the wire is closed before
        or meanwhile.
        """
        if self._is_closed:
            raise self._closed(what)
        has_begun = False
        try:
            async with asyncio.timeout(None) as deadline:
                self._begin(deadline)
                try:
                    async with self._turns.turn(what):
                        has_begun = True
                        with Counted():
                            yield
                finally:
                    self._finish(deadline)
        except TimeoutError:
            raise self._error(what, has_begun=has_begun) from None

    async def close(self) -> None:
        """Refuse every further request, end those under way, and wait until they have ended."""
        self._is_closed = True
        if self._alarm is not None:
            self._alarm.cancel()
        now = asyncio.get_running_loop().time()
        for deadline in self._deadlines:
            _end(deadline, now)
        await self._is_empty.wait()

    def _begin(self, deadline: asyncio.Timeout) -> None:
        loop = asyncio.get_running_loop()
        due = loop.time() + self._timeout_seconds
        self._deadlines[deadline] = due
        self._is_empty.clear()
        if self._alarm is None:
            self._alarm = _alarm_at(due, self._ring)

    def _ring(self) -> None:
        """End those who are due, and see to it that the next one will be."""
        loop = asyncio.get_running_loop()
        now = loop.time()
        self._alarm = None
        for deadline, due in self._deadlines.items():
            if due > now:
                self._alarm = _alarm_at(due, self._ring)
                return
            _end(deadline, now)

    def _finish(self, deadline: asyncio.Timeout) -> None:
        del self._deadlines[deadline]
        if not self._deadlines:
            self._is_empty.set()

    def _error(self, what: str, *, has_begun: bool) -> UpstreamError:
        if self._is_closed:
            return self._closed(what)
        # Where the time went by here, that tells nothing of the vendor.
        if not has_begun:
            return TryAgainLater(ErrorCode.OVERLOADED, f"{what}: no turn in time", attempts=1)
        if is_held_up():
            return TryAgainLater(ErrorCode.OVERLOADED, f"{what}: no room in time", attempts=1)
        return TryAgainLater(ErrorCode.TIMEOUT, f"{what}: no answer in time", attempts=2)

    def _closed(self, what: str) -> UpstreamError:
        return TryAgainLater(ErrorCode.RESET, f"{what}: the wire was closed", attempts=1)


def _alarm_at(due: float, ring: Callable[[], None]) -> asyncio.TimerHandle:
    """Have it ring in nobody's name: it outlasts the request that sets it."""
    return asyncio.get_running_loop().call_at(due, ring, context=Context())


def _end(deadline: asyncio.Timeout, now: float) -> None:
    if not deadline.expired():
        deadline.reschedule(now)
