"""An adapter that does not keep its word costs its own rows, and the answer comes."""

import asyncio
from collections.abc import Callable
from functools import partial

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.federation.deadline import Deadline
from gateway.federation.run import PageRequest, SessionPage
from gateway.model.query import AnyOf, Field, Query
from gateway.model.report import BackendStatus, BackendWarning, ErrorCode, Relation
from gateway.paging.cursor import FROM_THE_START, Position
from gateway.paging.order import key_of
from tests.federation.liars import (
    ORDERED,
    UNORDERED,
    Contrary,
    Deaf,
    Early,
    Endless,
    Illegible,
    Impostor,
    Inventor,
    Rejecting,
    Repeater,
    Scrambler,
    Scripted,
    Shapeless,
    Stammerer,
    Timeless,
    Unable,
    Unplanned,
    broken,
    failing_at,
    rows,
    self_cancelling,
)
from tests.support.examples import examples
from tests.support.fakes import FakeAdapter, Manners, backend, federation

GOOD_ROWS = rows(9, 7, 5, 3, 1)
GOOD_IDS = [f"good:{row.native_id}" for row in GOOD_ROWS]
LIAR_ROWS = rows(8, 6, 4, 2)


async def page_beside(
    liar: FakeAdapter, *, limit: int = 50, position: Position = FROM_THE_START
) -> SessionPage:
    """Ask a good backend and a liar for one page."""
    asked = federation(
        backend("good", FakeAdapter(GOOD_ROWS, ORDERED)), backend("liar", liar, ttl=60)
    )
    request = PageRequest(Query(("good", "liar")), limit, position)
    return await asked.page(request, Deadline.within(60))


def ids(page: SessionPage, backend: str) -> list[str]:
    return [session.id for session in page.sessions if session.backend == backend]


FAILING: list[object] = [
    pytest.param(Unplanned, ErrorCode.UPSTREAM_ERROR, id="breaks when it plans"),
    pytest.param(Unable, ErrorCode.UPSTREAM_ERROR, id="breaks when asked what it can do"),
    pytest.param(Inventor, ErrorCode.UPSTREAM_ERROR, id="pushes what nobody asked for"),
    pytest.param(Contrary, ErrorCode.UPSTREAM_ERROR, id="sorts by what nobody asked for"),
    pytest.param(
        partial(Scripted, script=broken), ErrorCode.UPSTREAM_ERROR, id="breaks at a request"
    ),
    pytest.param(Shapeless, ErrorCode.UPSTREAM_ERROR, id="answers no page"),
    pytest.param(partial(Scripted, script=self_cancelling), ErrorCode.RESET, id="cancels itself"),
    pytest.param(Illegible, ErrorCode.UPSTREAM_ERROR, id="breaks at a record"),
    pytest.param(Impostor, ErrorCode.UPSTREAM_ERROR, id="names another backend"),
    pytest.param(Timeless, ErrorCode.UPSTREAM_ERROR, id="knows no zone"),
    pytest.param(Repeater, ErrorCode.PROTOCOL, id="repeats an address"),
    pytest.param(Endless, ErrorCode.PROTOCOL, id="never ends"),
]


@pytest.mark.parametrize("manners", [ORDERED, UNORDERED], ids=["ordered", "unordered"])
@pytest.mark.parametrize(("liar", "code"), FAILING)
async def test_a_liar_costs_its_own_rows_only(
    liar: Callable[..., FakeAdapter], code: ErrorCode, manners: Manners
) -> None:
    page = await page_beside(liar(LIAR_ROWS, manners))

    assert ids(page, "good") == GOOD_IDS
    report = page.reports["liar"]
    assert report.status is BackendStatus.FAILED
    assert report.error is not None
    assert report.error.code is code
    assert page.total.relation is Relation.AT_LEAST
    assert page.next is None


@pytest.mark.parametrize("manners", [ORDERED, UNORDERED], ids=["ordered", "unordered"])
async def test_rows_sent_twice_are_given_once_and_counted(manners: Manners) -> None:
    page = await page_beside(Stammerer(LIAR_ROWS, manners))

    assert ids(page, "liar") == ["liar:0", "liar:1", "liar:2", "liar:3"]
    report = page.reports["liar"]
    assert report.status is BackendStatus.OK
    assert report.duplicates == 4
    assert report.warnings == (BackendWarning.DUPLICATES,)
    assert page.total.value == 9


@pytest.mark.parametrize("manners", [ORDERED, UNORDERED], ids=["ordered", "unordered"])
async def test_an_end_told_too_early_loses_the_liars_rows_only(manners: Manners) -> None:
    page = await page_beside(Early(LIAR_ROWS, manners))

    assert ids(page, "good") == GOOD_IDS
    assert len(ids(page, "liar")) == 2


async def test_a_vendor_that_looks_at_no_offset_has_not_come_to_its_end() -> None:
    page = await page_beside(Deaf(LIAR_ROWS, ORDERED))

    report = page.reports["liar"]
    assert report.error is not None
    assert report.error.code is ErrorCode.PROTOCOL
    assert ids(page, "good") == GOOD_IDS


