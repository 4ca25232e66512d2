"""What the wires of one account share: how many requests at a time, and how close together."""

import asyncio

import pytest

from gateway.spi import ErrorCode, Rate, TryAgainLater
from gateway.transport.limits import Limits
from gateway.transport.pacing import Pacer
from gateway.transport.slots import Slots
from gateway.transport.turns import MOST_WAITING, Turns
from tests.support.clock import Clock


async def test_wires_of_one_account_take_turns() -> None:
    turns = Turns(1)
    first, second = Slots(turns, timeout_seconds=20), Slots(turns, timeout_seconds=20)
    order = []

    async def request(slots: Slots, name: str) -> None:
        async with slots.slot(name):
            order.append(f"{name} begins")
            await asyncio.sleep(0)
            order.append(f"{name} ends")

    await asyncio.gather(request(first, "a"), request(second, "b"))

    assert order == ["a begins", "a ends", "b begins", "b ends"]


async def test_closing_one_wire_waits_for_none_of_another() -> None:
    turns = Turns(1)
    closing, other = Slots(turns, timeout_seconds=20), Slots(turns, timeout_seconds=20)

    async with other.slot("ask"), asyncio.timeout(5):
        await closing.close()


async def test_requests_go_out_at_the_pace() -> None:
    loop = asyncio.get_running_loop()
    slots = Slots(Turns(8, Pacer(1, 0.05, loop.time, burst=2)), timeout_seconds=20)
    begun, instants = loop.time(), []

    async def request() -> None:
        async with slots.slot("ask"):
            instants.append(loop.time() - begun)

    await asyncio.gather(*(request() for _ in range(5)))

    waits = zip(sorted(instants), (0, 0, 0.05, 0.1, 0.15), strict=True)
    assert all(instant >= due for instant, due in waits), "two at once, and three one by one"


async def test_who_would_wait_too_far_behind_is_refused_at_once() -> None:
    turns = Turns(1)

    async def request() -> None:
        async with turns.turn("ask"):
            await asyncio.Event().wait()

    tasks = [asyncio.create_task(request()) for _ in range(1 + MOST_WAITING)]
    await asyncio.sleep(0)
    with pytest.raises(TryAgainLater, match="one more: too many are waiting already") as refused:
        async with turns.turn("one more"):
            pytest.fail("it was let in")
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)

    assert refused.value.code is ErrorCode.OVERLOADED
    async with asyncio.timeout(5), turns.turn("afterwards"):
        pass


class Crowd:
    """Requests that each hold their turn until they are told to go."""

    def __init__(self, turns: Turns) -> None:
        self.inside = 0
        self._turns = turns
        self._tasks: list[asyncio.Task[None]] = []
        self._may_go = asyncio.Semaphore(0)

    async def come(self, count: int) -> int:
        """Have so many more ask; say how many have a turn then."""
        self._tasks.extend(asyncio.create_task(self._ask()) for _ in range(count))
        return await self._settled()

    async def go(self, count: int) -> int:
        """Have so many end; say how many have a turn then."""
        for _ in range(count):
            self._may_go.release()
        return await self._settled()

    async def _ask(self) -> None:
        async with self._turns.turn("ask"):
            self.inside += 1
            await self._may_go.acquire()
            self.inside -= 1

    async def _settled(self) -> int:
        for _ in range(10):
            await asyncio.sleep(0)
        return self.inside

    async def end(self) -> None:
        """Have all end."""
        await self.go(len(self._tasks))
        await asyncio.gather(*self._tasks)


async def test_more_are_let_out_at_once_when_more_may_be() -> None:
    turns = Turns(1)
    crowd = Crowd(turns)
    before = await crowd.come(5)

    turns.allow(3)
    after = await crowd.come(0)

    await crowd.end()
    assert (before, after) == (1, 3)


async def test_fewer_are_let_out_as_soon_as_those_who_are_out_have_ended() -> None:
    turns = Turns(4)
    crowd = Crowd(turns)
    inside = [await crowd.come(4)]

    turns.allow(2)
    inside += [await crowd.come(4), await crowd.go(1), await crowd.go(1), await crowd.go(1)]

    await crowd.end()
    assert inside == [4, 4, 3, 2, 2]


async def test_fewer_are_let_out_though_nobody_was_out() -> None:
    turns = Turns(8)
    turns.allow(2)
    turns.allow(5)
    turns.allow(3)
    crowd = Crowd(turns)

    inside = await crowd.come(8)

    await crowd.end()
    assert inside == 3


async def test_another_pace_holds_from_then_on() -> None:
    now = 0.0
    turns = Turns.within(Limits(rate=Rate(1, 100)), lambda: now)

    turns.keep_pace(None, lambda: now)

    async with asyncio.timeout(5):
        for _ in range(20):
            async with turns.turn("ask"):
                pass


async def test_who_leaves_before_the_pace_lets_it_out_has_used_no_place() -> None:
    pacer = Pacer(1, 60.0, Clock(), burst=1)
    turns = Turns(8, pacer)

    async def request() -> None:
        async with turns.turn("ask"):
            pass

    await request()
    for _ in range(20):
        hasty = asyncio.create_task(request())
        await asyncio.sleep(0)
        hasty.cancel()
        await asyncio.wait([hasty])

    assert pacer.wait() == 60.0, "only the first went out"
