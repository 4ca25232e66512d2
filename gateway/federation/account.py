"""One account at a vendor: what all calls to it share, whoever makes them, and for what."""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar
from weakref import WeakKeyDictionary

from gateway.federation.patience import Patience, patience
from gateway.federation.sharing import OwnTrouble, SharedTrouble, Trouble
from gateway.model.report import ErrorCode
from gateway.resilience.backoff import backoff_seconds
from gateway.resilience.breaker import Breaker, BreakerRules, Permit
from gateway.resilience.budget import RetryBudget
from gateway.resilience.log_ins import LogInGuard
from gateway.resilience.pauses import Pause, asked_seconds, throttled_seconds
from gateway.spi.errors import GiveUp, SlowDown, TryAgainLater, UpstreamError
from gateway.transport.timing import Timing

_LONGEST_WAIT_SECONDS = 5.0
_LONGEST_WAIT_SHARE = 0.25
"""Of the time that is left: for longer than that nobody is kept waiting for a pause to end."""

_LEAST_SHARE_FOR_THE_SILENT = 0.5
"""Of the time that must be left to ask once more who did not answer in time."""

_TLS_PAUSE_SECONDS = 60.0
"""A certificate is not mended within one call, and every try may alarm somebody."""

_REFUSED_CREDENTIALS = frozenset({ErrorCode.AUTH, ErrorCode.FORBIDDEN})
_FAILED_CONNECTS = frozenset({ErrorCode.CONNECT, ErrorCode.DNS})

T = TypeVar("T")


@dataclass(slots=True)
class _Meeting:
    """What came of an error where attempts met it: all that wait for a log-in meet the same."""

    is_judged: bool = False
    wait: float | None = None
    """The seconds after which all of them are repeated, once one may be."""


