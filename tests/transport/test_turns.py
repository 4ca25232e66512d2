"""What the wires of one account share: how many requests at a time, and how close together."""

import asyncio

import pytest

from gateway.spi import ErrorCode, TryAgainLater
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
