"""A ticket is renewed before it ends, and where it is refused; never by two log-ins at once."""

import asyncio
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from gateway.federation.tickets import Tickets
from gateway.model.report import ErrorCode
from gateway.spi import Context, HttpReply, HttpRequest, LogInAgain, Ticket, TryAgainLater
from tests.federation.test_flights import turn

BEGUN = datetime(2024, 1, 1, tzinfo=UTC)
HOUR = 3600.0


class Nowhere:
    """A wire over which nothing is sent."""

    async def send(self, request: HttpRequest) -> HttpReply:
        raise NotImplementedError(request)


@dataclass
class Door:
    """Lets in with a new ticket each time, and takes no other but the newest."""

    lifetime: float | None = None
    is_shut: bool = False
    tried: int = 0
    under_way: int = 0
    most_at_once: int = 0
    seen: list[str] = field(default_factory=list)

    async def log_in(self) -> Ticket:
        self.tried += 1
        self.under_way += 1
        self.most_at_once = max(self.most_at_once, self.under_way)
        await turn()
        self.under_way -= 1
        if self.is_shut:
            raise TryAgainLater(ErrorCode.UNAVAILABLE, "shut")
        return Ticket({"number": str(self.tried)}, self.lifetime)

    async def ask(self, context: Context[Any]) -> str:
        number = str(context.ticket.values["number"])
        self.seen.append(number)
        return number

    async def refuse_the_first(self, context: Context[Any]) -> str:
        await turn()
        if context.ticket.values["number"] == "1":
            raise LogInAgain("no longer known")
        return await self.ask(context)


def tickets(door: Door) -> Tickets:
    return Tickets(Nowhere(), door.log_in)


def after(seconds: float) -> datetime:
    return BEGUN + timedelta(seconds=seconds)


@pytest.mark.parametrize(
    ("lifetime", "last", "due"), [(HOUR, 3539, 3540), (100.0, 79, 80), (10.0, 7, 8)]
)
async def test_a_ticket_is_renewed_shortly_before_it_ends(
    lifetime: float, last: float, due: float
) -> None:
    door = Door(lifetime)
    of = tickets(door)

    told = [await of.call(door.ask, after(seconds)) for seconds in (0, last, due, due + last)]

    assert told == ["1", "1", "2", "2"]


@pytest.mark.parametrize("lifetime", [None, 0.0, -1.0, float("inf"), float("nan"), 1e300])
async def test_a_ticket_without_a_usable_lifetime_serves_until_it_is_refused(
    lifetime: float | None,
) -> None:
    door = Door(lifetime)
    of = tickets(door)

    told = [await of.call(door.ask, after(day * 24 * HOUR)) for day in range(3)]

    assert told == ["1"] * 3


async def test_all_who_find_a_ticket_due_share_one_log_in() -> None:
    door = Door(HOUR)
    of = tickets(door)
    await of.call(door.ask, BEGUN)

    told = await asyncio.gather(*(of.call(door.ask, after(3550)) for _ in range(10)))

    assert told == ["2"] * 10
    assert (door.tried, door.most_at_once) == (2, 1)


async def test_who_is_refused_while_a_ticket_is_renewed_waits_for_that() -> None:
    door = Door(HOUR)
    of = tickets(door)
    await of.call(door.ask, BEGUN)
    refused = asyncio.create_task(of.call(door.refuse_the_first, after(3530)))
    await asyncio.sleep(0)

    renewed = await of.call(door.ask, after(3545))

    assert renewed == await refused == "2"
    assert (door.tried, door.most_at_once) == (2, 1)


async def test_a_ticket_that_is_refused_before_its_time_is_renewed_too() -> None:
    door = Door(HOUR)

    assert await tickets(door).call(door.refuse_the_first, BEGUN) == "2"


async def test_where_it_cannot_be_renewed_a_ticket_serves_to_its_end() -> None:
    door = Door(HOUR)
    of = tickets(door)
    await of.call(door.ask, BEGUN)
    door.is_shut = True

    told = [await of.call(door.ask, after(seconds)) for seconds in (3545, 3550, 3599)]

    assert told == ["1"] * 3
    assert door.tried == 2, "who did not let in is not asked at every call"
    with pytest.raises(TryAgainLater):
        await of.call(door.ask, after(3600))
    door.is_shut = False
    assert await of.call(door.ask, after(3601)) == "4"
