"""The promise of the whole: pages joined are the sorted, filtered union of all backends."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.federation.backend import Backend
from gateway.federation.fan_out import Deadline
from gateway.federation.federation import Federation, PageRequest, SessionPage
from gateway.model.matching import matches
from gateway.model.query import AnyOf, AtOrAfter, Before, Condition, Field, Query
from gateway.model.report import BackendStatus, Relation
from gateway.model.session import Session
from gateway.paging.cursor import FROM_THE_START, CursorSealer
from gateway.paging.order import key_of
from gateway.spi import Support
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


async def walk(federation: Federation, query: Query, limits: Sequence[int]) -> list[SessionPage]:
    """Read page after page through sealed cursors, with changing limits, to the end."""
    sealer = CursorSealer([b"a key of the walks"])
    pages: list[SessionPage] = []
    position = FROM_THE_START
    while True:
        limit = limits[len(pages) % len(limits)]
        page = await federation.page(PageRequest(query, limit, position), Deadline.within(5))
        pages.append(page)
        if page.next is None:
            return pages
        assert len(page.sessions) == limit, "every page but the last is full"
        position = sealer.open(sealer.seal(page.next, "walk"), "walk")


@given(
    world=worlds,
    wanted=conditions,
    limits=st.lists(st.integers(1, 9), min_size=1, max_size=4),
    ttl=st.sampled_from([0, 60]),
)
@settings(max_examples=150)
def test_pages_joined_are_the_sorted_filtered_union(
    world: World, wanted: tuple[Condition, ...], limits: list[int], ttl: float
) -> None:
    backends = backends_of(world, ttl=ttl)
    query = Query(tuple(b.name for b in backends), wanted)

    pages = asyncio.run(walk(federation(*backends), query, limits))

    assert [session.id for page in pages for session in page.sessions] == union(world, wanted)
    for page in pages:
        assert all(report.status is BackendStatus.OK for report in page.reports.values())
        assert all(report.late == 0 for report in page.reports.values())


@given(world=worlds, wanted=conditions, limit=st.integers(1, 9))
@settings(max_examples=100)
def test_a_total_is_never_a_guess(world: World, wanted: tuple[Condition, ...], limit: int) -> None:
    backends = backends_of(world, ttl=60)
    truth = len(union(world, wanted))

    pages = asyncio.run(
        walk(federation(*backends), Query(tuple(b.name for b in backends), wanted), [limit])
    )

    for page in pages:
        if page.total.relation is Relation.EQUAL:
            assert page.total.value == truth
        assert page.total.value <= truth
    assert pages[-1].total.relation is Relation.EQUAL


@given(world=worlds)
@settings(max_examples=50)
def test_keys_grow_strictly_along_a_walk(world: World) -> None:
    backends = backends_of(world)
    query = Query(tuple(b.name for b in backends))

    pages = asyncio.run(walk(federation(*backends), query, [3]))

    keys = [key_of(session, query.order) for page in pages for session in page.sessions]
    assert keys == sorted(set(keys))
