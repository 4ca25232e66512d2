"""How fresh a client wants an answer: what is kept serves, or does not, or alone does."""

from dataclasses import dataclass, replace

import pytest

from gateway.federation.backend import Failed
from gateway.federation.deadline import Deadline
from gateway.federation.federation import Federation
from gateway.federation.freshness import AS_KEPT, NOT_CACHED, Acceptance, Freshness, Lifetimes
from gateway.federation.lookup import Found
from gateway.federation.page_reader import PageReader
from gateway.federation.ranges import KeptRanges
from gateway.federation.run import PageRequest, SessionPage
from gateway.federation.window_reader import Slicing, WindowReader
from gateway.model.query import AnyOf, Field, Op, Query
from gateway.model.report import ErrorCode, Failure, ServedFrom
from gateway.paging.order import BEFORE_ALL
from gateway.paging.planner import BackendPlan, plan_backend
from gateway.paging.spans import span_of
from gateway.spi import Abilities, Support
from tests.support.adapters import NOON
from tests.support.clipping import ClippingAdapter
from tests.support.fakes import FakeAdapter, FakeRow, Manners, backend, federation

ROWS = [FakeRow(f"{number:03d}", 1000 - number) for number in range(20)]
ORDERED = Manners(granule=1, page_cap=4)
UNORDERED = Manners()
TTL = 15

RENEWED = Freshness(is_renewed=True)
KEPT_ONLY = Freshness(is_kept_only=True)


