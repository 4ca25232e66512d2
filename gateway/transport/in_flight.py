"""How many bytes vendors' answers may take, over all wires, until something is made of them."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar, Token
from dataclasses import dataclass
from types import TracebackType

from gateway.model.report import ErrorCode
from gateway.spi import TryAgainLater

USUAL_BYTES = 1024 * 1024
"""What nearly every body of a page is smaller than."""

_STEP_BYTES = 16 * 1024 * 1024


@dataclass(slots=True, eq=False)
class Bill:
    """What was taken of a budget for one purpose: for the bytes that have come, or more."""

    come: int = 0
    taken: int = 0
    is_held_up: bool = False
    """Whether it waits for room, or did so last and got none."""
    elsewhere: int = 0
    """How often whoever it is for waits for something that those who wait for room may hold."""


class InFlight:
    """A budget of bytes that several tasks spend together. Whoever comes to its end fails."""

    def __init__(self, max_bytes: int) -> None:
        self.max_bytes = max_bytes
        self.taken = 0

    @contextmanager
    def billed(self) -> Iterator[Bill]:
        """Keep a bill. What was taken for it is given back at the end."""
        bill = Bill()
        try:
            yield bill
        finally:
            self.end(bill)

    def charged(self) -> "_Charged":
        """Charge what the running task reads from wires to the budget; give it back at the end."""
        return _Charged(self)

    def add(self, bill: Bill, count: int, what: str) -> None:
        """Charge bytes that have come, or raise :class:`TryAgainLater` where that is too many."""
        bill.come += count
        self._take(bill, bill.come - bill.taken)
        if self.taken > self.max_bytes:
            raise TryAgainLater(
                ErrorCode.OVERLOADED, f"{what}: too many bytes under way", attempts=1
            )

    async def make_room(self, bill: Bill, count: int, ahead: int, what: str) -> None:
        """Charge bytes that have come, and perhaps some that are to follow them."""
        del ahead  # Who might fail for them without need takes none.
        self.add(bill, count, what)

    @contextmanager
    def aside(self, bill: Bill) -> Iterator[None]:
        """Have nobody wait meanwhile for this bill alone."""
        bill.elsewhere += 1
        try:
            yield
        finally:
            bill.elsewhere -= 1

    def settle(self, bill: Bill) -> None:
        """Give back what was taken for bytes that did not come."""
        self._take(bill, bill.come - bill.taken)

    def _take(self, bill: Bill, count: int) -> None:
        bill.taken += count
        self.taken += count

    def end(self, bill: Bill) -> None:
        """Give back all that was taken for a bill."""
        self._take(bill, -bill.taken)


# A task's own: a wire is shared by those whose bytes are charged to one budget or another.
_charged: ContextVar[tuple[InFlight, Bill] | None] = ContextVar("what is charged", default=None)


class _Charged:
    """Charges what the running task reads to a budget, for as long as a block lasts."""

    __slots__ = ("_bill", "_budget", "_token")

    def __init__(self, budget: InFlight) -> None:
        self._budget = budget
        self._bill = Bill()

    def __enter__(self) -> None:
        self._token: Token[tuple[InFlight, Bill] | None]
        self._token = _charged.set((self._budget, self._bill))

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        _charged.reset(self._token)
        self._budget.end(self._bill)


async def charge(count: int, what: str, *, ahead: int = 0) -> None:
    """Charge bytes that have come to whatever the running task reads for, if to anything.

    So many more are ``ahead``, as far as anybody knows. It may have to be waited for that there is
    room for them. Raises :class:`TryAgainLater` where there is none, and waiting would not help.
    """
    charged = _charged.get()
    if charged is not None:
        budget, bill = charged
        await budget.make_room(bill, count, ahead, what)


def settle() -> None:
    """Say that no more will come of what was charged ahead."""
    charged = _charged.get()
    if charged is not None:
        budget, bill = charged
        budget.settle(bill)


@contextmanager
def aside() -> Iterator[None]:
    """Let others have room before the running task, which waits for what they may hold."""
    charged = _charged.get()
    if charged is None:
        yield
        return
    budget, bill = charged
    with budget.aside(bill):
        yield


def is_held_up() -> bool:
    """Say whether the running task waits for room, and not for a vendor."""
    charged = _charged.get()
    return charged is not None and charged[1].is_held_up


def ahead_of(size: int, length: int | None, most: int) -> int:
    """Estimate what is to follow the beginning of a body.

    If nobody told its length and it is larger than usual, that is as much as it may be: room that
    is asked for bit by bit is held by many of whom none can go on.
    """
    if length is not None:
        return max(0, min(length, most) - size)
    return min(most - size, _STEP_BYTES) if size > USUAL_BYTES else 0
