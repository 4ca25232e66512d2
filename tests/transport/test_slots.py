"""Room for requests: how many at a time, for how long, and how all of them end."""

import asyncio
import time

import pytest

from gateway.spi import ErrorCode, TryAgainLater
from gateway.transport.slots import Slots
from gateway.transport.turns import Turns


async def test_no_more_than_the_count_run_at_a_time_and_all_get_their_turn() -> None:
    slots = Slots(Turns(2), timeout_seconds=20)
    running, seen = 0, []

    async def request() -> None:
        nonlocal running
        async with slots.slot("ask"):
            running += 1
            seen.append(running)
            await asyncio.sleep(0)
            running -= 1

    await asyncio.gather(*(request() for _ in range(7)))

    assert len(seen) == 7
    assert max(seen) == 2


async def test_the_time_is_over_for_whoever_holds_a_slot_and_for_whoever_waits() -> None:
    slots = Slots(Turns(1), timeout_seconds=0.05)

    async def request(what: str) -> None:
        async with slots.slot(what):
            await asyncio.Event().wait()

    ends = await asyncio.gather(request("held"), request("waiting"), return_exceptions=True)

    assert [str(end) for end in ends] == ["held: no answer in time", "waiting: no turn in time"]
    codes = [end.code for end in ends if isinstance(end, TryAgainLater)]
    assert codes == [ErrorCode.TIMEOUT, ErrorCode.OVERLOADED], "waiting tells nothing of a vendor"


async def test_each_request_has_all_of_its_time_however_close_it_follows_another() -> None:
    slots, loop = Slots(Turns(9), timeout_seconds=0.05), asyncio.get_running_loop()
    lasted = []

    async def request(after: float) -> None:
        await asyncio.sleep(after)
        begun = loop.time()
        with pytest.raises(TryAgainLater, match="ask: no answer in time"):
            async with slots.slot("ask"):
                await asyncio.Event().wait()
        lasted.append(loop.time() - begun)

    async with asyncio.timeout(20):
        await asyncio.gather(*(request(after) for after in (0, 0.02, 0.04, 0.12)))

    assert min(lasted) >= 0.05 - time.get_clock_info("monotonic").resolution
    assert len(lasted) == 4, "and those that come when nobody was left have an end, too"


async def test_a_failed_and_a_cancelled_request_free_their_slots() -> None:
    slots = Slots(Turns(1), timeout_seconds=20)
    held = asyncio.Event()

    async def hold() -> None:
        async with slots.slot("ask"):
            held.set()
            await asyncio.Event().wait()

    with pytest.raises(ZeroDivisionError):
        async with slots.slot("ask"):
            raise ZeroDivisionError
    task = asyncio.create_task(hold())
    await held.wait()
    task.cancel()
    await asyncio.wait((task,))

    assert task.cancelled()
    async with asyncio.timeout(5), slots.slot("ask"):
        pass


async def test_closing_waits_until_everything_under_way_has_been_tidied_up() -> None:
    slots = Slots(Turns(2), timeout_seconds=0.05)
    tidying, may_end = asyncio.Event(), asyncio.Event()
    order = []

    async def slow_to_end() -> None:
        async with slots.slot("ask"):
            try:
                await asyncio.Event().wait()
            finally:
                tidying.set()
                await may_end.wait()
                order.append("tidied up")

    async def close() -> None:
        await slots.close()
        order.append("closed")

    request = asyncio.create_task(slow_to_end())
    await tidying.wait()  # its time is over, and it is about to end
    closing = asyncio.create_task(close())
    await asyncio.sleep(0)
    may_end.set()
    await asyncio.wait((request, closing))

    assert order == ["tidied up", "closed"]
    assert str(request.exception()) == "ask: the wire was closed"


async def test_a_request_that_is_cancelled_by_its_caller_is_not_said_to_be_closed() -> None:
    slots = Slots(Turns(1), timeout_seconds=20)
    held = asyncio.Event()

    async def hold() -> None:
        async with slots.slot("ask"):
            held.set()
            await asyncio.Event().wait()

    task = asyncio.create_task(hold())
    await held.wait()
    task.cancel()
    await slots.close()
    await asyncio.wait((task,))

    assert task.cancelled()


async def test_after_closing_every_request_is_refused_at_once() -> None:
    slots = Slots(Turns(1), timeout_seconds=20)
    await slots.close()
    await slots.close()

    async with asyncio.timeout(5):
        with pytest.raises(TryAgainLater, match="ask: the wire was closed"):
            async with slots.slot("ask"):
                pytest.fail("it was let in")
