"""How many requests an account at a vendor has under way, and how close together they go out."""

import asyncio
import time
from collections import deque
from collections.abc import Callable
from types import TracebackType

from gateway.model.report import ErrorCode
from gateway.spi import Rate, TryAgainLater
from gateway.transport.in_flight import aside
from gateway.transport.limits import Limits
from gateway.transport.pacing import Pacer

MOST_WAITING = 100
"""Requests that may wait for their turn: more would only be answered too late."""


class Turns:
    """Lets a number of requests out at a time, over all wires of an account, at a pace."""

    def __init__(self, concurrency: int, pacer: Pacer | None = None) -> None:
        """Take no pacer where requests may follow each other as closely as they come."""
        self._concurrency = concurrency
        self._pacer = pacer
        self._next_to_go = asyncio.Lock()
        self._queue: deque[asyncio.Future[None]] = deque()
        self._taken = 0

    @classmethod
    def within(cls, limits: Limits, timer: Callable[[], float] = time.monotonic) -> "Turns":
        """Make those that keep these limits, by what tells the time in seconds."""
        return cls(limits.concurrency, _pacer(limits.rate, timer))

    @property
    def concurrency(self) -> int:
        """Say how many may be under way at a time."""
        return self._concurrency

    @property
    def under_way(self) -> int:
        """Count the requests that have their turn."""
        return self._taken

    @property
    def waiting(self) -> int:
        """Count the requests that wait for their turn."""
        return len(self._queue)

    def allow(self, concurrency: int) -> None:
        """Let another number out at a time. Those that are out now come to their ends."""
        self._concurrency = concurrency
        self._call_up()

    def keep_pace(self, rate: Rate | None, timer: Callable[[], float] = time.monotonic) -> None:
        """Have requests go out at another pace from now on."""
        self._pacer = _pacer(rate, timer)

    def turn(self, what: str) -> "_Turn":
        """Wait for a turn, and hold it for as long as a request is under way.

        Raises :class:`TryAgainLater` when too many are waiting already.
        """
        return _Turn(self, what)

    async def take(self, what: str) -> None:
        """Wait for a turn, as :meth:`turn` does, and have it until it is given back."""
        if self._queue or self._taken >= self._concurrency:
            await self._called_up(what)
        else:
            self._taken += 1
        if self._pacer is None:
            return
        try:
            await self._keep_pace()
        except BaseException:
            self.give_back()
            raise

    def give_back(self) -> None:
        """Let another have the turn that was taken."""
        self._taken -= 1
        self._call_up()

    def _call_up(self) -> None:
        """Give the turns that are free to those who wait, the first of them first."""
        while self._queue and self._taken < self._concurrency:
            call = self._queue.popleft()
            if not call.done():
                call.set_result(None)
                self._taken += 1

    async def _called_up(self, what: str) -> None:
        """Wait until a turn is given."""
        if len(self._queue) >= MOST_WAITING:
            raise TryAgainLater(
                ErrorCode.OVERLOADED, f"{what}: too many are waiting already", attempts=1
            )
        call: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._queue.append(call)
        try:
            with aside():
                await call
        except asyncio.CancelledError:
            if not call.cancelled():
                self.give_back()  # it was given in the very same moment
            elif call in self._queue:
                self._queue.remove(call)
            raise

    async def _keep_pace(self) -> None:
        """Wait for a place in time. Whoever gives up meanwhile has taken none."""
        async with self._next_to_go:
            # Nothing happens that could be waited for: time goes by.
            while self._pacer is not None and (wait := self._pacer.wait()) > 0:  # noqa: ASYNC110
                await asyncio.sleep(wait)
            if self._pacer is not None:
                self._pacer.delay()


class _Turn:
    """A turn that is held for as long as a block lasts."""

    __slots__ = ("_turns", "_what")

    def __init__(self, turns: Turns, what: str) -> None:
        self._turns = turns
        self._what = what

    async def __aenter__(self) -> None:
        await self._turns.take(self._what)

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._turns.give_back()


def _pacer(rate: Rate | None, timer: Callable[[], float]) -> Pacer | None:
    return None if rate is None else Pacer(rate.requests, rate.seconds, timer)
