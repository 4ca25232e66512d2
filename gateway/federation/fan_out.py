"""Fan-out: every asked backend at once, within one deadline, into one merged page."""

import asyncio
import contextlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from gateway.federation.backend import Failed
from gateway.federation.readers import Delivered, Delivery, Reader
from gateway.model.report import ErrorCode, Failure
from gateway.paging.merge import Merge

_READ_AHEAD = 0.3
"""The share of the time after which others are read ahead of silent backends.

They may never answer, and the others may have many pages to go.
"""

_GIVE_UP = 0.85
"""The share of the time after which silent backends are given up.

The rest is for the others: to fill the page without them, and to write the answer.
"""

MAX_COUNTED_PAGES = 100
"""Pages of one backend that are read for nothing but a count."""

TIMED_OUT = Failure(ErrorCode.TIMEOUT, retryable=True)


@dataclass(frozen=True, slots=True)
class Deadline:
    """The instant, on the loop's clock, by which an answer is due."""

    begun: float
    due: float

    @classmethod
    def within(cls, seconds: float) -> "Deadline":
        """Begin now."""
        now = asyncio.get_running_loop().time()
        return cls(now, now + seconds)

    def has_come_to(self, share: float) -> bool:
        """Say whether this share of the time is over."""
        return asyncio.get_running_loop().time() >= self._at(share)

    def wait(self) -> float:
        """Give the seconds to wait for an answer before something has to be done."""
        now = asyncio.get_running_loop().time()
        instants = (self._at(share) for share in (_READ_AHEAD, _GIVE_UP, 1.0))
        return next((instant - now for instant in instants if instant > now), 0.0)

    @property
    def patience(self) -> float:
        """Give the instant from which on what is left of the time is for the answer."""
        return self._at(_GIVE_UP)

    def _at(self, share: float) -> float:
        return self.begun + (self.due - self.begun) * share


async def fill_page(
    merge: Merge,
    readers: Mapping[str, Reader],
    deadline: Deadline,
    *,
    required: Collection[str] = (),
) -> dict[str, Failure]:
    """Read until the merge has its page; give the failures by backend.

    A backend that fails or stays silent costs its own rows only, unless it is required: then
    nothing more is read.
    """
    failures: dict[str, Failure] = {}
    reading: dict[str, asyncio.Task[Delivered]] = {}
    async with asyncio.TaskGroup() as group:
        while (wanted := merge.step()) and failures.keys().isdisjoint(required):
            ahead = merge.ahead(wanted) if deadline.has_come_to(_READ_AHEAD) else frozenset()
            for name in (wanted | ahead) - reading.keys():
                reading[name] = group.create_task(readers[name].read())
            for name, outcome in await _next(reading, wanted, deadline):
                match outcome:
                    case Delivery(rows, is_end, bound):
                        merge.deliver(name, rows, is_end=is_end, bound=bound)
                    case Failed(failure):
                        merge.fail(name)
                        failures[name] = failure
        for task in reading.values():
            task.cancel()
    return failures


async def _next(
    reading: dict[str, asyncio.Task[Delivered]], wanted: frozenset[str], deadline: Deadline
) -> list[tuple[str, Delivered]]:
    """Wait for whoever is first; at the end of patience give up those who hold up the page."""
    done, _ = await asyncio.wait(
        reading.values(), timeout=deadline.wait(), return_when=asyncio.FIRST_COMPLETED
    )
    if done:
        return [(name, reading.pop(name).result()) for name in _names(reading, done)]
    if not deadline.has_come_to(_GIVE_UP):
        return []
    for name in wanted:
        reading.pop(name).cancel()
    return [(name, Failed(TIMED_OUT)) for name in wanted]


def _names(
    reading: dict[str, asyncio.Task[Delivered]], done: set[asyncio.Task[Delivered]]
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

    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout_at(deadline.patience), asyncio.TaskGroup() as group:
            for name in readers:
                group.create_task(read(name))