class Account:
    """Decides whether a vendor is asked, asked again, or left alone.

    An attempt is whatever has to be done for one call, a log-in included. Nothing below repeats
    one: only here is it known how much time is left, and how much trouble there is.
    """

    def __init__(
        self,
        rules: BreakerRules | None = None,
        *,
        timer: Callable[[], float] = time.monotonic,
        draw: Callable[[], float] = random.random,
        slow_seconds: float = 5.0,
        trouble: SharedTrouble | None = None,
    ) -> None:
        """Take what tells the time in seconds, and what draws from [0, 1).

        Pauses and refused log-ins are told by ``trouble`` to other replicas, and heard of them.

        A request that is given up after ``slow_seconds`` or more is trouble of the vendor's;
        before, it is only the haste of its callers.
        """
        self.breaker = Breaker(rules or BreakerRules(), timer, draw)
        self.pause = Pause(timer)
        self._trouble = trouble or OwnTrouble()
        self._told_until = 0.0
        self._timer = timer
        self._budget = RetryBudget(timer)
        self._log_ins = LogInGuard(timer)
        self._logging_in = asyncio.Lock()
        self._meetings: WeakKeyDictionary[UpstreamError, _Meeting] = WeakKeyDictionary()
        self._throttled_in_a_row = 0
        self._draw = draw
        self.slow_seconds = slow_seconds

    async def call(self, attempt: Callable[[], Awaitable[T]], *, is_repeatable: bool) -> T:
        """Make an attempt, and more where that may help and the call only reads.

        Raises the :class:`UpstreamError` of the last one.
        """
        self._budget.note_call()
        failures = 0
        while True:
            await self._wait_out_pause()
            try:
                return await self._judged(attempt)
            except UpstreamError as error:
                failures += 1
                wait = self._wait_to_repeat(error, failures) if is_repeatable else None
                if wait is None:
                    raise
            await asyncio.sleep(wait)

    async def log_in(self, log_in: Callable[[], Awaitable[T]]) -> T:
        """Log in, if nothing speaks against it: a vendor may lock who is refused too often."""
        async with self._logging_in, self._trouble.logging_in():
            await self._hear()
            if (paused := self.pause.error()) is not None:
                self._meetings[paused] = _Meeting(is_judged=True)  # nothing was sent
                raise paused
            try:
                return await log_in()
            except UpstreamError as error:
                self._meetings[error] = _Meeting()
                if error.code in _REFUSED_CREDENTIALS:
                    self._note_refused(error)
                    await self._tell()
                raise

    async def _judged(self, attempt: Callable[[], Awaitable[T]]) -> T:
        """Make one attempt, and note what it tells of the vendor."""
        permit = self.breaker.admit()
        if permit is None:
            raise TryAgainLater(
                ErrorCode.CIRCUIT_OPEN,
                "left alone after too much trouble",
                retry_after_seconds=self.breaker.wait(),
                attempts=1,
            )
        timing = Timing()
        try:
            with timing:
                outcome = await attempt()
            permit.good()
        except UpstreamError as error:
            self._note(error, permit)
            await self._tell()
            raise
        except asyncio.CancelledError:
            if timing.seconds >= self.slow_seconds:
                permit.bad()
            raise
        finally:
            permit.release()  # of whatever tells nothing
        self._throttled_in_a_row = 0
        self._log_ins.note_accepted()
        return outcome

    async def _hear(self) -> None:
        """Leave the vendor alone as other replicas do."""
        heard = await self._trouble.hear()
        if heard is not None:
            self.pause.join(heard.left_s, heard.kind, heard.code)
            self._log_ins.join(heard.refused, heard.refused_in_a_row)

    async def _tell(self) -> None:
        """Have other replicas leave the vendor alone as long as we do, if that is news."""
        left, reason = self.pause.left(), self.pause.reason()
        until = self._timer() + left
        if reason is not None and until > self._told_until:
            self._told_until = until
            refused = self._log_ins.ages(), self._log_ins.refused_in_a_row
            await self._trouble.tell(Trouble(*reason, left, *refused))

    def _note(self, error: UpstreamError, permit: Permit) -> None:
        meeting = self._meeting(error)
        if meeting.is_judged:
            return
        meeting.is_judged = True
        if error.is_trouble:
            permit.bad(is_connect=error.code in _FAILED_CONNECTS)
        match error:
            case (
                SlowDown()
                | TryAgainLater(code=ErrorCode.UNAVAILABLE, retry_after_seconds=float() | int())
            ):
                self._note_throttled(error)
            case _ if self.pause.left() > 0:
                pass  # whatever was under way when it began may not prolong it
            case GiveUp(code=ErrorCode.TLS):
                self.pause.begin(_TLS_PAUSE_SECONDS, error)
            case UpstreamError(code=ErrorCode.AUTH):
                self._note_refused(error)

    def _note_throttled(self, error: UpstreamError) -> None:
        if self.pause.left() <= 0:
            self._throttled_in_a_row += 1
        elif asked_seconds(error) is None:
            return  # nor may this, which was under way and names no time
        seconds = throttled_seconds(error, self._throttled_in_a_row, self._draw)
        self.pause.begin(seconds, error)

    def _note_refused(self, error: UpstreamError) -> None:
        self._log_ins.note_refused()
        self.pause.begin(self._log_ins.wait(), error)

    def _meeting(self, error: UpstreamError) -> _Meeting:
        return self._meetings.get(error) or _Meeting()

    def _wait_to_repeat(self, error: UpstreamError, failures: int) -> float | None:
        """Give the seconds after which to make the next attempt; none if there is to be none."""
        if failures >= error.attempts:
            return None
        waiting, is_silent = patience(), error.code is ErrorCode.TIMEOUT
        if is_silent and waiting.left_share() < _LEAST_SHARE_FOR_THE_SILENT:
            return None
        meeting = self._meeting(error)
        wait = backoff_seconds(failures, self._draw) if meeting.wait is None else meeting.wait
        if not self._fits(waiting, self.pause.left()) or wait >= waiting.left():
            return None
        if meeting.wait is None and not self._budget.spend():
            return None
        meeting.wait = wait
        return wait

    async def _wait_out_pause(self) -> None:
        """Wait until a pause is over, if that is soon. Otherwise tell why there is one."""
        await self._hear()
        while (error := self.pause.error()) is not None:
            if not self._fits(patience(), self.pause.left()):
                raise error
            await asyncio.sleep(self.pause.left())

    @staticmethod
    def _fits(waiting: Patience, seconds: float) -> bool:
        return seconds <= min(_LONGEST_WAIT_SECONDS, waiting.left() * _LONGEST_WAIT_SHARE)
