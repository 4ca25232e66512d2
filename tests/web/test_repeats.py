"""Answers that are given again as bytes: the very ones that would be made anew."""

import asyncio
import gzip
import zlib
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import accumulate
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from yarl import URL

from gateway.app import build_app
from gateway.config import AuthSettings, KeySettings
from gateway.config.settings import Action, CacheSettings, CursorSettings
from gateway.federation.federation import Federation
from gateway.federation.filling import Listings
from gateway.federation.listings import KeptListings
from gateway.federation.ranges import KeptRanges
from gateway.federation.run import Serving
from gateway.model.report import BackendReport, BackendStatus, ServedFrom
from gateway.web.callers import Caller
from gateway.web.keys import FEDERATION, REPEATS
from gateway.web.repeats import Body, Question, Repeat, Repeats
from gateway.web.serving import Runner
from tests.support.adapters import NOON
from tests.support.clock import Clock
from tests.support.examples import examples
from tests.support.gateway import settings_for
from tests.support.scribe import Scribe, install_scribe, scribe
from tests.web.writing import key, notes

CACHE = CacheSettings(ttl_s=10, stale_while_revalidate_s=0, stale_if_error_s=60)
SCOPES: Mapping[str, dict[str, Any]] = {
    "all": {},
    "other": {},
    "whole": {"backends": ("whole",)},
    "blind": {"redact": ("device",)},
    "admin": {"actions": (Action.READ, Action.WRITE, Action.ADMIN)},
}
QUERIES = (
    *("", "limit=2", "limit=1", "sort=title", "backend=whole", "backend=paged", "fields=id"),
    *("status=ended", "count=exact", "count=none", "q=n1", "include=raw", "require=all", "by=1"),
)
CODINGS = ("identity", "gzip")
# Of these each answer has its own.
OWN = {"x-request-id", "traceresponse", "server-timing", "date"}


@pytest.fixture(scope="module", autouse=True)
def _installed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        install_scribe(tmp_path_factory.mktemp("scribe"), patch)
        yield


def caller_key(name: str) -> KeySettings:
    return key(name, Action.READ).model_copy(update=SCOPES[name])


@dataclass(frozen=True)
class Told:
    """An answer but for what each has of its own."""

    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True)
class Served:
    """A gateway, and what it keeps of its answers."""

    app: web.Application
    address: URL
    client: aiohttp.ClientSession

    async def get(self, query: str, key: str = "all", **headers: str) -> Told:
        url = URL(f"{self.address}/v1/sessions?{query}", encoded=True)
        return await self._call("GET", url, key, headers)

    async def post(self, path: str, key: str = "admin", body: object = None) -> Told:
        return await self._call("POST", self.address / path, key, {}, json=body)

    async def _call(
        self,
        method: str,
        url: URL,
        key: str,
        headers: Mapping[str, str],
        **options: Any,  # noqa: ANN401  # any of the client's
    ) -> Told:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        sent = {"X-API-Key": key, "Accept-Encoding": "identity", **named}
        async with self.client.request(method, url, headers=sent, **options) as answer:
            named = {name.lower(): value for name, value in answer.headers.items()}
            told = {name: value for name, value in named.items() if name not in OWN}
            return Told(answer.status, told, await answer.read())


class Place:
    """A vendor as two backends, and gateways over them whose time goes by together."""

    def __init__(self, stack: AsyncExitStack, server: Scribe) -> None:
        self._stack = stack
        self.server = server
        self.timer = Clock()

    async def gateway(self, max_bytes: int | None = None) -> Served:
        configured = settings_for(
            notes(self.server, name="whole", cache=CACHE),
            notes(self.server, name="paged", cache=CACHE, sorts=True),
            auth=AuthSettings(keys=tuple(map(caller_key, SCOPES))),
            cursor=CursorSettings(keys=("the key of the gateway's cursors",)),
        )
        app = build_app(configured, clock=self._clock, timer=self.timer)
        if max_bytes is not None:
            app[REPEATS] = Repeats(self.timer, max_bytes=max_bytes)
        runner = Runner(app, access_log=None, shutdown_timeout=0.1)
        await runner.setup()
        self._stack.push_async_callback(runner.cleanup)
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        client = aiohttp.ClientSession(auto_decompress=False)
        await self._stack.enter_async_context(client)
        host, port = runner.addresses[0][:2]
        return Served(app, URL(f"http://{host}:{port}"), client)

    def _clock(self) -> datetime:
        return NOON + timedelta(seconds=self.timer.now)


