"""Rows come and go while they are read: what stays is given exactly once."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.federation.backend import Backend
from gateway.model.query import NEWEST_FIRST, Query
from gateway.model.report import BackendWarning
from gateway.paging.cursor import Position
from gateway.paging.order import key_of
from gateway.spi import Address, PagingStyle, RawPage
from tests.federation.liars import Scripted
from tests.federation.test_positions import Walk
from tests.federation.test_walks import NAMES
from tests.support.examples import examples
from tests.support.fakes import FakeRow, Manners, backend, federation

# None where a token is worth no more than an offset, and nothing tells that rows have moved.
addressed = st.sampled_from(
    [
        (PagingStyle.OFFSET, False),
        (PagingStyle.PAGE_INDEX, False),
        (PagingStyle.CURSOR, True),
        (PagingStyle.AFTER_ID, False),
    ]
)


@dataclass
class Change:
    """Rows that come and go while a walk is under way: never those that stay."""

    adapters: list[Scripted] = field(default_factory=list)
    coming: list[FakeRow] = field(default_factory=list)
    going: list[str] = field(default_factory=list)

    def happen(self) -> None:
        """Let one row go, and another come."""
        for adapter in self.adapters:
            adapter.rows = [row for row in adapter.rows if row.native_id not in self.going[:1]]
        self.going = self.going[1:]
        if self.coming:
            adapter = self.adapters[len(self.coming) % len(self.adapters)]
            adapter.rows = [*adapter.rows, self.coming.pop()]

    def between_pages(self, position: Position) -> Position:
        """Happen twice, so that a place moves by more than its own row; leave the position."""
        self.happen()
        self.happen()
        return position

    async def between_requests(self, _at: Address, _request: int) -> RawPage | None:
        """Happen, and leave the page as it is."""
        self.happen()
        return None


@dataclass
class Case:
    """A world that changes, and how it is walked."""

    starts: list[list[int]]
    coming: list[int]
    going: list[str]
    manners: Manners
    limit: int
    ttl: float

    def changed(self, scripted: Callable[[Change], object]) -> tuple[Change, list[Backend]]:
        """Build the backends, each with rows that stay and some that go."""
        coming = [FakeRow(f"new{n}", at) for n, at in enumerate(self.coming)]
        change = Change(coming=coming, going=list(self.going))
        going = [FakeRow(native_id, 700 * n) for n, native_id in enumerate(self.going)]
        change.adapters = [
            Scripted(
                [*(FakeRow(f"stays{n}", at) for n, at in enumerate(starts)), *going],
                self.manners,
                script=scripted(change),  # type: ignore[arg-type]  # what a test scripts
            )
            for starts in self.starts
        ]
        named = zip(NAMES, change.adapters, strict=False)
        return change, [backend(name, adapter, ttl=self.ttl) for name, adapter in named]

    def faults(self, walk: Walk) -> list[str]:
        """Walk to the end: keys must grow, and what stays be there once."""
        sessions = asyncio.run(walk.to_the_end())
        keys = [key_of(session, NEWEST_FIRST) for session in sessions]
        faults = [] if keys == sorted(set(keys)) else ["keys do not grow"]
        faults += [] if walk.pages[-1].next is None else ["there is no end"]
        drifted = {
            name
            for page in walk.pages
            for name, report in page.reports.items()
            if BackendWarning.PAGE_DRIFT in report.warnings
        }
        for name, starts in zip(NAMES, self.starts, strict=False):
            stayed = [s.native_id for s in sessions if s.id.startswith(f"{name}:stays")]
            stays = [f"stays{n}" for n in range(len(starts))]
            if sorted(stayed) != sorted(stays) and name not in drifted:
                faults.append(f"of {name} there are {stayed}")
        return faults


starts = st.sampled_from([0, 1, 500, 999, 1000, 1001, 2000, 2500, 10_000])


def cases(styles: st.SearchStrategy[tuple[PagingStyle, bool]]) -> st.SearchStrategy[Case]:
    manners = st.builds(
        lambda granule, cap, style: Manners(granule, cap, style[0], style[1]),
        st.sampled_from([None, 1, 1000]),
        st.integers(2, 4),
        styles,
    )
    return st.builds(
        Case,
        st.lists(st.lists(starts, max_size=8), min_size=1, max_size=3),
        st.lists(st.integers(0, 3000), max_size=6),
        st.lists(st.sampled_from(["gone0", "gone1", "gone2", "gone3"]), unique=True),
        manners,
        st.integers(1, 4),
        st.sampled_from([0, 60]),
    )


resumed = cases(addressed | st.just((PagingStyle.CURSOR, False)))

# Where pages are counted, one row for another is not noticed: there are as many as before.
read_on = cases(addressed).filter(
    lambda case: (
        case.manners.style is not PagingStyle.PAGE_INDEX or not (case.coming and case.going)
    )
)


def faults_between_pages(case: Case) -> list[str]:
    """Say what is wrong with a walk when rows come and go between its pages."""
    change, backends = case.changed(lambda _: None)
    query = Query(tuple(b.name for b in backends))
    return case.faults(Walk(federation(*backends), query, case.limit, change.between_pages))


def faults_between_requests(case: Case) -> list[str]:
    """Say what is wrong with a walk when rows come and go between requests to backends."""
    _, backends = case.changed(lambda change: change.between_requests)
    query = Query(tuple(b.name for b in backends))
    return case.faults(Walk(federation(*backends), query, case.limit, lambda position: position))


@given(resumed)
@settings(max_examples=examples(150))
def test_what_stays_is_given_once_whatever_comes_and_goes_between_pages(case: Case) -> None:
    assert faults_between_pages(case) == []


@given(read_on)
@settings(max_examples=examples(150))
def test_what_stays_is_given_once_whatever_comes_and_goes_between_requests(case: Case) -> None:
    assert faults_between_requests(case) == []
