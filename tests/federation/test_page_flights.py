"""Those who want the same page of a vendor at the same time share one request."""

import asyncio
from collections import Counter
from dataclasses import dataclass, field

import pytest

from gateway.federation.deadline import Deadline
from gateway.federation.federation import Federation
from gateway.federation.run import PageRequest, SessionPage
from gateway.model.query import AnyOf, Condition, Field, Query
from gateway.model.report import BackendStatus
from gateway.paging.cursor import FROM_THE_START, Position
from gateway.spi import Address, ErrorCode, PagingStyle, RawPage, Support, TryAgainLater
from tests.federation.liars import Scripted
from tests.federation.test_flights import turn
from tests.support.fakes import FakeRow, Manners, backend, federation

CALLERS = 20
ACTIVE: Condition = AnyOf(Field.STATUS, frozenset({"active"}))


@dataclass
class Gate:
    """Holds every answer back until it is opened."""

    opened: asyncio.Event = field(default_factory=asyncio.Event)
    error: TryAgainLater | None = None

    async def pass_through(self, _at: Address, _request: int) -> RawPage | None:
        await self.opened.wait()
        if self.error is not None:
            raise self.error
        return None


def held(gate: Gate, style: PagingStyle = PagingStyle.OFFSET) -> Scripted:
    """Make a vendor of ten sessions, three a page, that answers once the gate is opened."""
    found = [FakeRow(f"{number:02d}", 1000 - number, "active") for number in range(10)]
    manners = Manners(granule=1, page_cap=3, style=style, support=Support.EXACT)
    return Scripted(found, manners, script=gate.pass_through)


def asking(
    asked: Federation, *conditions: Condition, limit: int = 5, position: Position = FROM_THE_START
) -> "asyncio.Task[SessionPage]":
    request = PageRequest(Query(("a",), conditions), limit, position)
    return asyncio.create_task(asked.page(request, Deadline.within(60)))


def ids(page: SessionPage) -> list[str]:
    return [session.native_id for session in page.sessions]


def requests_of(pages: list[SessionPage]) -> int:
    return sum(page.reports["a"].requests for page in pages)


@pytest.mark.parametrize(
    "style",
    [PagingStyle.OFFSET, PagingStyle.PAGE_INDEX, PagingStyle.CURSOR, PagingStyle.AFTER_ID],
)
async def test_equal_queries_at_once_make_one_request_for_each_page(style: PagingStyle) -> None:
    gate = Gate()
    vendor = held(gate, style)
    asked = federation(backend("a", vendor))
    callers = [asking(asked) for _ in range(CALLERS)]
    await turn()

    gate.opened.set()
    pages = await asyncio.gather(*callers)

    assert [ids(page) for page in pages] == [["00", "01", "02", "03", "04"]] * CALLERS
    assert vendor.requests > 1
    assert set(Counter(vendor.asked).values()) == {1}
    assert requests_of(pages) == vendor.requests, "each is counted by whoever sent it"


async def test_a_caller_who_leaves_leaves_the_others_served() -> None:
    gate = Gate()
    vendor = held(gate)
    asked = federation(backend("a", vendor))
    first, *others = [asking(asked, limit=2) for _ in range(CALLERS)]
    await turn()

    first.cancel()
    await turn()
    gate.opened.set()
    pages = await asyncio.gather(*others)

    assert first.cancelled()
    assert [ids(page) for page in pages] == [["00", "01"]] * (CALLERS - 1)
    assert vendor.requests == 1


async def test_when_all_have_left_the_request_is_broken_off() -> None:
    gate = Gate()
    asked = federation(backend("a", held(gate)))
    callers = [asking(asked) for _ in range(CALLERS)]
    await turn()

    for caller in callers:
        caller.cancel()
    await asyncio.gather(*callers, return_exceptions=True)

    assert asyncio.all_tasks() == {asyncio.current_task()}


async def test_a_request_that_fails_fails_for_all_who_wait_and_is_made_again_for_the_next() -> None:
    gate = Gate(error=TryAgainLater(ErrorCode.UNAVAILABLE, "the fake: as told", attempts=1))
    vendor = held(gate)
    asked = federation(backend("a", vendor))
    callers = [asking(asked) for _ in range(CALLERS)]
    await turn()

    gate.opened.set()
    pages = await asyncio.gather(*callers)
    gate.error = None
    after = await asking(asked)

    assert {page.reports["a"].status for page in pages} == {BackendStatus.FAILED}
    assert requests_of(pages) == 1
    assert after.reports["a"].status is BackendStatus.OK


async def test_queries_that_ask_the_vendor_for_something_else_have_requests_of_their_own() -> None:
    gate = Gate()
    vendor = held(gate)
    asked = federation(backend("a", vendor))
    callers = [asking(asked, limit=1), asking(asked, ACTIVE, limit=1), asking(asked, limit=2)]
    await turn()

    gate.opened.set()
    await asyncio.gather(*callers)

    assert vendor.requests == 3, "all sessions, the active ones, and pages of another size"


async def test_walks_that_go_on_at_once_from_one_place_share_their_requests_too() -> None:
    gate = Gate()
    vendor = held(gate)
    asked = federation(backend("a", vendor))
    gate.opened.set()
    begun = await asking(asked)
    gate.opened.clear()
    vendor.asked = []
    assert begun.next is not None

    callers = [asking(asked, position=begun.next) for _ in range(CALLERS)]
    await turn()
    gate.opened.set()
    pages = await asyncio.gather(*callers)

    assert [ids(page) for page in pages] == [["05", "06", "07", "08", "09"]] * CALLERS
    assert set(Counter(vendor.asked).values()) == {1}
