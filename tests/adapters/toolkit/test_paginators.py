"""Following a vendor's pages ends, whatever it tells of their number, and never while it says more.

A page that says more by the vendor's own rule is followed by another request, or by a failure: a
scan that stops there and calls it the end would lose what follows without a word.
"""

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from random import Random

import pytest
from hypothesis import Phase, find, given, settings
from hypothesis import strategies as st

from adapters.toolkit import paginators
from gateway.federation import scan as scan_module
from gateway.federation.backend import Failed
from gateway.federation.scan import Scan
from gateway.federation.tally import Tally
from gateway.model.query import Query
from gateway.paging.planner import BackendPlan
from gateway.spi import (
    Address,
    AfterId,
    Context,
    First,
    HttpTransport,
    Offset,
    PageIndex,
    PagingStyle,
    RawPage,
    ScanPlan,
)
from tests.support.fakes import FakeAdapter, FakeRow, Manners, backend, record

_TRIES = settings(max_examples=10_000, phases=[Phase.generate], database=None)
_SIZE = 3
_MOST_PAGES = 80


@dataclass(frozen=True)
class Answer:
    """What a vendor sends: so many rows, the total it tells, and whether it says that more follow.

    ``is_new``: its rows were not sent before.
    """

    rows: int
    total: int | None
    is_new: bool
    has_more: bool


@dataclass
class Vendor(FakeAdapter):
    """Sends what a test says, and the last of it for ever."""

    answers: list[Answer] = field(default_factory=list)
    says_more: bool = True
    """Whether the last page sent says by the vendor's rule that more follow."""

    async def fetch_page(
        self, plan: ScanPlan, at: Address, context: Context[HttpTransport]
    ) -> RawPage:
        del plan, context
        answer = self.answers[min(self.requests, len(self.answers) - 1)]
        begin = self.requests * _SIZE if answer.is_new else 0
        self.requests += 1
        ids = [f"{begin + number:05d}" for number in range(answer.rows)]
        seen = getattr(at, "seen", 0) + answer.rows
        self.says_more = self._says_more(at, answer, seen, ids)
        following = self._next(at, answer, ids)
        return RawPage([record(FakeRow(id_, 0)) for id_ in ids], following, answer.total)

    def _says_more(self, at: Address, answer: Answer, seen: int, ids: list[str]) -> bool:
        """Judge by the documents: any sign of more is one.

        A full page is one, unless a total of all pages is reached with it.
        """
        is_full = answer.rows >= _SIZE
        is_short_of_total = answer.total is None or seen < answer.total
        match self.manners.style:
            case PagingStyle.PAGE_INDEX:
                is_reached = answer.rows < seen == answer.total
                return answer.rows > 0 and (is_short_of_total or (is_full and not is_reached))
            case PagingStyle.AFTER_ID:
                is_repeated = isinstance(at, AfterId) and ids[-1:] == [at.native_id]
                return answer.rows > 0 and (is_full or is_short_of_total or is_repeated)
            case _:
                return answer.has_more

    def _next(self, at: Address, answer: Answer, ids: list[str]) -> Address | None:
        match self.manners.style:
            case PagingStyle.PAGE_INDEX:
                here = at if isinstance(at, PageIndex) else First()
                return paginators.next_page_index(
                    here, size=_SIZE, received=answer.rows, total=answer.total
                )
            case PagingStyle.AFTER_ID:
                return paginators.next_after_id(
                    at if isinstance(at, AfterId) else First(),
                    size=_SIZE,
                    received=answer.rows,
                    last_id=ids[-1] if ids else None,
                    total=answer.total,
                )
            case _:
                return Offset(self.requests * _SIZE) if answer.has_more else None


@dataclass(frozen=True)
class Case:
    """A vendor's answers, and how it pages."""

    style: PagingStyle
    answers: list[Answer]

    def faults(self) -> Iterator[str]:
        """Follow the vendor's pages, and say what is wrong with where that ends."""
        manners = Manners(granule=1, page_cap=_SIZE, style=self.style)
        vendor = Vendor([], manners, answers=self.answers)
        end = asyncio.run(_followed(vendor))
        if vendor.requests > 2 * _MOST_PAGES + 1:
            yield f"it took {vendor.requests} requests"
        if end is None and vendor.says_more:
            yield f"it ended after {vendor.requests} requests, and the vendor says more"
        if end is not None and not vendor.says_more:
            yield f"it came to no end although the vendor said so: {end}"


async def _followed(vendor: Vendor) -> Failed | None:
    """Read page after page to the end, or to what is wrong."""
    asked = backend("a", vendor)
    plan = asked.plan(Query(("a",)))
    assert isinstance(plan, BackendPlan)
    scan = Scan(asked, replace(plan, first_size=None), Tally())
    while scan.next is not None:
        page = await scan.next_page()
        if isinstance(page, Failed):
            return page
    return None


