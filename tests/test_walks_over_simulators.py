"""Walks over real adapters and sockets: pages joined are what the simulators hold, however asked.

The oracle works on the documents as a client has them, each of which is first compared with the
simulators' own books.
"""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Any

import pytest
import pytest_asyncio
from hypothesis import given, settings
from hypothesis import strategies as st
from multidict import MultiDict

from gateway.config import CacheSettings, Settings
from gateway.paging.cursor import CursorSealer, Position
from gateway.paging.order import SORTABLE
from gateway.spi.registry import load_adapter
from gateway.web.callers import ANYONE
from gateway.web.parse import Directory, parse_list
from tests.support.adapters import NOON
from tests.support.examples import examples
from tests.support.gateway import Answer, Gateway, Vendors, all_vendors, running, settings_for
from tests.test_five_vendors import union
from tests.test_queries import Document, at, between, oracle_sorted

pytestmark = pytest.mark.asyncio(loop_scope="module")

_KEY = "a key that all replicas have"
_LONGEST_CURSOR = 4096
_MOST_PAGES = 400

# Rows of a vendor, and sizes of pages that make walks of a few pages and of many.
_LIMITS = {5: [1, 2, 3, 7, 50], 23: [4, 11, 40], 60: [17, 100, 1000]}


class Stage:
    """Simulators that stand still, and every session of theirs as a client has it."""

    def __init__(self, vendors: Vendors) -> None:
        self.vendors = vendors
        self.documents: list[Document] = []

    def settings(self, ttl: float) -> Settings:
        """Configure one of several gateways that share the key of cursors."""
        return sharing_a_key(self.vendors, ttl)

    async def read(self) -> None:
        """Read every document, and compare each with the books of its simulator."""
        async with running(self.settings(ttl=0)) as gateway:
            pages = await gateway.walk([1000])
        self.documents = [document for page in pages for document in page.body["data"]]
        books = {
            f"{name}:{held.native_id}": (held.started_at, held.status, held.user)
            for name, server in self.vendors.servers.items()
            for held in server.held()
        }
        assert {d["id"] for d in self.documents} == books.keys()
        for document in self.documents:
            started, status, user = books[document["id"]]
            assert (at(document, "started_at"), document["status"]) == (started, status)
            assert user <= set((document["user"] or {}).values())


def sharing_a_key(vendors: Vendors, ttl: float) -> Settings:
    """Configure a gateway whose cursors others with the same key can read."""
    kept = CacheSettings(ttl_s=ttl)
    backends = [b.model_copy(update={"cache": kept}) for b in vendors.backends.values()]
    return settings_for(*backends, cursor={"keys": [_KEY]})


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def stages() -> AsyncIterator[dict[int, Stage]]:
    async with AsyncExitStack() as stack:
        found = {}
        for rows in _LIMITS:
            found[rows] = Stage(await stack.enter_async_context(all_vendors(rows)))
            await found[rows].read()
        yield found


Parameters = Mapping[str, object]
Filter = tuple[dict[str, object], Callable[[Document], bool]]


def _either(name: str) -> Callable[[Document, Document], Filter]:
    """Filter by what one of two sessions has in a field."""

    def filter_of(one: Document, other: Document) -> Filter:
        chosen = [one[name], other[name]]
        return {name: chosen}, lambda document: document[name] in chosen

    return filter_of


def _named(name: str) -> Callable[[Document, Document], Filter]:
    """Filter by an id or a name: the first of either session's, or nobody's."""

    def words(document: Document) -> list[str]:
        named = document[name] or {}
        return [word for key in ("id", "name") if (word := named.get(key))]

    def filter_of(one: Document, other: Document) -> Filter:
        word = next(iter(words(one) + words(other)), "nobody")
        return {name: word}, lambda document: word in words(document)

    return filter_of


def _within(name: str, field: str) -> Callable[[Document, Document], Filter]:
    """Bound an instant by those of two sessions: the second is outside."""

    def filter_of(one: Document, other: Document) -> Filter:
        ends = [at(each, field) or NOON for each in (one, other)]
        parameters = {f"{name}_after": ends[0].isoformat(), f"{name}_before": ends[1].isoformat()}
        return dict(parameters), between(field, ends[0], ends[1])

    return filter_of


