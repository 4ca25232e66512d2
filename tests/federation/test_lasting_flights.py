"""Calls that go on when all who waited have left, and how long whoever waits for them has."""

import asyncio

from gateway.federation.flights import Flights, LastingFlights
from gateway.federation.patience import Patience, Waiting, patience
from tests.federation.test_flights import Calls, Mishap, joined, turn


async def test_a_lasting_call_goes_on_when_all_have_left() -> None:
    flights, calls = LastingFlights[str](), Calls()
    waiters = [await joined(flights, calls) for _ in range(2)]

    for waiter in waiters:
        waiter.cancel()
    await asyncio.wait(waiters)
    newcomer = await joined(flights, calls)
    calls.begun[0].set_result("done")

    assert await newcomer == "done"
    assert all(waiter.cancelled() for waiter in waiters)
    assert len(calls.begun) == 1


async def test_a_lasting_call_that_ended_is_made_again() -> None:
    flights, calls = LastingFlights[str](), Calls()
    for number in range(2):
        flights.start("k", calls.make)
        await turn()
        calls.begun[number].set_result(str(number))
        await turn()

    assert [end.result() for end in calls.begun] == ["0", "1"]


async def test_an_error_of_a_lasting_call_goes_to_all_who_wait() -> None:
    flights, calls = LastingFlights[str](), Calls()
    waiters = [await joined(flights, calls) for _ in range(3)]

    calls.begun[0].set_exception(Mishap())

    ends = await asyncio.gather(*waiters, return_exceptions=True)
    assert [type(end) for end in ends] == [Mishap] * 3


async def test_closing_ends_lasting_calls() -> None:
    flights, calls = LastingFlights[str](), Calls()
    waiter = await joined(flights, calls)
    flights.start("other", calls.make)
    await turn()

    await flights.close()

    await asyncio.wait([waiter])
    assert calls.under_way == 0
    assert asyncio.all_tasks() == {asyncio.current_task()}


async def test_what_is_started_after_closing_never_begins() -> None:
    flights, calls = LastingFlights[str](), Calls()
    await flights.close()

    late = flights.start("late", calls.make)
    waiter = await joined(flights, calls)

    assert late.cancelled()
    assert waiter.cancelled()
    assert calls.begun == []
    assert asyncio.all_tasks() == {asyncio.current_task()}


async def test_a_call_within_a_call_has_as_much_time_as_whoever_joins_later() -> None:
    outer, inner = LastingFlights[str](), Flights[str]()
    found: list[Patience] = []
    end = asyncio.Event()

    async def page() -> str:
        found.append(patience())
        await end.wait()
        return "page"

    async def fill() -> str:
        return await inner.join("page", page)

    async def asked(until: float) -> str:
        with Waiting(0.0, until):
            return await outer.join("fill", fill)

    hasty = asyncio.create_task(asked(10.0))
    await turn()
    patient = asyncio.create_task(asked(100.0))
    await turn()

    untils = [each.until for each in found]
    assert untils == [100.0]
    end.set()
    answers = await asyncio.gather(hasty, patient)
    assert set(answers) == {"page"}


async def test_calls_that_wait_for_each_other_do_not_wait_for_ever_longer() -> None:
    one, other = Patience(0.0, 1.0), Patience(0.0, 2.0)
    one.join(other)
    other.join(one)

    one.join(Patience(0.0, 3.0))

    assert {one.until, other.until} == {3.0}