@pytest.fixture(autouse=True)
def few_pages_are_many(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a scan of few pages be too long, so that a vendor without an end is soon given up."""
    monkeypatch.setattr(scan_module, "MAX_PAGES", _MOST_PAGES)


# Totals that are right, too small, too large, none, and others with each page.
totals = st.none() | st.integers(0, 12)
cases = st.builds(
    Case,
    st.sampled_from([PagingStyle.PAGE_INDEX, PagingStyle.AFTER_ID, PagingStyle.OFFSET]),
    st.lists(
        st.builds(Answer, st.integers(0, _SIZE), totals, st.booleans(), st.booleans()),
        min_size=1,
        max_size=8,
    ),
)


@given(cases)
@settings(max_examples=300)
def test_pages_end_and_never_while_the_vendor_says_more(case: Case) -> None:
    assert list(case.faults()) == []


def a_short_page_is_the_end(
    at: First | PageIndex, *, size: int, received: int, total: int | None
) -> PageIndex | None:
    is_end = received < size or (total is not None and received >= total)
    seen = at.seen if isinstance(at, PageIndex) else 0
    return None if is_end else PageIndex(1, size, seen + received)


def the_total_is_all_that_counts(
    at: First | PageIndex, *, size: int, received: int, total: int | None
) -> PageIndex | None:
    index, seen = (at.index, at.seen) if isinstance(at, PageIndex) else (0, 0)
    is_end = total is not None and seen + received >= total
    return None if is_end else PageIndex(index + 1, size, seen + received)


def full_pages_are_counted(
    at: First | PageIndex, *, size: int, received: int, total: int | None
) -> PageIndex | None:
    index = at.index if isinstance(at, PageIndex) else 0
    is_end = received == 0 or (total is not None and (index + 1) * size >= total)
    return None if is_end else PageIndex(index + 1, size, (index + 1) * size)


def a_total_on_a_full_page_is_the_end(
    at: First | PageIndex, *, size: int, received: int, total: int | None
) -> PageIndex | None:
    index, seen = (at.index, at.seen) if isinstance(at, PageIndex) else (0, 0)
    is_end = received == 0 or (total is not None and seen + received >= total)
    return None if is_end else PageIndex(index + 1, size, seen + received)


def an_empty_page_is_the_end(
    at: First | AfterId, *, size: int, received: int, last_id: str | None, total: int | None
) -> AfterId | None:
    del size, total
    seen = at.seen if isinstance(at, AfterId) else 0
    return None if received == 0 or last_id is None else AfterId(last_id, seen + received)


def a_short_page_is_the_end_behind_an_id(
    at: First | AfterId, *, size: int, received: int, last_id: str | None, total: int | None
) -> AfterId | None:
    del total
    seen, previous = (at.seen, at.native_id) if isinstance(at, AfterId) else (0, None)
    is_end = received < size or last_id in (None, previous)
    return None if is_end else AfterId(last_id or "", seen + received)


def a_total_is_the_end_behind_an_id(
    at: First | AfterId, *, size: int, received: int, last_id: str | None, total: int | None
) -> AfterId | None:
    del size
    seen, previous = (at.seen, at.native_id) if isinstance(at, AfterId) else (0, None)
    is_end = received == 0 or (total is not None and total <= seen + received)
    return (
        None if is_end or last_id in (None, previous) else AfterId(last_id or "", seen + received)
    )


@pytest.mark.parametrize(
    ("name", "rule"),
    [
        ("next_page_index", a_short_page_is_the_end),
        ("next_page_index", the_total_is_all_that_counts),
        ("next_page_index", full_pages_are_counted),
        ("next_page_index", a_total_on_a_full_page_is_the_end),
        ("next_after_id", an_empty_page_is_the_end),
        ("next_after_id", a_short_page_is_the_end_behind_an_id),
        ("next_after_id", a_total_is_the_end_behind_an_id),
    ],
)
def test_a_wrong_end_is_caught(
    name: str, rule: Callable[..., object], monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as broken:
        broken.setattr(paginators, name, rule)
        case = find(cases, lambda case: any(case.faults()), settings=_TRIES, random=Random(1))

    assert list(case.faults()) == [], "it is the mutant that fails here, not the paginator"


def test_a_short_first_page_tells_the_size_of_those_behind_it() -> None:
    """Page 1 of 7 begins behind 7 rows in a vendor that counts by either size; of 999 it might not.

    Later pages keep it: a page in the middle may be short by rows that are gone.
    """
    first = paginators.next_page_index(First(), size=999, received=7, total=300)
    assert first == PageIndex(1, 7, 7)
    assert paginators.next_page_index(first, size=7, received=6, total=300) == PageIndex(2, 7, 13)
    resumed = PageIndex(1, 999, 0)
    assert paginators.next_page_index(resumed, size=999, received=7, total=300) == PageIndex(
        2, 999, 7
    )
