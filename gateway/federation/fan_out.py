"""Fan-out: every asked backend at once, within one deadline, into one merged page."""

import asyncio
import contextlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from gateway.federation.backend import Failed
from gateway.federation.deadline import CUT, GIVE_UP, READ_AHEAD, Deadline
from gateway.federation.readers import Delivered, Delivery, Reader
from gateway.model.report import ErrorCode, Failure
from gateway.paging.merge import Merge

MAX_COUNTED_PAGES = 100
"""Pages of one backend that are read for nothing but a count."""

_ROUNDS_OF_A_TURN = 2
"""Rounds of what is at hand that are delivered at a stretch."""

TIMED_OUT = Failure(ErrorCode.TIMEOUT, retryable=True)
BUDGET_EXCEEDED = Failure(ErrorCode.BUDGET_EXCEEDED, retryable=False)
GROUP_TOO_LARGE = Failure(ErrorCode.GROUP_TOO_LARGE, retryable=False)


@dataclass(frozen=True, slots=True)
class Filled:
    """What became of a page: who failed, and whose budget ended it before it was full."""

    failures: Mapping[str, Failure]
    spent: frozenset[str] = frozenset()


async def fill_page(
    merge: Merge,
    readers: Mapping[str, Reader],
    deadline: Deadline,
    *,
    required: Collection[str] = (),
) -> Filled:
    """Read until the merge has its page, or a budget is spent, or the time.

    A backend that fails or stays silent costs its own rows only, unless it is required: then
    nothing more is read.
    """
    with deadline.handed_down():
        return await _filled(merge, readers, deadline, required)


async def _filled(
    merge: Merge, readers: Mapping[str, Reader], deadline: Deadline, required: Collection[str]
) -> Filled:
    async with asyncio.TaskGroup() as group:
        filling = _Filling(merge, readers, deadline, group)
        while (wanted := merge.step()) and filling.failures.keys().isdisjoint(required):
            if filling.is_cut(wanted):
                break
            await filling.read(wanted - filling.failures.keys())
        filling.end()
    return Filled(filling.failures, filling.spent)


