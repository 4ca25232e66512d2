"""The promise of the whole: pages joined are the sorted, filtered union of all backends."""

import asyncio
import itertools
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.federation.backend import Backend
from gateway.federation.deadline import Deadline
from gateway.federation.federation import Federation
from gateway.federation.listing import REMEMBERED_BYTES
from gateway.federation.run import PageRequest, SessionPage
from gateway.model.matching import matches
from gateway.model.query import AnyOf, AtOrAfter, Before, Condition, Field, Order, Query, Sort
from gateway.model.report import BackendStatus, BackendWarning, Relation
from gateway.model.session import Session
from gateway.paging.cursor import FROM_THE_START, CursorSealer
from gateway.paging.order import key_of
from gateway.spi import PagingStyle, Support
from tests.federation.liars import Scripted, failing_at
from tests.support.examples import examples
from tests.support.fakes import EPOCH, FakeAdapter, FakeRow, Manners, backend, federation

NAMES = ("a", "b", "c", "d")

# Few distinct values, so that ties abound; some within a granule of each other.
instants = st.none() | st.sampled_from([0, 1, 500, 999, 1000, 1001, 2000, 2500, 10_000])


@st.composite
def rows(draw: st.DrawFn) -> list[FakeRow]:
    ids = draw(st.lists(st.text("0129ab", min_size=1, max_size=3), unique=True, max_size=12))
    return [
        FakeRow(
            native_id,
            draw(instants),
            draw(st.sampled_from(["active", "ended", "unknown"])),
            draw(st.sampled_from([None, "u", "v"])),
        )
        for native_id in ids
    ]


manners = st.builds(
    Manners,
    granule=st.sampled_from([None, 1, 1000]),
    page_cap=st.integers(1, 8),
    style=st.sampled_from(
        [PagingStyle.OFFSET, PagingStyle.PAGE_INDEX, PagingStyle.CURSOR, PagingStyle.AFTER_ID]
    ),
    is_stable=st.booleans(),
    support=st.sampled_from([Support.UNSUPPORTED, Support.INEXACT, Support.EXACT]),
)

moments = st.sampled_from([0, 1, 999, 1000, 2000, 20_000]).map(
    lambda microseconds: EPOCH + timedelta(microseconds=microseconds)
)
conditions: st.SearchStrategy[tuple[Condition, ...]] = st.lists(
    st.one_of(
        st.builds(
            AnyOf,
            st.just(Field.STATUS),
            st.frozensets(st.sampled_from(["active", "ended"]), min_size=1),
        ),
        st.builds(
            AnyOf, st.just(Field.USER), st.frozensets(st.sampled_from(["u", "w"]), min_size=1)
        ),
        st.builds(AtOrAfter, st.just(Field.STARTED_AT), moments),
        st.builds(Before, st.just(Field.STARTED_AT), moments),
    ),
    max_size=2,
).map(tuple)

# Enough for all of a listing's sessions, for none, or for some listings' only.
remembered = st.sampled_from([REMEMBERED_BYTES, 0, 10_000])

worlds = st.lists(st.tuples(rows(), manners), min_size=1, max_size=4)
World = list[tuple[list[FakeRow], Manners]]


def backends_of(world: World, *, ttl: float = 0) -> list[Backend]:
    return [
        backend(name, FakeAdapter(rows, manners), ttl=ttl)
        for name, (rows, manners) in zip(NAMES, world, strict=False)
    ]


def union(world: World, wanted: Sequence[Condition]) -> list[str]:
    """Say by brute force what a walk must give."""
    sessions = [
        row.session(name) for name, (rows, _) in zip(NAMES, world, strict=False) for row in rows
    ]
    kept = [session for session in sessions if matches(session, wanted)]
    return [session.id for session in sorted(kept, key=_plain_key)]


def _plain_key(session: Session) -> tuple[bool, float, str, str]:
    started = session.started_at
    newest = -(started - EPOCH).total_seconds() if started else 0.0
    return (started is None, newest, session.backend, session.native_id)


