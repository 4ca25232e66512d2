"""A request that its callers give up after long is trouble of the vendor's, if it was the vendor's.

The loop's clock goes on here only by what a test lets go by.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

import pytest

from gateway.federation.account import Account
from gateway.resilience.breaker import BreakerRules, BreakerState
from gateway.transport.in_flight import USUAL_BYTES, charge
from gateway.transport.room import Room
from gateway.transport.slots import Slots
from gateway.transport.turns import Turns
from tests.federation.test_flights import turn
from tests.support.clock import Clock

LONG_SECONDS = 10.0
NEVER_SECONDS = 1e6


@pytest.fixture
async def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock(1000.0)
    monkeypatch.setattr(asyncio.get_running_loop(), "time", clock)
    return clock


@dataclass
class Wire:
    """An account whose breaker opens with the first trouble, and what its attempts send over."""

    account: Account = field(
        default_factory=lambda: Account(BreakerRules(least_calls=1), slow_seconds=5.0)
    )
    turns: Turns = field(default_factory=lambda: Turns(1))

    def __post_init__(self) -> None:
        self.slots = Slots(self.turns, NEVER_SECONDS)

    async def begun(self, attempt: Callable[[], Awaitable[None]]) -> "asyncio.Task[None]":
        task = asyncio.create_task(self.account.call(attempt, is_repeatable=True))
        await turn()
        return task

    def is_trusted(self) -> bool:
        return self.account.breaker.state is BreakerState.CLOSED


async def left(task: "asyncio.Task[None]") -> None:
    task.cancel()
    await asyncio.wait([task])
    assert task.cancelled()


async def test_who_leaves_a_vendor_that_is_silent_for_long_tells_of_trouble(clock: Clock) -> None:
    wire = Wire()

    async def silence() -> None:
        async with wire.slots.slot("ask"):
            await asyncio.Event().wait()

    task = await wire.begun(silence)
    clock.now += LONG_SECONDS
    await left(task)

    assert not wire.is_trusted()


async def test_who_leaves_while_room_is_waited_for_tells_nothing(clock: Clock) -> None:
    wire, room = Wire(), Room(USUAL_BYTES)

    async def large() -> None:
        with room.charged():
            async with wire.slots.slot("ask"):
                await charge(2 * USUAL_BYTES, "ask")

    with room.billed() as oldest:
        await room.make_room(oldest, 2 * USUAL_BYTES, 0, "the oldest")
        task = await wire.begun(large)
        clock.now += LONG_SECONDS
        await left(task)

    assert wire.is_trusted()


async def test_who_leaves_while_a_turn_is_waited_for_tells_nothing_after_a_slow_log_in(
    clock: Clock,
) -> None:
    wire = Wire()

    async def log_in_and_ask() -> None:
        async with wire.slots.slot("log in"):
            clock.now += LONG_SECONDS
        async with wire.turns.turn("another's"), wire.slots.slot("ask"):
            pytest.fail("there is one turn, and another has it")

    task = await wire.begun(log_in_and_ask)
    await left(task)

    assert wire.is_trusted()
