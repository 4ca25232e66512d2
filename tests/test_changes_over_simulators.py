"""Sessions come, go and end while a walk reads them: what stays is given exactly once.

Real adapters, sockets and simulators, whose worlds change between pages or whenever a request has
come to any of them.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.simulators.lives import Clock, Delete, Event, Insert, Pass
from tests.support.adapters import NOON
from tests.support.examples import examples
from tests.support.gateway import Answer, Gateway, Vendors, all_vendors, running
from tests.test_queries import at
from tests.test_walks_over_simulators import sharing_a_key

_LATE = datetime(2026, 11, 22, 22, 59, 30, tzinfo=NOON.tzinfo)
"""Half a minute before midnight at the Ekran server, where sessions end and others start."""

_MOST_PAGES = 500

_AGES = st.timedeltas(timedelta(0), timedelta(hours=9)) | st.just(timedelta(0))
_LENGTHS = st.sampled_from([None, timedelta(0), timedelta(seconds=1), timedelta(days=1)])
_PASSES = st.sampled_from([timedelta(seconds=1), timedelta(seconds=40), timedelta(minutes=7)])
_events = st.one_of(
    st.builds(Insert, _AGES, _LENGTHS), st.integers(-5, 60).map(Delete), _PASSES.map(Pass)
)
# What happens at each of the first occasions, and at which of the vendors.
_stories = st.lists(st.lists(st.tuples(st.integers(0, 4), _events), max_size=3), max_size=30)


@dataclass
class Case:
    """A walk, and what happens meanwhile."""

    rows: int
    begin: datetime
    story: list[list[tuple[int, Event]]]
    limits: list[int]
    sort: str
    ttl: float


cases = st.builds(
    Case,
    st.sampled_from([3, 12, 40]),
    st.sampled_from([NOON, _LATE]),
    _stories,
    st.lists(st.sampled_from([3, 8, 25, 60]), min_size=1, max_size=3),
    st.sampled_from(
        ["-started_at", "-started_at", "started_at", "backend,-started_at", "-backend,started_at"]
    ),
    st.sampled_from([0, 60]),
)


@dataclass
class Upheaval:
    """Lets the story happen, and notes what has stayed since the beginning."""

    vendors: Vendors
    clock: Clock
    story: Iterator[list[tuple[int, Event]]]
    stayed: set[tuple[str, datetime | None]] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.stayed = self._held()

    def happen(self) -> None:
        """Let happen what is next."""
        for place, event in next(self.story, []):
            event.happen([*self.vendors.servers.values()][place].world, self.clock)
            self.stayed &= self._held()

    def _held(self) -> set[tuple[str, datetime | None]]:
        return {
            (f"{name}:{held.native_id}", held.started_at)
            for name, server in self.vendors.servers.items()
            for held in server.held()
        }


async def walk(gateways: Sequence[Gateway], case: Case, upheaval: Upheaval) -> list[Answer]:
    """Read to the end, each page from another gateway, with a change behind each."""
    pages: list[Answer] = []
    asked: dict[str, object] = {"sort": case.sort}
    while len(pages) < _MOST_PAGES:
        gateway = gateways[len(pages) % len(gateways)]
        limit = case.limits[len(pages) % len(case.limits)]
        page = await gateway.call("GET", "/v1/sessions", {**asked, "limit": limit})
        assert page.status == 200, page.body
        pages.append(page)
        if page.body["page"]["next"] is None:
            return pages
        asked["cursor"] = page.body["page"]["next"]
        upheaval.happen()
    pytest.fail("the walk does not end")


def check(pages: Sequence[Answer], sort: str, stayed: set[tuple[str, datetime | None]]) -> None:
    """Check that keys grow, and that what stayed is there once, unless told otherwise."""
    told = [document for page in pages for document in page.body["data"]]
    keys = [_key(document, sort) for document in told]
    assert keys == sorted(set(keys))
    reports = [(name, r) for page in pages for name, r in page.body["backends"].items()]
    assert {report["status"] for _, report in reports} == {"ok"}
    drifted = {name for name, report in reports if "page_drift" in report["warnings"]}
    due = {(id_, start) for id_, start in stayed if id_.partition(":")[0] not in drifted}
    assert due - {(document["id"], at(document, "started_at")) for document in told} == set()


def _key(document: dict[str, str], sort: str) -> tuple[float | str | bool, ...]:
    """Make a key of plain values that grows along the order."""
    key: list[float | str | bool] = []
    for item in sort.split(","):
        is_falling = item.startswith("-")
        if item.endswith("backend"):
            place = sorted(_NAMES, reverse=is_falling).index(document["backend"])
            key.append(place)
        else:
            start = at(document, "started_at")
            age = (NOON - start) / timedelta(microseconds=1) if start else 0
            key += [start is None, age if is_falling else -age]
    return (*key, document["backend"], document["native_id"])


_NAMES = ("canopsis", "cortex", "digital-samba", "ekran", "roundware")


@given(cases)
@settings(max_examples=examples(40))
async def test_what_stays_is_given_once_whatever_changes_between_pages(case: Case) -> None:
    clock = Clock(case.begin)
    async with all_vendors(case.rows, clock) as vendors:
        settings = sharing_a_key(vendors, case.ttl)
        async with (
            running(settings, clock=clock) as first,
            running(settings, clock=clock) as second,
        ):
            upheaval = Upheaval(vendors, clock, iter(case.story))
            pages = await walk([first, first, second], case, upheaval)

    check(pages, case.sort, upheaval.stayed)


@given(cases)
@settings(max_examples=examples(40))
async def test_what_stays_is_given_once_whatever_changes_between_requests(case: Case) -> None:
    clock = Clock(case.begin)
    async with all_vendors(case.rows, clock) as vendors:
        upheaval = Upheaval(vendors, clock, iter(case.story))
        for server in vendors.servers.values():
            server.before_answering = upheaval.happen
        async with running(sharing_a_key(vendors, case.ttl), clock=clock) as gateway:
            resting = Upheaval(vendors, clock, iter([]))
            pages = await walk([gateway], case, resting)

    check(pages, case.sort, upheaval.stayed)
