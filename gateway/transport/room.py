"""A budget of bytes under way that is waited for: in turn, and so that somebody always goes on."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from gateway.transport.in_flight import USUAL_BYTES, Bill, InFlight
from gateway.transport.timing import uncounted


@dataclass(slots=True, eq=False)
class _Waiter:
    count: int
    granted: asyncio.Future[None] = field(
        default_factory=lambda: asyncio.get_running_loop().create_future()
    )


class Room(InFlight):
    """Lets bills that are larger than usual wait for each other, by the age of their first wish.

    The oldest of them never waits, so it ends, and then another is the oldest: nobody waits for
    ever, whatever each of them holds. One that stands aside is passed over: it may wait for what
    the others hold. So the budget may be exceeded by what the oldest takes, by what those took
    that stand aside, and by bills of the usual size, which wait for nobody.
    """

    def __init__(self, max_bytes: int) -> None:
        super().__init__(max_bytes)
        self._large: dict[Bill, list[_Waiter]] = {}
        """Larger ones, the oldest first, and what each of them waits for."""

    async def make_room(self, bill: Bill, count: int, ahead: int, what: str) -> None:
        """Charge bytes that have come and those ahead, when there is room for them."""
        del what
        bill.come += count
        short = bill.come - bill.taken
        if short <= 0:
            return
        if bill.come + ahead <= USUAL_BYTES:
            self._take(bill, short)
            return
        await self._granted(bill, short + ahead)

    @contextmanager
    def aside(self, bill: Bill) -> Iterator[None]:
        """Have nobody wait meanwhile for this bill alone."""
        with super().aside(bill):
            if bill in self._large:
                self._admit()
            yield

    def settle(self, bill: Bill) -> None:
        """Give back what was taken for bytes that did not come."""
        if bill.taken > bill.come:
            super().settle(bill)
            self._admit()

    def end(self, bill: Bill) -> None:
        """Give back all that was taken for a bill."""
        super().end(bill)
        if self._large:
            self._large.pop(bill, None)
            self._admit()

    async def _granted(self, bill: Bill, count: int) -> None:
        waiters = self._large.setdefault(bill, [])
        waiter = _Waiter(count)
        waiters.append(waiter)
        self._admit()
        if waiter.granted.done():
            return
        bill.is_held_up = True
        try:
            with uncounted():
                await waiter.granted
        except asyncio.CancelledError:
            self._admit()  # others may have waited for this one alone
            raise
        bill.is_held_up = False

    def _admit(self) -> None:
        """Let go on who can, the oldest first: nobody goes before who has waited longer."""
        is_oldest = True
        for bill, waiters in self._large.items():
            while waiters:
                waiter = waiters[0]
                if not waiter.granted.cancelled():
                    if not is_oldest and self.taken + waiter.count > self.max_bytes:
                        return
                    self._take(bill, waiter.count)
                    waiter.granted.set_result(None)
                del waiters[0]
            is_oldest = is_oldest and bill.elsewhere > 0