async def test_a_wrong_order_is_told_and_makes_the_count_a_lower_bound() -> None:
    page = await page_beside(Scrambler(LIAR_ROWS, ORDERED, order=(2, 3, 0, 1)))

    report = page.reports["liar"]
    assert ids(page, "good") == GOOD_IDS
    assert report.rows + report.late == 4
    assert report.late > 0
    assert report.status is BackendStatus.PARTIAL, "what came too late is lost"
    assert report.warnings == (BackendWarning.ORDER_VIOLATION,)
    assert report.total is not None
    assert report.total.relation is Relation.AT_LEAST


async def test_the_count_stays_a_lower_bound_after_a_wrong_order() -> None:
    liar = Scrambler(LIAR_ROWS, ORDERED, order=(1, 2, 3, 0))
    first = await page_beside(liar, limit=6)
    assert first.reports["liar"].late == 1
    assert first.next is not None

    last = await page_beside(liar, limit=50, position=first.next)

    assert last.next is None
    assert last.total.relation is Relation.AT_LEAST


async def test_a_backend_that_lacks_rows_says_so_on_every_page() -> None:
    liar = Rejecting(LIAR_ROWS, UNORDERED, unusable=frozenset({"3"}))
    first = await page_beside(liar, limit=6)
    assert first.next is not None

    last = await page_beside(liar, limit=50, position=first.next)

    assert first.reports["liar"].status is BackendStatus.PARTIAL
    assert last.reports["liar"].status is BackendStatus.PARTIAL


async def test_a_secret_in_a_mishap_reaches_no_log(caplog: pytest.LogCaptureFixture) -> None:
    for liar in (Unplanned, Unable, Illegible, partial(Scripted, script=broken)):
        await page_beside(liar(LIAR_ROWS))

    assert "Mishap" in caplog.text
    assert "secret" not in caplog.text


orders = st.lists(st.integers(0, 20), max_size=20).map(tuple)
starts = st.lists(st.none() | st.integers(0, 6), min_size=1, max_size=8)


@given(starts, orders, st.integers(1, 5), st.integers(1, 4), st.sampled_from([1, 3]))
@settings(max_examples=examples(100))
def test_keys_grow_strictly_over_a_walk_whatever_a_liar_sends(
    starts: list[int | None], order: tuple[int, ...], limit: int, page_cap: int, granule: int
) -> None:
    liar = Scrambler(rows(*starts), Manners(granule, page_cap), order=order)

    async def walk() -> list[SessionPage]:
        pages = [await page_beside(liar, limit=limit)]
        while (position := pages[-1].next) is not None:
            pages.append(await page_beside(liar, limit=limit, position=position))
        return pages

    pages = asyncio.run(walk())

    sessions = [session for page in pages for session in page.sessions]
    keys = [key_of(session, Query(()).order) for session in sessions]
    assert keys == sorted(set(keys))
    assert [s.id for s in sessions if s.backend == "good"] == GOOD_IDS


@given(
    st.lists(starts, min_size=1, max_size=3),
    st.sets(st.integers(1, 8), max_size=3),
    st.booleans(),
    st.integers(1, 4),
)
@settings(max_examples=examples(100))
def test_failures_at_any_request_cost_the_rows_of_their_backend_only(
    world: list[list[int | None]], requests: set[int], is_ordered: bool, page_cap: int
) -> None:
    manners = Manners(1 if is_ordered else None, page_cap)
    good = [FakeAdapter(rows(*starts), manners) for starts in world]
    failing = Scripted(rows(*range(7)), manners, script=failing_at(*requests))
    backends = [backend(f"good{n}", adapter) for n, adapter in enumerate(good)]
    asked = federation(*backends, backend("failing", failing))
    query = Query((*(b.name for b in backends), "failing"))

    async def ask() -> SessionPage:
        return await asked.page(PageRequest(query, 100), Deadline.within(60))

    page = asyncio.run(ask())

    given_ids = [s.id for s in page.sessions]
    for number, adapter in enumerate(good):
        name = f"good{number}"
        assert sorted(i for i in given_ids if i.startswith(f"{name}:")) == sorted(
            f"{name}:{row.native_id}" for row in adapter.rows
        )
        assert page.reports[name].status is BackendStatus.OK
    has_failed = any(request <= failing.requests for request in requests)
    report = page.reports["failing"]
    assert (report.status is BackendStatus.FAILED) == has_failed
    assert has_failed or report.rows == 7
    assert report.requests == failing.requests
    assert (page.total.relation is Relation.AT_LEAST) == has_failed


async def test_a_filter_that_cannot_be_answered_does_not_hide_a_liar() -> None:
    adapter = Unplanned(LIAR_ROWS)
    asked = federation(backend("good", FakeAdapter(GOOD_ROWS)), backend("liar", adapter))
    ended = AnyOf(Field.STATUS, frozenset({"ended"}))

    page = await asked.page(PageRequest(Query(("good", "liar"), (ended,)), 9), Deadline.within(60))

    assert ids(page, "good") == GOOD_IDS
    assert page.reports["liar"].status is BackendStatus.FAILED
