"""How many requests an account at a vendor has under way, and how close together they go out."""

import asyncio
import time
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
        self._free = asyncio.Semaphore(concurrency)
        self._concurrency = concurrency
        self._owed = 0
        """Turns there are too many of, since there are to be fewer than there were."""
        self._pacer = pacer
        self._next_to_go = asyncio.Lock()
        self._waiting = 0
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
        return self._waiting

    def allow(self, concurrency: int) -> None:
        """Let another number out at a time. Those that are out now come to their ends."""
        more = concurrency - self._concurrency - self._owed
        self._concurrency, self._owed = concurrency, max(0, -more)
        for _ in range(more):
            self._free.release()

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
        await self._acquire(what)
        self._taken += 1
        try:
            await self._keep_pace()
        except BaseException:
            self.give_back()
            raise

    def give_back(self) -> None:
        """Let another have the turn that was taken."""
        self._taken -= 1
        if self._owed:
            self._owed -= 1
        else:
            self._free.release()

    async def _acquire(self, what: str) -> None:
        while self._owed and not self._free.locked():
            self._owed -= 1
            await self._free.acquire()  # at once, as it is free
        if not self._free.locked():
            await self._free.acquire()  # at once, too
            return
        if self._waiting >= MOST_WAITING:
            raise TryAgainLater(
                ErrorCode.OVERLOADED, f"{what}: too many are waiting already", attempts=1
            )
        self._waiting += 1
        try:
            with aside():
                await self._free.acquire()
        finally:
            self._waiting -= 1

    async def _keep_pace(self) -> None:
        """Wait for a place in time. Whoever gives up meanwhile has taken none."""
        if self._pacer is None:
            return
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