class Clock:
    """A timer that is set by hand."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(params=[ORDERED, UNORDERED], ids=["ordered", "unordered"])
def asked(request: pytest.FixtureRequest, clock: Clock) -> Federation:
    adapter = FakeAdapter(ROWS, request.param)
    return federation(backend("a", adapter, ttl=TTL), timer=clock)


async def page(asked: Federation, freshness: Freshness = AS_KEPT, *, limit: int = 3) -> SessionPage:
    wanted = PageRequest(Query(("a",)), limit, freshness=freshness)
    return await asked.page(wanted, Deadline.within(60))


def served_from(page: SessionPage) -> ServedFrom | None:
    return page.reports["a"].served_from


async def test_what_is_kept_serves_until_its_time_is_over(asked: Federation, clock: Clock) -> None:
    first = await page(asked)
    clock.now = 10
    second = await page(asked)
    clock.now = TTL
    third = await page(asked)

    assert [served_from(each) for each in (first, second, third)] == [
        *(ServedFrom.LIVE, ServedFrom.CACHE, ServedFrom.LIVE)
    ]
    assert second.reports["a"].requests == 0
    assert [each.servings["a"].fresh_for_s for each in (first, second, third)] == [TTL, 5, TTL]


async def test_who_wants_nothing_that_is_kept_is_heeded_once_a_second(
    asked: Federation, clock: Clock
) -> None:
    await page(asked)
    clock.now = 0.5
    renewed = await page(asked, RENEWED)
    clock.now = 1.4
    too_soon = await page(asked, RENEWED)
    clock.now = 1.5
    again = await page(asked, RENEWED)

    assert served_from(renewed) is ServedFrom.LIVE
    assert served_from(too_soon) is ServedFrom.CACHE
    assert served_from(again) is ServedFrom.LIVE


async def test_what_was_read_longer_ago_than_is_wanted_does_not_serve(
    asked: Federation, clock: Clock
) -> None:
    await page(asked)
    clock.now = 5
    young_enough = await page(asked, Freshness(max_age_s=5))
    too_old = await page(asked, Freshness(max_age_s=4))

    assert served_from(young_enough) is ServedFrom.CACHE
    assert served_from(too_old) is ServedFrom.LIVE


async def test_where_only_what_is_kept_is_wanted_nobody_is_asked(asked: Federation) -> None:
    nothing = await page(asked, KEPT_ONLY)
    assert nothing.reports["a"].error == Failure(ErrorCode.NOT_CACHED, retryable=False)
    assert nothing.reports["a"].requests == 0

    await page(asked)
    kept = await page(asked, KEPT_ONLY)

    assert served_from(kept) is ServedFrom.CACHE
    assert kept.reports["a"].requests == 0


async def test_a_page_that_is_kept_in_part_is_not_kept(clock: Clock) -> None:
    asked = federation(backend("a", FakeAdapter(ROWS, ORDERED), ttl=TTL), timer=clock)
    await page(asked)

    larger = await page(asked, KEPT_ONLY, limit=20)

    assert larger.reports["a"].error == Failure(ErrorCode.NOT_CACHED, retryable=False)


@dataclass
class Startless(FakeAdapter):
    """A vendor in whose order nothing can be asked for by where it begins."""

    def abilities(self) -> Abilities:
        abilities = super().abilities()
        user = (Field.USER, Op.ANY_OF)
        return replace(abilities, filters={user: abilities.filters[user]})


async def test_a_range_behind_which_nothing_can_be_asked_for_is_not_asked_on(clock: Clock) -> None:
    vendor = Startless(
        [replace(row, user="u") for row in ROWS], replace(ORDERED, support=Support.EXACT)
    )
    asked = federation(backend("a", vendor, ttl=TTL), timer=clock)
    await page(asked, limit=10)
    before = vendor.requests
    narrower = Query(("a",), (AnyOf(Field.USER, frozenset({"u"})),))

    kept = await asked.page(PageRequest(narrower, 3, freshness=KEPT_ONLY), Deadline.within(60))

    assert vendor.requests == before
    assert kept.reports["a"].error == Failure(ErrorCode.NOT_CACHED, retryable=False)


@pytest.mark.parametrize("kind", [ORDERED, UNORDERED])
async def test_who_wants_only_what_is_kept_and_nothing_that_is_gets_nothing(
    kind: Manners, clock: Clock
) -> None:
    vendor = FakeAdapter(ROWS, kind)
    lifetimes = Lifetimes(TTL, on_error_s=60)
    asked = federation(backend("a", vendor, ttl=lifetimes), timer=clock)
    await page(asked)
    clock.now = TTL
    before = vendor.requests
    neither = Freshness(is_renewed=True, is_kept_only=True)

    assert (await page(asked, KEPT_ONLY)).reports["a"].error is not None
    assert (await page(asked, neither)).reports["a"].error is not None
    assert vendor.requests == before


@pytest.mark.parametrize("kind", ["page", "window"])
async def test_a_reader_of_what_is_kept_alone_asks_nobody(kind: str) -> None:
    vendor = FakeAdapter(ROWS, ORDERED) if kind == "page" else ClippingAdapter(ROWS)
    asked, ranges = backend("a", vendor, ttl=TTL), KeptRanges(timer=float)
    query, accepted = Query(("a",)), Acceptance(is_kept_only=True)
    plan = plan_backend(vendor, query)
    assert isinstance(plan, BackendPlan)
    slicing = Slicing(plan, query, BEFORE_ALL, lambda _: span_of(query, now=NOON), accepted)
    reader: PageReader | WindowReader = (
        PageReader(asked, plan, query, ranges, accepted=accepted)
        if kind == "page"
        else WindowReader(asked, slicing, ranges, lambda *_: None)
    )

    assert await reader.read() == Failed(NOT_CACHED)
    assert not reader.fall_back(NOT_CACHED)
    assert vendor.requests == 0


async def test_a_walk_needs_all_of_it_to_be_kept(clock: Clock) -> None:
    asked = federation(backend("a", FakeAdapter(ROWS, ORDERED), ttl=TTL), timer=clock)
    await page(asked)
    wanted = PageRequest(Query(("a",)), 3, freshness=KEPT_ONLY)

    begun = await asked.run(wanted).next_page(Deadline.within(60))
    await page(asked, limit=30)
    whole = await asked.run(wanted).next_page(Deadline.within(60))

    assert begun.reports["a"].error is not None
    assert whole.reports["a"].error is None


async def test_one_session_is_taken_of_the_kept_list_alone_if_that_is_wanted(clock: Clock) -> None:
    asked = federation(backend("a", FakeAdapter(ROWS, UNORDERED), ttl=TTL), timer=clock)

    before = await asked.session("a", "003", Deadline.within(60), KEPT_ONLY)
    await page(asked)
    clock.now = 5
    kept = await asked.session("a", "003", Deadline.within(60), KEPT_ONLY)
    renewed = await asked.session("a", "003", Deadline.within(60), RENEWED)

    assert before == Failure(ErrorCode.NOT_CACHED, retryable=False)
    assert isinstance(kept, Found)
    assert (kept.report.served_from, kept.serving.fresh_for_s) == (ServedFrom.CACHE, TTL - 5)
    assert isinstance(renewed, Found)
    assert renewed.report.served_from is ServedFrom.LIVE
