"""A list that is kept costs a vendor nothing, so it goes before pages and windows."""

import asyncio
from collections.abc import Sequence

from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.federation.deadline import Deadline
from gateway.federation.federation import Federation
from gateway.federation.freshness import Freshness
from gateway.federation.run import PageRequest
from gateway.model.query import AnyOf, Condition, Field, Query, Sort
from gateway.model.report import Relation, ServedFrom
from gateway.paging.cursor import FROM_THE_START, Position
from gateway.spi import Support
from tests.federation.test_walks import World, backends_of, conditions, union, worlds
from tests.support.examples import examples
from tests.support.fakes import NEWEST, FakeAdapter, FakeRow, Manners, backend, federation

BY_USER = Sort(Field.USER)
AS_BEFORE = Freshness()
RENEWED = Freshness(is_renewed=True)


def sorting(rows: int = 30) -> FakeAdapter:
    """Make a vendor that sorts by start, and by nothing else."""
    return FakeAdapter(
        [FakeRow(f"{n:03d}", 1_000_000 - n) for n in range(rows)], Manners(granule=1, page_cap=5)
    )


async def requests_of(
    joined: Federation,
    *conditions: Condition,
    sort: Sort = NEWEST,
    limit: int = 4,
    freshness: Freshness = AS_BEFORE,
) -> tuple[int, ServedFrom | None]:
    """Ask for a first page; say what it took, beside what was expected of it."""
    query = Query(tuple(joined.backends), conditions, (sort,))
    request = PageRequest(query, limit, FROM_THE_START, freshness=freshness)
    told = joined.explain(request)["a"]
    page = await joined.page(request, Deadline.within(60))
    report = page.reports["a"]
    assert report.requests >= told.expected_requests.value
    is_exact = told.expected_requests.relation is Relation.EQUAL
    assert report.requests == told.expected_requests.value or not is_exact
    assert (told.resume == "listing") is (report.served_from is ServedFrom.CACHE)
    return report.requests, report.served_from


async def test_pages_are_served_from_a_list_that_was_read_for_another_order() -> None:
    joined = federation(backend("a", sorting(), ttl=60))
    assert (await requests_of(joined))[0] == 1
    query = Query(("a",), (), (BY_USER,))
    await joined.page(PageRequest(query, 1, FROM_THE_START), Deadline.within(60))

    assert await requests_of(joined, limit=30) == (0, ServedFrom.CACHE)


async def test_who_wants_it_new_is_given_a_page_of_the_vendor() -> None:
    now = 0.0
    joined = federation(backend("a", sorting(), ttl=60), timer=lambda: now)
    query = Query(("a",), (), (BY_USER,))
    await joined.page(PageRequest(query, 1, FROM_THE_START), Deadline.within(60))
    now = 1.0

    assert await requests_of(joined, freshness=RENEWED) == (1, ServedFrom.LIVE)


async def test_a_list_of_some_sessions_serves_no_page_of_all() -> None:
    adapter = FakeAdapter(sorting().rows, Manners(granule=1, page_cap=5, support=Support.EXACT))
    joined = federation(backend("a", adapter, ttl=60))
    some = (AnyOf(Field.STATUS, frozenset({"ended"})),)
    query = Query(("a",), some, (BY_USER,))
    await joined.page(PageRequest(query, 1, FROM_THE_START), Deadline.within(60))

    assert (await requests_of(joined))[0] == 1


@given(
    world=worlds,
    wanted=conditions,
    limits=st.lists(st.integers(1, 5), min_size=1, max_size=3),
    listed=st.sets(st.integers(0, 4)),
)
@settings(max_examples=examples(100))
def test_a_walk_goes_on_where_it_was_when_lists_are_read_meanwhile(
    world: World, wanted: tuple[Condition, ...], limits: Sequence[int], listed: set[int]
) -> None:
    joined = federation(*backends_of(world, ttl=60))

    async def walked() -> list[str]:
        names = tuple(joined.backends)
        told: list[str] = []
        position: Position | None = FROM_THE_START
        number = 0
        while position is not None:
            if number in listed:
                by_user = PageRequest(Query(names, (), (BY_USER,)), 1, FROM_THE_START)
                await joined.page(by_user, Deadline.within(60))
            limit = limits[number % len(limits)]
            request = PageRequest(Query(names, wanted), limit, position)
            page = await joined.page(request, Deadline.within(60))
            told += [session.id for session in page.sessions]
            position, number = page.next, number + 1
        return told

    assert asyncio.run(walked()) == union(world, wanted)
