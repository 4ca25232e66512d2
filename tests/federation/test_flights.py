"""One call serves all who wait for it, and lasts as long as anybody does."""

import asyncio
import gc
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.federation.flights import Flights, LastingFlights
from tests.support.examples import examples


class Mishap(Exception):
    """What a call may raise."""


@dataclass
class Calls:
    """Calls that end when a test says so."""

    begun: list["asyncio.Future[str]"] = field(default_factory=list)
    under_way: int = 0
    most_at_once: int = 0

    async def make(self) -> str:
        end: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self.begun.append(end)
        self.under_way += 1
        self.most_at_once = max(self.most_at_once, self.under_way)
        try:
            return await end
        finally:
            self.under_way -= 1


async def turn() -> None:
    """Let everything that can run go on as far as it can."""
    for _ in range(5):
        await asyncio.sleep(0)


async def joined(
    flights: Flights[str] | LastingFlights[str], calls: Calls, key: str = "k"
) -> "asyncio.Task[str]":
    task = asyncio.create_task(flights.join(key, calls.make))
    await turn()
    return task


async def test_all_who_wait_get_the_result_of_one_call() -> None:
    flights, calls = Flights[str](), Calls()
    waiters = [await joined(flights, calls) for _ in range(5)]

    calls.begun[0].set_result("done")

    assert await asyncio.gather(*waiters) == ["done"] * 5
    assert len(calls.begun) == 1


async def test_different_keys_make_different_calls() -> None:
    flights, calls = Flights[str](), Calls()
    waiters = [await joined(flights, calls, key) for key in ("a", "b")]

    for number, end in enumerate(calls.begun):
        end.set_result(str(number))

    assert await asyncio.gather(*waiters) == ["0", "1"]


async def test_an_error_goes_to_all_who_wait_and_is_not_kept() -> None:
    flights, calls = Flights[str](), Calls()
    waiters = [await joined(flights, calls) for _ in range(3)]

    calls.begun[0].set_exception(Mishap())

    ends = await asyncio.gather(*waiters, return_exceptions=True)
    assert [type(end) for end in ends] == [Mishap] * 3
    again = await joined(flights, calls)
    calls.begun[1].set_result("again")
    assert await again == "again"


async def test_a_result_is_not_kept() -> None:
    flights, calls = Flights[str](), Calls()
    for number in range(2):
        waiter = await joined(flights, calls)
        calls.begun[number].set_result(str(number))

        assert await waiter == str(number)


async def test_whoever_leaves_leaves_the_call_to_the_others() -> None:
    flights, calls = Flights[str](), Calls()
    first, second = [await joined(flights, calls) for _ in range(2)]

    first.cancel()
    await turn()
    calls.begun[0].set_result("done")

    assert await second == "done"
    assert first.cancelled()


async def test_the_last_to_leave_ends_the_call() -> None:
    flights, calls = Flights[str](), Calls()
    waiters = [await joined(flights, calls) for _ in range(2)]

    for waiter in waiters:
        waiter.cancel()
    await asyncio.gather(*waiters, return_exceptions=True)

    assert calls.under_way == 0
    assert asyncio.all_tasks() == {asyncio.current_task()}


async def test_whoever_comes_after_the_last_left_gets_a_new_call() -> None:
    flights, calls = Flights[str](), Calls()
    last = await joined(flights, calls)
    last.cancel()
    await turn()

    newcomer = await joined(flights, calls)
    calls.begun[1].set_result("new")

    assert await newcomer == "new"


async def test_whoever_comes_while_the_last_is_leaving_takes_the_call_over() -> None:
    flights, calls = Flights[str](), Calls()
    last = await joined(flights, calls)

    # The newcomer joins first, and then the cancellation arrives.
    newcomer = asyncio.create_task(flights.join("k", calls.make))
    last.cancel()
    await turn()
    calls.begun[0].set_result("done")

    assert await newcomer == "done"
    assert last.cancelled()