def is_cut(page: SessionPage) -> bool:
    """Say whether a budget ended the page."""
    reports = page.reports.values()
    return any(BackendWarning.BUDGET_REACHED in report.warnings for report in reports)


async def walk(federation: Federation, query: Query, limits: Sequence[int]) -> list[SessionPage]:
    """Read page after page through sealed cursors, with changing limits, to the end."""
    sealer = CursorSealer([b"a key of the walks"])
    pages: list[SessionPage] = []
    position = FROM_THE_START
    while True:
        limit = limits[len(pages) % len(limits)]
        page = await federation.page(PageRequest(query, limit, position), Deadline.within(60))
        pages.append(page)
        if page.next is None:
            return pages
        assert len(page.sessions) == limit or is_cut(page), "every page but the last is full"
        position = sealer.open(sealer.seal(page.next, "walk"), "walk")


@given(
    world=worlds,
    wanted=conditions,
    limits=st.lists(st.integers(1, 9), min_size=1, max_size=4),
    ttl=st.sampled_from([0, 60]),
    remembered_bytes=remembered,
)
@settings(max_examples=examples(150))
def test_pages_joined_are_the_sorted_filtered_union(
    world: World,
    wanted: tuple[Condition, ...],
    limits: list[int],
    ttl: float,
    remembered_bytes: int,
) -> None:
    backends = backends_of(world, ttl=ttl)
    query = Query(tuple(b.name for b in backends), wanted)

    asked = federation(*backends, remembered_bytes=remembered_bytes)
    pages = asyncio.run(walk(asked, query, limits))

    assert [session.id for page in pages for session in page.sessions] == union(world, wanted)
    for page in pages:
        assert all(report.status is BackendStatus.OK for report in page.reports.values())
        assert all(report.late == 0 for report in page.reports.values())


@given(world=worlds, wanted=conditions, limit=st.integers(1, 9), remembered_bytes=remembered)
@settings(max_examples=examples(100))
def test_a_total_is_never_a_guess(
    world: World, wanted: tuple[Condition, ...], limit: int, remembered_bytes: int
) -> None:
    backends = backends_of(world, ttl=60)
    truth = len(union(world, wanted))

    asked = federation(*backends, remembered_bytes=remembered_bytes)
    query = Query(tuple(b.name for b in backends), wanted)
    pages = asyncio.run(walk(asked, query, [limit]))

    for page in pages:
        if page.total.relation is Relation.EQUAL:
            assert page.total.value == truth
        assert page.total.value <= truth
    assert pages[-1].total.relation is Relation.EQUAL


@given(world=worlds)
@settings(max_examples=examples(50))
def test_keys_grow_strictly_along_a_walk(world: World) -> None:
    backends = backends_of(world)
    query = Query(tuple(b.name for b in backends))

    pages = asyncio.run(walk(federation(*backends), query, [3]))

    keys = [key_of(session, query.order) for page in pages for session in page.sessions]
    assert keys == sorted(set(keys))


orders = st.lists(
    st.builds(
        Sort,
        st.sampled_from([Field.STARTED_AT, Field.USER, Field.BACKEND, Field.TITLE]),
        st.booleans(),
    ),
    min_size=1,
    max_size=3,
    unique_by=lambda sort: sort.field,
).map(tuple)


def _sort_value(session: Session, field: Field) -> datetime | str | None:
    match field:
        case Field.STARTED_AT:
            return session.started_at
        case Field.USER:
            return session.user.id if session.user else None
        case Field.BACKEND:
            return session.backend
        case _:
            return None


def sorted_union(world: World, order: Order) -> list[str]:
    """Sort by brute force, from the last criterion to the first; Python's sort keeps ties."""
    sessions = [
        row.session(name) for name, (rows, _) in zip(NAMES, world, strict=False) for row in rows
    ]
    sessions.sort(key=lambda session: (session.backend, session.native_id))
    for sort in reversed(order):
        valued: list[tuple[Any, Session]] = [(_sort_value(s, sort.field), s) for s in sessions]
        have = [pair for pair in valued if pair[0] is not None]
        have.sort(key=lambda pair: pair[0], reverse=sort.is_descending)
        sessions = [s for _, s in have] + [s for value, s in valued if value is None]
    return [session.id for session in sessions]