def _lasting(one: Document, other: Document) -> Filter:
    """Bound how long sessions lasted by two of them."""
    shortest, longest = sorted(round(each["duration_s"] or 0, 3) for each in (one, other))
    parameters: dict[str, object] = {"min_duration": shortest, "max_duration": f"PT{longest}S"}
    return (
        parameters,
        lambda d: d["duration_s"] is not None and shortest <= d["duration_s"] < longest,
    )


def _searched(one: Document, _other: Document) -> Filter:
    """Search for a part of a title."""
    words = (one["title"] or "board")[1:6].upper()

    def holds(document: Document) -> bool:
        named = [document[name] for name in ("user", "device", "space")]
        texts = [document["title"], *(n["name"] or n["id"] for n in named if n)]
        return any(words.casefold() in text.casefold() for text in texts if text)

    return {"q": words}, holds


FILTERS: dict[str, Callable[[Document, Document], Filter]] = {
    **{name: _either(name) for name in ("status", "backend", "native_id")},
    **{name: _named(name) for name in ("user", "device", "client", "space")},
    "started": _within("started", "started_at"),
    "ended": _within("ended", "ended_at"),
    "active": _within("active", "last_activity_at"),
    "duration": _lasting,
    "q": _searched,
}


@dataclass(frozen=True)
class Question:
    """What is asked: filters, each by what two sessions have, and an order."""

    filters: Sequence[tuple[str, int, int]]
    sort: str | None

    def asked_of(self, documents: Sequence[Document]) -> tuple[dict[str, object], list[str]]:
        """Give the parameters, and by brute force what a walk must give."""
        parameters: dict[str, object] = {} if self.sort is None else {"sort": self.sort}
        kept = list(documents)
        for kind, one, other in self.filters:
            pair = (documents[place % len(documents)] for place in (one, other))
            parameter, holds = FILTERS[kind](*pair)
            parameters |= parameter
            kept = [document for document in kept if holds(document)]
        return parameters, oracle_sorted(kept, self.sort or "-started_at")


_ANY_SORT = st.lists(
    st.tuples(st.sampled_from(["", "-"]), st.sampled_from(SORTABLE)),
    min_size=1,
    max_size=3,
    unique_by=lambda sort: sort[1],
).map(lambda sorts: ",".join(sign + name for sign, name in sorts))

# The order is by start as often as by all others: that is what vendors and windows can do.
questions = st.builds(
    Question,
    st.lists(
        st.tuples(st.sampled_from(list(FILTERS)), st.integers(0, 299), st.integers(0, 299)),
        max_size=3,
        unique_by=lambda drawn: drawn[0],
    ),
    st.sampled_from([None, "started_at", "-started_at"]) | _ANY_SORT,
)

HINTS: dict[str, Any] = {
    "given": {},
    "totals": {},
    "ended": frozenset(),
    "peeks": {},
    "places": {},
}


@dataclass(frozen=True)
class Turn:
    """Who is asked for a page, and which hints its cursor has lost on the way.

    The replica may be one that was started only now: the first gateway, say, started again.
    """

    replica: int | None
    limit: int
    lost: frozenset[str]


def turns(limits: Sequence[int]) -> st.SearchStrategy[list[Turn]]:
    """Take a few turns, again and again."""
    turn = st.builds(
        Turn,
        st.sampled_from([0, 0, 1, None]),
        st.sampled_from(limits),
        st.just(frozenset[str]()) | st.frozensets(st.sampled_from(sorted(HINTS))),
    )
    return st.lists(turn, min_size=1, max_size=4)


