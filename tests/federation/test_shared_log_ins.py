"""One log-in that many attempts wait for counts once, whatever came of it."""

import asyncio
from collections.abc import Awaitable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from gateway.federation.account import Account
from gateway.federation.tickets import Tickets
from gateway.model.report import ErrorCode
from gateway.resilience.breaker import BreakerState
from gateway.spi import Context, HttpReply, HttpRequest, Ticket
from gateway.spi.errors import GiveUp, TryAgainLater
from tests.federation.test_account import account, outcome
from tests.federation.test_flights import turn
from tests.support.clock import Clock

CALLERS = 10
NOW = datetime(2024, 1, 1, tzinfo=UTC)


class Nowhere:
    """A wire over which nothing is sent."""

    async def send(self, request: HttpRequest) -> HttpReply:
        raise NotImplementedError(request)


@dataclass
class Door:
    """Refuses all log-ins in one way."""

    code: ErrorCode
    retry_after_seconds: float | None = None
    tried: int = 0

    async def log_in(self) -> Ticket:
        self.tried += 1
        await turn()
        raise TryAgainLater(self.code, "as told", retry_after_seconds=self.retry_after_seconds)


async def codes_of_all(of: Account, door: Door) -> set[str | ErrorCode]:
    """Call as many at once, which all share their log-ins."""
    tickets = Tickets(Nowhere(), lambda: of.log_in(door.log_in))

    async def ask(_: Context[Any]) -> str:
        raise AssertionError("nobody was let in")

    def attempt() -> Awaitable[str]:
        return tickets.call(ask, NOW)

    return set(await asyncio.gather(*(outcome(of, attempt) for _ in range(CALLERS))))


async def test_a_refused_connection_for_a_log_in_counts_once_for_all_who_wait() -> None:
    shared, door = account(), Door(ErrorCode.CONNECT)

    codes = await codes_of_all(shared, door)

    assert codes == {ErrorCode.CONNECT}
    assert door.tried == 3, "as often as an attempt, and paid for once each time"
    assert shared.breaker.state is BreakerState.CLOSED, "three failed to connect, not thirty"


async def test_what_is_not_tried_in_a_pause_tells_nothing_of_the_vendor() -> None:
    shared, door = account(), Door(ErrorCode.UNAVAILABLE, retry_after_seconds=300)

    async def attempt() -> str:
        # A log-in of its own each: they wait for one another.
        return str(await shared.log_in(door.log_in))

    codes = await asyncio.gather(*(outcome(shared, attempt) for _ in range(2 * CALLERS)))

    assert set(codes) == {ErrorCode.UNAVAILABLE}
    assert door.tried == 1
    assert shared.breaker.state is BreakerState.CLOSED


async def test_no_log_in_is_tried_after_one_was_refused() -> None:
    clock = Clock()
    shared, tried = account(clock), []

    async def refused() -> str:
        tried.append(clock.now)
        raise GiveUp(ErrorCode.AUTH, "wrong password")

    async def attempt() -> str:
        return await shared.log_in(refused)

    codes = await asyncio.gather(*(outcome(shared, attempt) for _ in range(5)))

    assert codes == [ErrorCode.AUTH] * 5
    assert tried == [0], "others under way at the time tried no other"
    clock.now += 60
    await outcome(shared, attempt)
    assert tried == [0, 60]