@asynccontextmanager
async def placed() -> AsyncIterator[Place]:
    async with AsyncExitStack() as stack:
        server = await stack.enter_async_context(scribe())
        for number in range(1, 5):
            server.add(f"n{number}")
            server.notes[f"n{number}"]["device"] = f"D-{number}"
        yield Place(stack, server)


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Note the answers that the federation has made."""
    names: list[str] = []
    page = Federation.page

    async def noted(self: Federation, *args: Any, **more: Any) -> Any:  # noqa: ANN401  # any page
        names.append("page")
        return await page(self, *args, **more)

    monkeypatch.setattr(Federation, "page", noted)
    return names


ASKING = st.tuples(
    st.just("ask"), st.sampled_from(QUERIES), st.sampled_from([*SCOPES]), st.sampled_from(CODINGS)
)
STEPS = st.one_of(
    ASKING,
    ASKING,
    ASKING,
    st.tuples(st.just("wait"), st.sampled_from([1, 5, 9, 10])),
    st.tuples(st.just("change")),
    st.tuples(st.just("refresh"), st.sampled_from(["whole", "paged"])),
    st.tuples(st.just("write"), st.sampled_from(["whole", "paged"])),
)


@settings(
    max_examples=examples(25),
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(steps=st.lists(STEPS, min_size=10, max_size=40))
def test_whoever_asks_what_and_when_it_is_the_answer_that_would_be_made(
    steps: list[tuple[Any, ...]],
) -> None:
    asyncio.run(_compared(steps))


async def _compared(steps: list[tuple[Any, ...]]) -> None:
    async with placed() as place:
        keeping, making = await place.gateway(), await place.gateway(max_bytes=0)
        for step in steps:
            match step:
                case ("ask", query, name, coding):
                    for _ in range(2):
                        one = await keeping.get(query, name, Accept_Encoding=coding)
                        other = await making.get(query, name, Accept_Encoding=coding)
                        assert one == other
                case ("wait", seconds):
                    place.timer.now += seconds
                case ("change",):
                    place.server.add("n1", "ended")
                    place.server.add(f"n{len(place.server.notes) + 1}")
                case ("refresh", name):
                    for gateway in (keeping, making):
                        await gateway.post(f"v1/backends/{name}/refresh")
                case ("write", name):
                    for gateway in (keeping, making):
                        await gateway.post(f"v1/sessions/{name}:n1/end", body={})


async def test_no_scope_is_given_what_another_asked_for() -> None:
    async with placed() as place:
        keeping, making = await place.gateway(), await place.gateway(max_bytes=0)
        for _ in range(3):
            for query in QUERIES:
                for name in SCOPES:
                    assert await keeping.get(query, name) == await making.get(query, name)


@pytest.mark.parametrize("backend", ["whole", "paged"])
async def test_what_somebody_had_read_anew_is_given_from_then_on(backend: str) -> None:
    async with placed() as place:
        gateway = await place.gateway()
        before = [await gateway.get(f"backend={backend}") for _ in range(3)][-1]
        place.server.add("n9")
        place.timer.now = 2
        await gateway.get(f"backend={backend}", Cache_Control="no-cache")
        after = await gateway.get(f"backend={backend}")

    assert b":n9" not in before.body
    assert b":n9" in after.body


CALLERS = st.builds(
    Caller,
    st.sampled_from(["a", "b"]),
    st.one_of(st.none(), st.frozensets(st.sampled_from(["x", "y"]))),
    may_write=st.booleans(),
)
QUESTIONS = st.builds(Question, CALLERS, st.text(max_size=3), st.sampled_from(["a", "b"]))


@given(QUESTIONS, QUESTIONS)
def test_two_questions_are_one_only_if_all_of_them_is_the_same(
    one: Question, other: Question
) -> None:
    is_same = (one.caller, one.query, one.media_type) == (
        *(other.caller, other.query, other.media_type),
    )

    assert (one == other) == is_same
    assert len({one, other}) == 1 + (not is_same)


LEFT = st.lists(st.one_of(st.none(), st.floats(0, 100)), min_size=1, max_size=3)
PASSED = st.lists(st.one_of(st.floats(0, 3), st.sampled_from([0.5, 1.0])), max_size=8)


def repeat(left: list[float | None]) -> Repeat:
    reports = {
        f"b{number}": BackendReport(
            status=BackendStatus.OK, served_from=ServedFrom.CACHE, as_of=NOON
        )
        for number in range(len(left))
    }
    servings = {f"b{number}": Serving(seconds, 0.0) for number, seconds in enumerate(left)}
    federation = Federation((), Listings(KeptListings(timer=Clock())), KeptRanges(timer=Clock()))
    return Repeat(federation, Body(b"{}"), {"ETag": "1"}, reports, servings, {}, 0.0, 100.0)


@given(LEFT, PASSED)
def test_whenever_the_head_is_asked_for_it_is_as_if_written_then(
    left: list[float | None], passed: list[float]
) -> None:
    kept = repeat(left)

    for now in accumulate(passed):
        assert kept.head(now) == repeat(left).head(now)


@given(LEFT, PASSED)
def test_heads_that_were_sent_are_those_of_the_head_there_is(
    left: list[float | None], passed: list[float]
) -> None:
    kept = repeat(left)

    for now in accumulate(passed):
        head = kept.head(now)
        assert all(sent == repr(head) for sent in kept.heads_sent.values())
        kept.heads_sent["somebody"] = repr(head)


async def test_the_third_time_it_is_not_made_again(made: list[str]) -> None:
    async with placed() as place:
        gateway = await place.gateway()
        answers = [await gateway.get("limit=2") for _ in range(4)]

    assert len(made) == 2
    assert answers[1] == answers[2] == answers[3]


async def test_what_tells_the_time_is_told_anew(made: list[str]) -> None:
    async with placed() as place:
        gateway = await place.gateway()
        await gateway.get("")
        await gateway.get("")
        place.timer.now = 4
        later = await gateway.get("", Prefer="wait=5")

    assert len(made) == 2
    assert later.headers["cache-control"] == "private, max-age=6"
    assert later.headers["cache-status"] == "whole; hit; ttl=6, paged; hit; ttl=6"
    assert later.headers["preference-applied"] == "wait=5"


async def test_beyond_its_time_and_for_who_wants_it_fresher_it_is_made(made: list[str]) -> None:
    async with placed() as place:
        gateway = await place.gateway()
        await gateway.get("")
        await gateway.get("")
        place.timer.now = 2
        await gateway.get("", Cache_Control="no-cache")
        await gateway.get("")
        place.timer.now = 12
        await gateway.get("")

    assert len(made) == 5


async def test_who_has_it_gets_none_and_who_wants_it_small_gets_it_small(
    made: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    compressed: list[object] = []
    begin = zlib.compressobj

    def noted(*args: Any, **more: Any) -> object:  # noqa: ANN401  # any compression
        # Cursors are compressed, too, but without the head of gzip.
        compressed.extend(bits for bits in args if bits > zlib.MAX_WBITS)
        return begin(*args, **more)

    monkeypatch.setattr(zlib, "compressobj", noted)
    async with placed() as place:
        gateway = await place.gateway()
        plain = [await gateway.get("") for _ in range(3)][-1]
        small = [await gateway.get("", Accept_Encoding="gzip") for _ in range(3)]
        none = await gateway.get("", If_None_Match=plain.headers["etag"])

    assert len(made) == 2
    assert {gzip.decompress(each.body) for each in small} == {plain.body}
    assert len(compressed) == 1
    assert (none.status, none.body) == (304, b"")


async def test_what_is_kept_is_bounded() -> None:
    async with placed() as place:
        gateway = await place.gateway(max_bytes=100_000)
        for number in range(1, 60):
            for _ in range(2):
                await gateway.get(f"limit={number}")
        kept = gateway.app[REPEATS]

        assert 0 < len(kept) < 10


async def test_another_federation_gives_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    questions: list[Question] = []
    find = Repeats.find

    def noted(self: Repeats, question: Question, federation: Federation) -> Repeat | None:
        questions.append(question)
        return find(self, question, federation)

    monkeypatch.setattr(Repeats, "find", noted)
    async with placed() as place:
        gateway, other = await place.gateway(), await place.gateway()
        await gateway.get("")
        await gateway.get("")
        kept = gateway.app[REPEATS]

        assert kept.find(questions[0], gateway.app[FEDERATION]) is not None
        assert kept.find(questions[0], other.app[FEDERATION]) is None