class Replicas:
    """Gateways over the same backends, two of them from the beginning on."""

    def __init__(self, settings: Settings, stack: AsyncExitStack) -> None:
        self._settings = settings
        self._stack = stack
        self._started: list[Gateway] = []
        self._sealer = CursorSealer([_KEY.encode()])

    async def walk(self, question: Parameters, turns: Sequence[Turn]) -> list[tuple[Turn, Answer]]:
        """Read page after page, turn by turn; end with the last page or a refusal."""
        pages: list[tuple[Turn, Answer]] = []
        asked = dict(question)
        while len(pages) < _MOST_PAGES:
            turn = turns[len(pages) % len(turns)]
            gateway = await self._gateway(turn.replica)
            page = await gateway.call("GET", "/v1/sessions", {**asked, "limit": turn.limit})
            pages.append((turn, page))
            cursor = page.body["page"]["next"] if page.status == 200 else None
            if cursor is None:
                return pages
            assert len(cursor) <= _LONGEST_CURSOR
            asked = {**question, "cursor": self._without(turn.lost, cursor, question)}
        pytest.fail("the walk does not end")

    async def _gateway(self, replica: int | None) -> Gateway:
        """Give a gateway by its place, or a new one."""
        while replica is None or replica >= len(self._started):
            self._started.append(await self._stack.enter_async_context(running(self._settings)))
            replica = len(self._started) - 1 if replica is None else replica
        return self._started[replica]

    def _without(self, lost: frozenset[str], cursor: str, question: Parameters) -> str:
        """Drop hints from a cursor; they save work and must change nothing."""
        fingerprint = self._fingerprint(question)
        position: Position = self._sealer.open(cursor, fingerprint)
        bare = replace(position, **{name: HINTS[name] for name in lost})
        return self._sealer.seal(bare, fingerprint)

    def _fingerprint(self, question: Parameters) -> str:
        vendors = {b.name: load_adapter(b.adapter).vendor for b in self._settings.backends}
        pairs = [
            (name, str(each))
            for name, value in question.items()
            for each in (value if isinstance(value, list) else [value])
        ]
        asked = parse_list(MultiDict(pairs), ANYONE, Directory(vendors, {}), self._sealer)
        return asked.binding.fingerprint


@given(
    walk=st.sampled_from(list(_LIMITS)).flatmap(lambda r: st.tuples(st.just(r), turns(_LIMITS[r]))),
    question=questions,
    ttl=st.sampled_from([0, 60]),
)
@settings(max_examples=examples(60))
async def test_pages_joined_are_the_sorted_filtered_union_of_what_is_held(
    stages: dict[int, Stage],
    walk: tuple[int, list[Turn]],
    question: Question,
    ttl: float,
) -> None:
    rows, turns_taken = walk
    parameters, expected = question.asked_of(stages[rows].documents)

    async with AsyncExitStack() as stack:
        replicas = Replicas(stages[rows].settings(ttl), stack)
        walked = await replicas.walk(parameters, turns_taken)

    if walked[-1][1].status == 400:
        assert walked[-1][1].body["code"] == "filter_unanswerable"
        assert (len(walked), expected) == (1, [])
        return
    assert [id_ for _, page in walked for id_ in page.ids] == expected
    assert all(len(page.ids) == turn.limit for turn, page in walked[:-1])
    for _, page in walked:
        check_report(page, len(expected))


def check_report(page: Answer, truth: int) -> None:
    """Check what a page says of itself: nobody failed, and no total is a guess."""
    told = {report["status"] for report in page.body["backends"].values()}
    assert told <= {"ok", "unanswerable"}
    total = page.body["total"]
    assert total["value"] == truth if total["relation"] == "eq" else total["value"] <= truth


@pytest.mark.parametrize("sort", ["-started_at", "started_at", "-title,user"])
@pytest.mark.parametrize("ttl", [0, 60])
async def test_a_cursor_over_fifty_backends_is_short(
    stages: dict[int, Stage], ttl: float, sort: str
) -> None:
    stage = stages[5]
    copies = Vendors(
        backends={
            (name := _long_name(original, copy)): backend.model_copy(update={"name": name})
            for original, backend in stage.vendors.backends.items()
            for copy in range(10)
        }
    )

    async with running(sharing_a_key(copies, ttl)) as gateway:
        pages = await gateway.walk([9, 100], sort=sort)

    lengths = [len(page.body["page"]["next"] or "") for page in pages]
    assert 0 < max(lengths) <= _LONGEST_CURSOR
    assert sum(len(page.ids) for page in pages) == 10 * len(union(stage.vendors))
    told = [document for page in pages for document in page.body["data"]]
    assert [document["id"] for document in told] == oracle_sorted(told, sort)


def _long_name(name: str, copy: int) -> str:
    """Name a backend at the greatest length, with nothing that repeats."""
    return (name + sha256(f"{name}-{copy}".encode()).hexdigest())[:63]
