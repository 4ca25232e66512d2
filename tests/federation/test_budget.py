"""A page costs no more of a backend than its budget, and a walk still comes to its end."""

import asyncio
from dataclasses import dataclass

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.federation import readers as readers_module
from gateway.federation.budget import Budget
from gateway.federation.deadline import Deadline
from gateway.federation.federation import Federation
from gateway.federation.run import PageRequest, SessionPage
from gateway.model.query import AnyOf, Condition, Field, Query
from gateway.model.report import BackendStatus, BackendWarning, ErrorCode, Relation
from gateway.paging import merge as merge_module
from gateway.paging.cursor import FROM_THE_START, Position
from gateway.spi import Address, PagingStyle, RawPage, Support
from tests.federation.liars import Scripted
from tests.federation.test_walks import World, backends_of, union
from tests.support.examples import examples
from tests.support.fakes import FakeAdapter, FakeRow, Manners, backend, federation

ACTIVE: Condition = AnyOf(Field.STATUS, frozenset({"active"}))
MANNERS = Manners(granule=1, page_cap=2)


@pytest.fixture(autouse=True)
def allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Allow five requests a page."""
    monkeypatch.setattr(readers_module, "BUDGET", Budget(requests=5))


def rows(count: int, *, active: frozenset[int] = frozenset()) -> list[FakeRow]:
    """Make rows, the newest first, of which few are active."""
    return [
        FakeRow(f"{number:03d}", 1000 - number, "active" if number in active else "ended")
        for number in range(count)
    ]


async def walked(asked: Federation, *conditions: Condition, limit: int = 3) -> list[SessionPage]:
    """Walk to the end, in at most as many pages as there could be."""
    pages: list[SessionPage] = []
    position: Position | None = FROM_THE_START
    while position is not None and len(pages) < 50:
        query = Query(tuple(asked.backends), conditions)
        request = PageRequest(query, limit, position)
        pages.append(await asked.page(request, Deadline.within(60)))
        position = pages[-1].next
    return pages


def ids(pages: list[SessionPage]) -> list[str]:
    return [session.id for page in pages for session in page.sessions]


async def test_a_page_ends_where_the_budget_does_and_says_so() -> None:
    sparse = FakeAdapter(rows(100, active=frozenset({3, 40, 99})), MANNERS)
    asked = federation(backend("a", sparse))

    pages = await walked(asked, ACTIVE)

    first = pages[0].reports["a"]
    assert ids(pages) == ["a:003", "a:040", "a:099"]
    assert len(pages) > 5, "fifty pages of the vendor, five for each of ours"
    assert [page.reports["a"].requests <= 6 for page in pages] == [True] * len(pages)
    assert first.status is BackendStatus.PARTIAL
    assert first.warnings == (BackendWarning.BUDGET_REACHED,)
    assert first.total is not None
    assert first.total.relation is Relation.AT_LEAST
    assert pages[-1].reports["a"].status is BackendStatus.OK
    assert pages[-1].total.value == 3
    assert pages[-1].total.relation is Relation.EQUAL
    assert not pages[0].gaps


async def test_an_empty_page_comes_with_a_cursor_that_gets_further() -> None:
    asked = federation(backend("a", FakeAdapter(rows(100), MANNERS)))

    pages = await walked(asked, ACTIVE)

    boundaries = [page.next.boundary for page in pages if page.next]
    assert ids(pages) == []
    assert boundaries == sorted(set(boundaries))


async def test_others_are_given_as_far_as_the_one_that_holds_them_up_has_come() -> None:
    sparse = backend("a", FakeAdapter(rows(40), MANNERS))
    dense = backend("b", FakeAdapter(rows(40, active=frozenset(range(40))), MANNERS))
    asked = federation(sparse, dense)

    pages = await walked(asked, ACTIVE, limit=30)

    assert ids(pages) == [f"b:{number:03d}" for number in range(40)]
    assert len(pages[0].sessions) < 30


async def test_who_cannot_get_further_within_the_budget_has_failed() -> None:
    tied = FakeAdapter([FakeRow(f"{number:03d}", 7) for number in range(40)], MANNERS)
    good = FakeAdapter(rows(4), MANNERS)
    asked = federation(backend("a", tied), backend("b", good))

    pages = await walked(asked, limit=20)

    first, second = (page.reports["a"] for page in pages[:2])
    assert first.status is BackendStatus.PARTIAL
    assert second.status is BackendStatus.FAILED, "where all tie there is no further"
    assert second.error is not None
    assert second.error.code is ErrorCode.BUDGET_EXCEEDED
    assert ids(pages) == [f"b:{number:03d}" for number in range(4)]


async def test_a_group_that_is_too_large_is_an_error_of_its_backend(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(merge_module, "MAX_GROUP_ROWS", 5)
    tied = FakeAdapter([FakeRow(f"{number:03d}", 7) for number in range(8)], MANNERS)
    asked = federation(backend("a", tied), backend("b", FakeAdapter(rows(4), MANNERS)))

    pages = await walked(asked, limit=20)

    error = pages[0].reports["a"].error
    assert error is not None
    assert error.code is ErrorCode.GROUP_TOO_LARGE
    assert len(ids(pages)) == 4


async def test_a_backend_that_answers_page_after_page_until_time_is_up_ends_the_page(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def slowly(_at: Address, _request: int) -> RawPage | None:
        await asyncio.sleep(0.03)
        return None

    busy = Scripted(rows(1000), MANNERS, script=slowly)
    asked = federation(backend("a", busy))
    monkeypatch.setattr(readers_module, "BUDGET", Budget())

    request = PageRequest(Query(("a",), (ACTIVE,)), 3)
    page = await asked.page(request, Deadline.within(0.5))

    assert page.reports["a"].status is BackendStatus.PARTIAL
    assert page.reports["a"].warnings == (BackendWarning.BUDGET_REACHED,)
    assert page.next is not None
    assert busy.requests > 5


@dataclass(frozen=True)
class Case:
    """Ordered backends of which few rows match, and what a page may cost of each."""

    world: World
    limit: int
    requests: int

    def faults(self) -> list[str]:
        """Walk to the end, and say what is wrong with it."""
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(readers_module, "BUDGET", Budget(requests=self.requests))
            pages = asyncio.run(
                walked(federation(*backends_of(self.world)), ACTIVE, limit=self.limit)
            )
        faults = [] if ids(pages) == union(self.world, (ACTIVE,)) else [f"given is {ids(pages)}"]
        boundaries = [page.next.boundary for page in pages if page.next]
        if boundaries != sorted(set(boundaries)) or len(boundaries) == len(pages):
            faults.append("the walk gets no further")
        reports = [report for page in pages for report in page.reports.values()]
        return faults + [
            f"a page cost {report.requests} requests: {report.error}"
            for report in reports
            if report.requests > self.requests or report.error is not None
        ]


# With no ties, and no rows that a vendor brings in vain. Where others took the boundary on, four
# rows may have to be read to get beyond it: the place, the row that was given, the next, and the
# one that shows that nothing ties with that. In pages of two that overlap by one those are three
# requests.
sparse = st.lists(
    st.builds(
        FakeRow,
        st.integers(0, 30).map(str),
        st.integers(0, 50),
        st.sampled_from(["active", "ended", "ended", "ended"]),
    ),
    max_size=16,
    unique_by=(lambda row: row.native_id, lambda row: row.started),
)
cases = st.builds(
    Case,
    st.lists(
        st.tuples(
            sparse,
            st.builds(
                Manners,
                granule=st.just(1),
                page_cap=st.integers(2, 4),
                style=st.sampled_from(
                    [
                        PagingStyle.OFFSET,
                        PagingStyle.PAGE_INDEX,
                        PagingStyle.CURSOR,
                        PagingStyle.AFTER_ID,
                    ]
                ),
                is_stable=st.booleans(),
                support=st.sampled_from([Support.UNSUPPORTED, Support.EXACT]),
            ),
        ),
        min_size=1,
        max_size=3,
    ),
    st.integers(1, 5),
    st.integers(3, 4),
)


@given(cases)
@settings(max_examples=examples(150))
def test_pages_that_a_budget_ends_are_joined_the_sorted_filtered_union(case: Case) -> None:
    assert case.faults() == []
