"""Where requests are made again, and vendors left alone, rows are neither lost nor doubled."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.federation.account import Account
from gateway.federation.backend import Backend
from gateway.federation.run import SessionPage
from gateway.model.query import Query
from gateway.model.report import BackendStatus, ErrorCode
from gateway.paging.order import key_of
from gateway.resilience.breaker import BreakerState
from gateway.spi import (
    Address,
    BadAnswer,
    Context,
    HttpTransport,
    RawPage,
    ScanPlan,
    TryAgainLater,
    UpstreamError,
)
from tests.federation.liars import rows as rows_from
from tests.federation.test_walks import NAMES, World, union, walk, worlds
from tests.support.clock import Clock
from tests.support.examples import examples
from tests.support.fakes import FakeAdapter, Manners, backend, federation


@dataclass
class Flaky(FakeAdapter):
    """Fails at some requests, as vendors do whose troubles pass; each request takes a second."""

    clock: Clock = field(default_factory=Clock)
    failing: frozenset[int] = frozenset()

    async def fetch_page(
        self, plan: ScanPlan, at: Address, context: Context[HttpTransport]
    ) -> RawPage:
        page = await super().fetch_page(plan, at, context)
        self.clock.now += 1
        if self.requests in self.failing:
            raise trouble(self.requests)
        return page


def trouble(number: int) -> UpstreamError:
    """Fail in a way that may be mended by asking again, up to twice or once."""
    if number % 2:
        return BadAnswer(ErrorCode.BAD_PAYLOAD, "the fake: half an answer", attempts=2)
    return TryAgainLater(ErrorCode.RESET, "the fake: as told")


def in_force(name: str, flaky: Flaky, *, ttl: float = 0) -> Backend:
    """Ask a fake as a vendor is asked: with retries, a budget and a breaker, but at once."""
    account = Account(timer=flaky.clock, draw=lambda: 0.0)
    return backend(name, flaky, ttl=ttl, account=account)


def ids(pages: Sequence[SessionPage], *names: str) -> list[str]:
    """Name the rows of these backends, as they came."""
    return [s.id for page in pages for s in page.sessions if s.backend in names]


# Requests to fail at: single ones, and stretches in which all do.
at_times = st.frozensets(st.integers(1, 40), max_size=12)
stretches = st.builds(
    lambda begin, length: frozenset(range(begin, begin + length)),
    st.integers(1, 10),
    st.integers(1, 40),
)


@given(
    world=worlds,
    faults=st.lists(at_times | stretches, max_size=4),
    limits=st.lists(st.integers(1, 9), min_size=1, max_size=3),
    ttl=st.sampled_from([0, 60]),
)
@settings(max_examples=examples(300))
def test_trouble_costs_no_row_of_a_sound_backend_and_doubles_none(
    world: World, faults: list[frozenset[int]], limits: list[int], ttl: float
) -> None:
    failing = dict(zip(NAMES, faults, strict=False))
    flaky = [
        Flaky(rows, manners, failing=failing.get(name, frozenset()))
        for name, (rows, manners) in zip(NAMES, world, strict=False)
    ]
    backends = [in_force(name, each, ttl=ttl) for name, each in zip(NAMES, flaky, strict=False)]
    query = Query(tuple(each.name for each in backends))

    pages = asyncio.run(walk(federation(*backends), query, limits))

    sound = [
        name
        for name in query.backends
        if all(page.reports[name].status is BackendStatus.OK for page in pages)
    ]
    assert {*query.backends} - {*sound} <= failing.keys()
    whole = union(world, ())
    assert ids(pages, *sound) == [i for i in whole if i.partition(":")[0] in sound]
    told = ids(pages, *query.backends)
    assert told == [i for i in whole if i in {*told}]
    keys = [key_of(session, query.order) for page in pages for session in page.sessions]
    assert keys == sorted(set(keys))


def twenty(*, failing: frozenset[int]) -> Flaky:
    """Have twenty rows, two a page."""
    return Flaky(rows_from(*range(20)), Manners(granule=1, page_cap=2), failing=failing)


async def test_trouble_that_passes_is_seen_by_nobody() -> None:
    flaky = twenty(failing=frozenset({2, 5, 8}))
    sound = twenty(failing=frozenset())

    backends = [in_force("a", flaky), in_force("b", sound)]
    pages = await walk(federation(*backends), Query(("a", "b")), [4])

    assert flaky.requests > 10
    assert len(ids(pages, "a")) == len(ids(pages, "b")) == 20
    assert {page.reports["a"].status for page in pages} == {BackendStatus.OK}


async def test_a_vendor_that_is_left_alone_amid_a_walk_costs_its_own_rows() -> None:
    flaky = twenty(failing=frozenset(range(3, 100)))
    sound = twenty(failing=frozenset())
    backends = [in_force("a", flaky), in_force("b", sound)]

    pages = await walk(federation(*backends), Query(("a", "b")), [1])

    assert backends[0].account.breaker.state is BreakerState.OPEN
    told = ids(pages, "a")
    assert 0 < len(told) < 20
    assert told == [f"a:{number}" for number in range(19, -1, -1)][: len(told)]
    assert ids(pages, "b") == [f"b:{number}" for number in range(19, -1, -1)]