class _Filling:
    """A page being filled: the reads under way, and what became of those before."""

    def __init__(
        self,
        merge: Merge,
        readers: Mapping[str, Reader],
        deadline: Deadline,
        group: asyncio.TaskGroup,
    ) -> None:
        self.failures: dict[str, Failure] = {}
        self.spent: frozenset[str] = frozenset()
        self._merge = merge
        self._readers = readers
        self._deadline = deadline
        self._group = group
        self._begins = merge.last_key
        self._allowances = {name: reader.allowance() for name, reader in readers.items()}
        self._reading: dict[str, asyncio.Task[Delivered]] = {}
        self._arrivals = _Arrivals()
        self._rounds_at_hand = 0
        self._since: dict[str, float] = {}
        self._fallen_back: set[str] = set()
        """Those who have turned to what is kept, and have not been read since."""

    def is_cut(self, wanted: frozenset[str]) -> bool:
        """End the page where it has come to if no more may be read of those who hold it up.

        Who holds it up where it began, so that the next page would begin there too, has failed.
        """
        if self._deadline.has_come_to(GIVE_UP) and self._give_up_silent(wanted):
            return False
        is_late = self._deadline.has_come_to(CUT)
        if is_late and self._patience(wanted):
            return False
        spent = wanted if is_late else frozenset(filter(self._is_spent, wanted))
        if not spent:
            return False
        self._merge.cut()
        if self._merge.last_key > self._begins:
            self.spent = spent
            return True
        for name in spent:
            self._fail(name, TIMED_OUT if is_late else BUDGET_EXCEEDED)
        return False

    async def read(self, wanted: frozenset[str]) -> None:
        """Read of those who hold up the page, and deliver what comes first."""
        if not wanted:
            return
        if self._has_at_hand(wanted - self._reading.keys()):
            await self._let_others_go_on()
            return
        is_late = self._deadline.has_come_to(READ_AHEAD)
        ahead = self._merge.ahead(wanted) if is_late else frozenset()
        begins = (wanted | ahead) - self._reading.keys() - self.failures.keys()
        since = self._deadline.spent_share()
        for name in begins:
            task = self._group.create_task(self._timed(self._readers[name]))
            task.add_done_callback(self._arrivals.note)
            self._reading[name], self._since[name] = task, since
        done = await self._arrivals.within(self._deadline.wait() or self._patience(wanted))
        for name in _names(self._reading, done):
            self._take(name, self._reading.pop(name).result())
            if len(done) > 1:
                await asyncio.sleep(0)  # A stretch may have a thousand rows.

    def _has_at_hand(self, names: Collection[str]) -> bool:
        """Deliver what need not be waited for, and say whether there is any."""
        found = {name: self._readers[name].at_hand() for name in names}
        for name, delivered in found.items():
            if delivered is not None:
                self._take(name, delivered)
        return any(found.values())

    async def _let_others_go_on(self) -> None:
        """Have others take their turns now and then: each lane may have had a hundred rows made."""
        self._rounds_at_hand += 1
        if self._rounds_at_hand % _ROUNDS_OF_A_TURN == 0:
            await asyncio.sleep(0)

    def end(self) -> None:
        """Break off what is still under way."""
        for task in self._reading.values():
            task.cancel()

    async def _timed(self, reader: Reader) -> Delivered:
        """Read, and count how long that takes."""
        begun = self._deadline.left()
        try:
            return await reader.read()
        finally:
            reader.tally.seconds += begun - self._deadline.left()

    def _patience(self, wanted: frozenset[str]) -> float:
        """Give the seconds that are left to read what is kept, which takes no vendor's time."""
        return 0.0 if self._fallen_back.isdisjoint(wanted) else self._deadline.left()

    def _give_up_silent(self, wanted: frozenset[str]) -> frozenset[str]:
        """Give up those who have not answered for long, and name them."""
        since = self._deadline.spent_share() - READ_AHEAD
        silent = frozenset(n for n in wanted & self._reading.keys() if self._since[n] <= since)
        for name in silent:
            self._give_up(name, TIMED_OUT)
        return silent

    def _take(self, name: str, outcome: Delivered) -> None:
        self._fallen_back.discard(name)
        match outcome:
            case Delivery(rows, is_end, bound):
                self._merge.deliver(name, rows, is_end=is_end, bound=bound)
                if self._merge.lanes[name].is_overfull:
                    self._fail(name, GROUP_TOO_LARGE)
            case Failed(failure):
                self._give_up(name, failure)

    def _give_up(self, name: str, failure: Failure) -> None:
        """Do without what a backend could not be read for, unless what is stale serves in place."""
        if not self._readers[name].fall_back(failure):
            self._fail(name, failure)
            return
        self._fallen_back.add(name)
        if (task := self._reading.pop(name, None)) is not None:
            task.cancel()

    def _fail(self, name: str, failure: Failure) -> None:
        self._merge.fail(name)
        self.failures[name] = failure
        if (task := self._reading.pop(name, None)) is not None:
            task.cancel()

    def _is_spent(self, name: str) -> bool:
        allowance = self._allowances[name]
        return allowance is not None and allowance.is_spent(self._readers[name].tally)


class _Arrivals:
    """Reads that have ended, since they were last asked for.

    ``asyncio.wait`` does the same, but begins to look at each of them anew every time.
    """

    def __init__(self) -> None:
        self._ended: list[asyncio.Task[Delivered]] = []
        self._waiter: asyncio.Future[None] | None = None

    def note(self, task: asyncio.Task[Delivered]) -> None:
        """Note that one has ended."""
        self._ended.append(task)
        self._wake()

    async def within(self, seconds: float) -> list[asyncio.Task[Delivered]]:
        """Wait until one has ended, but not for longer."""
        if not self._ended:
            loop = asyncio.get_running_loop()
            self._waiter = loop.create_future()
            alarm = loop.call_later(seconds, self._wake)
            try:
                await self._waiter
            finally:
                alarm.cancel()
        ended, self._ended = self._ended, []
        return ended

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)


def _names(
    reading: dict[str, asyncio.Task[Delivered]], done: list[asyncio.Task[Delivered]]
) -> list[str]:
    return [name for name, task in reading.items() if task in done]


async def read_on(merge: Merge, readers: Mapping[str, Reader], deadline: Deadline) -> None:
    """Read what lies beyond a full page, to count it: as far as time and the bound of pages allow.

    The page stands as it is. A backend that fails now is counted as far as it was read.
    """

    async def read(name: str) -> None:
        for _ in range(MAX_COUNTED_PAGES):
            if merge.lanes[name].frontier is None:
                return
            match await readers[name].read():
                case Delivery(rows, is_end, bound):
                    merge.deliver(name, rows, is_end=is_end, bound=bound)
                case Failed():
                    return

    with deadline.handed_down(), contextlib.suppress(TimeoutError):
        async with asyncio.timeout_at(deadline.patience), asyncio.TaskGroup() as group:
            for name in readers:
                group.create_task(read(name))