async def test_whoever_comes_while_a_left_call_winds_down_gets_a_new_one() -> None:
    flights, calls = Flights[str](), Calls()
    unwinding = asyncio.Event()

    async def slow_to_end() -> str:
        try:
            return await calls.make()
        finally:
            await unwinding.wait()

    last = asyncio.create_task(flights.join("k", slow_to_end))
    await turn()
    last.cancel()
    await turn()
    newcomer = await joined(flights, calls)
    assert not last.done(), "nobody leaves a call running"
    unwinding.set()
    await turn()
    calls.begun[1].set_result("new")

    assert await newcomer == "new"
    assert last.cancelled()


async def test_whoever_comes_just_after_the_end_gets_the_result() -> None:
    flights, calls = Flights[str](), Calls()
    waiter = await joined(flights, calls)

    calls.begun[0].set_result("done")
    newcomer = asyncio.create_task(flights.join("k", calls.make))

    assert await waiter == "done"
    assert await newcomer == "done"


async def test_an_error_of_a_call_that_was_left_is_nobodys() -> None:
    strays: list[dict[str, Any]] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: strays.append(context))
    flights, calls = Flights[str](), Calls()

    async def breaking_when_cancelled() -> str:
        try:
            return await calls.make()
        except asyncio.CancelledError:
            raise Mishap from None

    waiter = asyncio.create_task(flights.join("k", breaking_when_cancelled))
    await turn()
    waiter.cancel()
    await asyncio.wait([waiter])

    # It would be complained of when nothing refers to the call any more.
    del waiter
    gc.collect()
    assert strays == []


@dataclass
class Schedule:
    """What happens to some flights, step by step, and what came of it."""

    flights: Flights[str] = field(default_factory=Flights)
    calls: Calls = field(default_factory=Calls)
    waiters: list["asyncio.Task[str]"] = field(default_factory=list)
    left: set["asyncio.Task[str]"] = field(default_factory=set)

    async def join(self, _: int) -> None:
        self.waiters.append(asyncio.create_task(self.flights.join("k", self.calls.make)))

    async def leave(self, number: int) -> None:
        if self.waiters:
            waiter = self.waiters[number % len(self.waiters)]
            if waiter.cancel():
                self.left.add(waiter)

    async def succeed(self, number: int) -> None:
        if self.calls.begun and not self.calls.begun[-1].done():
            self.calls.begun[-1].set_result(str(number))

    async def fail(self, _: int) -> None:
        if self.calls.begun and not self.calls.begun[-1].done():
            self.calls.begun[-1].set_exception(Mishap())

    async def tick(self, _: int) -> None:
        await asyncio.sleep(0)

    async def settle(self, _: int = 0) -> None:
        await turn()


STEPS: list[Callable[[Schedule, int], Awaitable[None]]] = [
    Schedule.join,
    Schedule.leave,
    Schedule.succeed,
    Schedule.fail,
    Schedule.tick,
    Schedule.settle,
]


@given(st.lists(st.tuples(st.sampled_from(STEPS), st.integers(0, 5)), max_size=25))
@settings(max_examples=examples(200))
def test_whatever_happens_nobody_gets_anothers_cancellation(
    steps: list[tuple[Callable[[Schedule, int], Awaitable[None]], int]],
) -> None:
    async def run() -> Schedule:
        schedule = Schedule()
        for step, number in steps:
            await step(schedule, number)
        await schedule.settle()
        await schedule.succeed(0)
        await asyncio.gather(*schedule.waiters, return_exceptions=True)
        assert asyncio.all_tasks() == {asyncio.current_task()}, "a call was left running"
        return schedule

    schedule = asyncio.run(run())

    for waiter in schedule.waiters:
        assert not waiter.cancelled() or waiter in schedule.left
        assert waiter.cancelled() or isinstance(waiter.exception(), Mishap | None)
    assert schedule.calls.most_at_once <= 1