@given(
    world=worlds,
    order=orders,
    limits=st.lists(st.integers(1, 9), min_size=1, max_size=3),
    remembered_bytes=remembered,
)
@settings(max_examples=examples(150))
def test_pages_joined_are_sorted_in_any_order(
    world: World, order: Order, limits: list[int], remembered_bytes: int
) -> None:
    backends = backends_of(world, ttl=60)
    query = Query(tuple(b.name for b in backends), order=order)

    asked = federation(*backends, remembered_bytes=remembered_bytes)
    pages = asyncio.run(walk(asked, query, limits))

    told = [session.id for page in pages for session in page.sessions]
    assert told == sorted_union(world, order)


@given(
    world=worlds,
    failing=st.frozensets(st.integers(1, 12), min_size=1, max_size=4),
    limit=st.integers(1, 9),
)
@settings(max_examples=examples(150))
def test_the_gaps_of_a_walk_are_just_what_is_missing(
    world: World, failing: frozenset[int], limit: int
) -> None:
    (first_rows, first_manners), *others = world
    flaky = Scripted(first_rows, first_manners, script=failing_at(*failing))
    backends = [backend(NAMES[0], flaky), *backends_of([([], first_manners), *others])[1:]]
    query = Query(tuple(b.name for b in backends))

    async def walked_and_filled() -> tuple[list[str], list[str]]:
        pages = await walk(federation(*backends), query, [limit])
        healed = federation(*backends_of(world))
        alone = Query((NAMES[0],))
        filled: list[str] = []
        for page in pages:
            for owed in page.gaps.values():
                gap = await healed.page(PageRequest(alone, 1000, owed), Deadline.within(60))
                filled += [session.id for session in gap.sessions]
        return [s.id for page in pages for s in page.sessions], filled

    told, filled = asyncio.run(walked_and_filled())

    assert sorted(told + filled) == sorted(union(world, ()))


@given(world=worlds, wanted=conditions, cap=st.integers(1, 9), remembered_bytes=remembered)
@settings(max_examples=examples(50))
def test_an_exact_count_is_exact_and_changes_no_row(
    world: World, wanted: tuple[Condition, ...], cap: int, remembered_bytes: int
) -> None:
    backends = backends_of(world)
    query = Query(tuple(b.name for b in backends), wanted)

    async def both() -> tuple[SessionPage, SessionPage]:
        joined = federation(*backends, remembered_bytes=remembered_bytes)
        cheap = await joined.page(PageRequest(query, cap), Deadline.within(60))
        counted = PageRequest(query, cap)
        return cheap, await joined.page(counted, Deadline.within(60), is_counted=True)

    cheap, exact = asyncio.run(both())

    assert exact.total.value == len(union(world, wanted))
    assert exact.total.relation is Relation.EQUAL
    assert exact.sessions == cheap.sessions
    assert (exact.next is None) or exact.next.boundary == (cheap.next or exact.next).boundary


@given(world=worlds, wanted=conditions, stretches=st.lists(st.integers(1, 9), min_size=1))
@settings(max_examples=examples(50))
def test_a_run_gives_page_after_page_what_a_walk_gives(
    world: World, wanted: tuple[Condition, ...], stretches: list[int]
) -> None:
    backends = backends_of(world)
    query = Query(tuple(b.name for b in backends), wanted)

    async def read() -> list[str]:
        run = federation(*backends).run(PageRequest(query, 1))
        told: list[str] = []
        for number in itertools.count():
            page = await run.next_page(Deadline.within(60), stretches[number % len(stretches)])
            told += [session.id for session in page.sessions]
            if page.next is None:
                break
        return told

    assert asyncio.run(read()) == union(world, wanted)
