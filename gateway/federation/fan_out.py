"""Fan-out: every asked backend at once, within one deadline, into one merged page."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass

from gateway.federation.backend import Failed
from gateway.federation.readers import Delivered, Delivery, Reader
from gateway.model.report import ErrorCode, Failure
from gateway.paging.merge import Merge

_PATIENCE = 0.85
"""The share of the time after which silent backends are given up.

The rest is for the others: to fill the page without them, and to write the answer.
"""

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

    def wait(self) -> float:
        """Give the seconds to wait now, until silent backends are given up: none is negative."""
        now = asyncio.get_running_loop().time()
        patience = self.begun + (self.due - self.begun) * _PATIENCE
        return max(0.0, (patience if now < patience else self.due) - now)


async def fill_page(
    merge: Merge, readers: Mapping[str, Reader], deadline: Deadline
) -> dict[str, Failure]:
    """Read until the merge has its page; give the failures by backend.

    A backend that fails or stays silent costs its own rows only.
    """
    failures: dict[str, Failure] = {}
    reading: dict[str, asyncio.Task[Delivered]] = {}
    async with asyncio.TaskGroup() as group:
        while wanted := merge.step():
            for name in wanted - reading.keys():
                reading[name] = group.create_task(readers[name].read())
            for name, outcome in await _next(reading, deadline):
                match outcome:
                    case Delivery(rows, is_end):
                        merge.deliver(name, rows, is_end=is_end)
                    case Failed(failure):
                        merge.fail(name)
                        failures[name] = failure
    return failures


async def _next(
    reading: dict[str, asyncio.Task[Delivered]], deadline: Deadline
) -> list[tuple[str, Delivered]]:
    """Wait for whoever is first; at the end of patience give up all who are still silent."""
    done, silent = await asyncio.wait(
        reading.values(), timeout=deadline.wait(), return_when=asyncio.FIRST_COMPLETED
    )
    if done:
        return [(name, reading.pop(name).result()) for name in _names(reading, done)]
    for task in silent:
        task.cancel()
    outcomes: list[tuple[str, Delivered]] = [(name, Failed(TIMED_OUT)) for name in reading]
    reading.clear()
    return outcomes


def _names(
    reading: dict[str, asyncio.Task[Delivered]], done: set[asyncio.Task[Delivered]]
) -> list[str]:
    return [name for name, task in reading.items() if task in done]
