"""Few refreshes of one backend at a time, and none for a while after one that failed."""

import asyncio
from dataclasses import dataclass, field

from gateway.federation.refreshing import MOST_AT_A_TIME, Refreshing
from tests.federation.test_flights import turn
from tests.support.clock import Clock


@dataclass
class Reads:
    """Reads of one backend that end when a test says so."""

    clock: Clock = field(default_factory=Clock)
    begun: list["asyncio.Future[bool]"] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.refreshing = Refreshing(self.clock)

    def start(self, what: str) -> None:
        self.refreshing.start("a", what, self.read)

    async def read(self) -> bool:
        self.begun.append(asyncio.get_running_loop().create_future())
        return await self.begun[-1]

    async def is_held_back(self) -> bool:
        """Say whether nothing is read anew now."""
        before = len(self.begun)
        self.start("more")
        await turn()
        if len(self.begun) == before:
            return True
        self.begun[-1].set_result(False)
        await turn()
        return False


async def test_no_more_than_a_few_are_started_at_once() -> None:
    reads = Reads()

    for number in range(2 * MOST_AT_A_TIME):
        reads.start(str(number))
    await turn()
    assert len(reads.begun) == MOST_AT_A_TIME

    for read in reads.begun:
        read.set_result(True)
    await turn()
    reads.start("again")
    await turn()
    assert len(reads.begun) == MOST_AT_A_TIME + 1
    await reads.refreshing.close()


async def test_the_same_is_read_once_and_counts_once() -> None:
    reads = Reads()

    for what in ("one", "one", "one", "another"):
        reads.start(what)
    await turn()

    assert len(reads.begun) == 2
    await reads.refreshing.close()


async def test_two_that_fail_together_are_one_failure() -> None:
    reads = Reads()
    reads.start("one")
    reads.start("another")
    await turn()

    for read in reads.begun:
        read.set_result(False)
    await turn()

    assert await reads.is_held_back()
    reads.clock.now += 1
    assert not await reads.is_held_back(), "after a second, as for the first failure"
    reads.clock.now += 1
    assert await reads.is_held_back(), "for two seconds after the second one"


async def test_one_that_breaks_has_failed() -> None:
    asyncio.get_running_loop().set_exception_handler(lambda _, __: None)
    reads = Reads()
    reads.start("one")
    await turn()

    reads.begun[0].set_exception(ZeroDivisionError())
    await turn()

    assert await reads.is_held_back()
    reads.clock.now += 1
    assert not await reads.is_held_back()


async def test_of_a_backend_that_is_gone_all_ends_and_nothing_is_remembered() -> None:
    reads, others = Reads(), Reads()
    others.refreshing = reads.refreshing
    reads.start("one")
    others.refreshing.start("b", "one", others.read)
    await turn()

    await reads.refreshing.end("a")

    assert [each.cancelled() for each in (*reads.begun, *others.begun)] == [True, False]
    assert not await reads.is_held_back()
    await reads.refreshing.close()
