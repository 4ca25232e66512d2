"""What a client is told of each state that an answer may be in: one test a state.

It is told alike of a vendor that is read page by page and of one that is read whole.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from adapters.simulators.digital_samba import DigitalSambaSimulator
from gateway.config.settings import CacheSettings
from tests.support.adapters import NOON, noon
from tests.support.clock import Clock
from tests.support.gateway import Answer, Gateway, backend, running, settings_for
from tests.support.scribe import Gate, Scribe, answering, install_scribe, no_trouble, scribe
from tests.web.writing import notes

FRESH, REVALIDATING, ON_ERROR = 10, 20, 60
CACHE = CacheSettings(ttl_s=FRESH, stale_while_revalidate_s=REVALIDATING, stale_if_error_s=ON_ERROR)
STALE_AT = FRESH + REVALIDATING + 5
LIST = "/v1/sessions"


@dataclass
class Place:
    """A gateway over one vendor, and the time there."""

    gateway: Gateway
    timer: Clock
    server: Scribe = field(default_factory=Scribe)

    async def get(self, path: str = LIST, **headers: str) -> Answer:
        return await self.gateway.get(path, headers=_named(headers))

    async def text(self, accept: str, **headers: str) -> tuple[int, str, Any]:
        """Give the status, the text and the headers of what is no JSON."""
        named = {**_named(headers), "Accept": accept}
        url = self.gateway.address + LIST
        async with self.gateway.client.get(url, headers=named) as answer:
            return answer.status, await answer.text(), answer.headers

    def break_down(self) -> None:
        self.server.trouble_with_lists = answering(403)


def _named(headers: dict[str, str]) -> dict[str, str]:
    return {name.replace("_", "-"): value for name, value in headers.items()}


@pytest.fixture(params=[False, True], ids=["whole", "by page"])
async def place(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Place]:
    install_scribe(tmp_path, monkeypatch)
    async with scribe() as server:
        server.add("n1")
        settings = settings_for(notes(server, sorts=request.param, cache=CACHE))
        async with kept_by(Clock(), settings) as (gateway, timer):
            yield Place(gateway, timer, server)


@asynccontextmanager
async def kept_by(timer: Clock, settings: Any) -> AsyncIterator[tuple[Gateway, Clock]]:  # noqa: ANN401  # a gateway's
    """Run a gateway whose clock and timer go together."""

    def clock() -> datetime:
        return NOON + timedelta(seconds=timer.now)

    async with running(settings, clock=clock, timer=timer) as gateway:
        yield gateway, timer


def told(answer: Answer) -> dict[str, Any]:
    """Give what an answer says of its state; the age is that of the data."""
    headers = answer.headers
    assert "Age" not in headers
    assert "Warning" not in headers
    body = answer.body
    report = body["backend"] if "backend" in body else body["backends"]["notes"]
    as_of = report["as_of"]
    error = report["error"]
    return {
        "status": answer.status,
        "is": report["status"],
        "from": report["served_from"],
        "read at": as_of and (datetime.fromisoformat(as_of) - NOON).total_seconds(),
        "error": error and error["code"],
        "complete": body.get("complete"),
        "Cache-Control": headers["Cache-Control"],
        "is tagged": "ETag" in headers,
        "Cache-Status": headers.get("Cache-Status"),
    }


def fresh(seconds: int, **state: Any) -> dict[str, Any]:  # noqa: ANN401  # any state
    """Give the state of an answer that lacks nothing, and is fresh for so long."""
    whole = {"status": 200, "is": "ok", "error": None, "complete": True, "is tagged": True}
    return {**whole, "Cache-Control": f"private, max-age={seconds}", **state}


def stale(cache_status: str, error: str | None = None, **state: Any) -> dict[str, Any]:  # noqa: ANN401  # any state
    """Give the state of an answer that was read at the beginning, and is stale."""
    return {
        "status": 200,
        "is": "stale",
        "from": "stale",
        "read at": 0,
        "error": error,
        "complete": False,
        "Cache-Control": "no-store",
        "is tagged": False,
        "Cache-Status": f"notes; {cache_status}",
        **state,
    }


def live(need: str, at: float) -> dict[str, Any]:
    """Give the state of an answer that was read now."""
    status = f"notes; fwd={need}; stored; ttl=10"
    return fresh(FRESH, **{"from": "live", "read at": at, "Cache-Status": status})


def kept(ttl: int, at: float = 0) -> dict[str, Any]:
    """Give the state of an answer of what is kept."""
    status = f"notes; hit; ttl={ttl}"
    return fresh(max(ttl, 0), **{"from": "cache", "read at": at, "Cache-Status": status})


async def test_fresh_live(place: Place) -> None:
    assert told(await place.get()) == live("miss", 0)


async def test_fresh_cached(place: Place) -> None:
    await place.get()
    place.timer.now = 7

    assert told(await place.get()) == kept(3)


async def test_collapsed(place: Place) -> None:
    place.server.trouble_with_lists = gate = Gate()
    first = asyncio.create_task(place.get())
    await gate.has_come.wait()
    second = asyncio.create_task(place.get())
    for _ in range(5):  # What was sent before these has come in, too.
        await place.get("/healthz")
    gate.is_open.set()

    assert told(await first) == live("miss", 0)
    status = "notes; fwd=miss; stored; collapsed; ttl=10"
    assert told(await second) == {**live("miss", 0), "Cache-Status": status}
    assert place.server.lists == 1


async def test_stale_while_it_is_read_anew_and_after_that(place: Place) -> None:
    await place.get()
    place.timer.now = FRESH + 5
    answers = [await place.get()]
    while answers[-1].body["backends"]["notes"]["as_of"] == "2026-11-22T12:00:00Z":
        answers.append(await place.get())

    assert told(answers[0]) == kept(-5)
    assert told(answers[-1]) == kept(10, at=FRESH + 5)
    assert place.server.lists == 2


async def test_stale_while_it_is_read_anew_it_has_the_tag_of_before(place: Place) -> None:
    first = await place.get()
    place.timer.now = FRESH + 5
    second = await place.get(If_None_Match=first.headers["ETag"])

    assert second.status == 304
    assert second.headers["Cache-Control"] == "private, max-age=0"


async def test_beyond_that_it_is_read_before_it_is_answered(place: Place) -> None:
    await place.get()
    place.timer.now = STALE_AT

    assert told(await place.get()) == live("stale", STALE_AT)


async def test_stale_if_error(place: Place) -> None:
    await place.get()
    place.timer.now = STALE_AT
    place.break_down()

    answer = await place.get()

    assert told(answer) == stale("fwd=stale; ttl=-25; detail=upstream_error", "upstream_error")
    assert answer.ids == ["notes:n1"]
    assert answer.body["total"] == {"value": 1, "relation": "eq"}


async def test_stale_if_error_one_session_of_a_list(place: Place) -> None:
    await place.get(f"{LIST}/notes:n1")
    place.timer.now = STALE_AT
    place.break_down()

    answer = await place.get(f"{LIST}/notes:n1")

    wanted = stale("fwd=stale; ttl=-25; detail=upstream_error", "upstream_error")
    assert told(answer) == {**wanted, "complete": None}


async def test_stale_if_error_summary(place: Place) -> None:
    await place.get()
    place.timer.now = STALE_AT
    place.break_down()

    answer = await place.get(f"{LIST}/summary?by=status")

    assert told(answer) == stale("fwd=stale; ttl=-25; detail=upstream_error", "upstream_error")
    assert answer.body["data"] == [{"status": "active", "count": {"value": 1, "relation": "eq"}}]


async def test_stale_if_error_lines(place: Place) -> None:
    await place.get()
    place.timer.now = STALE_AT
    place.break_down()

    status, text, headers = await place.text("application/x-ndjson")

    assert status == 200
    assert headers["Cache-Control"] == "no-store"
    assert headers["Cache-Status"] == "notes; fwd=stale; ttl=-25; detail=upstream_error"
    assert '"end":true,"complete":false' in text
    assert '"status":"stale"' in text


async def test_stale_if_error_a_table_takes_a_client_that_takes_it(place: Place) -> None:
    await place.get()
    place.timer.now = STALE_AT
    place.break_down()

    refused, _, _ = await place.text("text/csv")
    status, text, headers = await place.text("text/csv", Cache_Control="max-stale")

    assert refused == 502
    assert status == 200
    assert "notes:n1" in text
    assert headers["Cache-Control"] == "no-store"


async def test_a_long_stale_table_is_sent_to_its_end(place: Place) -> None:
    for number in range(2, 601):
        place.server.add(f"n{number}")
    await place.get(f"{LIST}?limit=1000")
    place.timer.now = STALE_AT
    place.break_down()

    status, text, _ = await place.text("text/csv", Cache_Control="max-stale")

    assert status == 200
    assert len(text.splitlines()) == 601


async def test_gone(place: Place) -> None:
    await place.get()
    place.timer.now = FRESH + ON_ERROR
    place.break_down()

    answer = await place.get()

    assert (answer.status, answer.body["code"]) == (502, "upstream_failed")
    assert answer.body["backends"]["notes"]["error"]["code"] == "upstream_error"
    assert answer.headers["Cache-Control"] == "no-store"
    assert "ETag" not in answer.headers


@pytest.mark.parametrize("directive", ["max-stale", "max-stale=26"])
async def test_max_stale_takes_it_without_asking(place: Place, directive: str) -> None:
    await place.get()
    place.timer.now = STALE_AT

    assert told(await place.get(Cache_Control=directive)) == stale("hit; ttl=-25")


async def test_max_stale_of_too_few_seconds(place: Place) -> None:
    await place.get()
    place.timer.now = STALE_AT

    assert told(await place.get(Cache_Control="max-stale=25")) == live("stale", STALE_AT)


@pytest.mark.parametrize("directive", ["no-cache", "max-age=0", "max-age=4", "min-fresh=6"])
async def test_who_wants_it_fresher_has_it_read(place: Place, directive: str) -> None:
    await place.get()
    place.timer.now = 5

    assert told(await place.get(Cache_Control=directive)) == live("request", 5)


@pytest.mark.parametrize("directive", ["max-age=5", "min-fresh=5"])
async def test_who_takes_it_as_old_as_it_is_has_what_is_kept(place: Place, directive: str) -> None:
    await place.get()
    place.timer.now = 5

    assert told(await place.get(Cache_Control=directive)) == kept(5)


@pytest.mark.parametrize("directive", ["no-cache", "max-age=4"])
async def test_who_wants_it_fresher_is_not_helped_with_what_is_older(
    place: Place, directive: str
) -> None:
    await place.get()
    place.timer.now = 5
    place.break_down()

    assert (await place.get(Cache_Control=directive)).status == 502


async def test_only_if_cached(place: Place) -> None:
    nothing = await place.get(Cache_Control="only-if-cached")
    await place.get()
    place.timer.now = 7
    lists = place.server.lists
    found = told(await place.get(Cache_Control="only-if-cached"))
    place.timer.now = FRESH + 5
    revalidating = told(await place.get(Cache_Control="only-if-cached"))
    place.timer.now = STALE_AT
    too_old = await place.get(Cache_Control="only-if-cached")
    taken = told(await place.get(Cache_Control="only-if-cached, max-stale"))

    assert (nothing.status, nothing.body["code"]) == (504, "not_cached")
    assert found == kept(3)
    assert revalidating == kept(-5)
    assert too_old.status == 504
    assert taken == stale("hit; ttl=-25")
    assert place.server.lists == lists


@pytest.mark.parametrize(
    ("directive", "status"),
    [("", 502), ("max-stale", 200), ("max-stale=25", 200), ("max-stale=24", 502)],
)
async def test_required_it_may_be_as_stale_as_the_client_takes_it(
    place: Place, directive: str, status: int
) -> None:
    await place.get()
    place.timer.now = STALE_AT
    place.break_down()

    answer = await place.get(f"{LIST}?require=all", Cache_Control=directive)

    assert answer.status == status


async def test_once_the_vendor_can_be_read_it_is_fresh_again(place: Place) -> None:
    await place.get()
    place.timer.now = STALE_AT
    place.break_down()
    await place.get()
    place.server.trouble_with_lists = no_trouble
    place.timer.now += 60

    assert told(await place.get())["is"] == "ok"


async def test_one_session_by_a_detail_call() -> None:
    simulator = DigitalSambaSimulator(rows=3, seed=1, clock=noon)
    address = await simulator.start()
    one = backend("digital_samba", simulator.options(address), name="notes", cache=CACHE)
    async with kept_by(Clock(), settings_for(one)) as (gateway, timer):
        place = Place(gateway, timer)
        found = await place.get()
        path = f"{LIST}/{found.ids[0]}"

        read = told(await place.get(path))
        timer.now = 7
        again = told(await place.get(path))
        wanted = told(await place.get(path, Cache_Control="no-cache"))
        timer.now = 7 + STALE_AT
        simulator.before_answering = _forbid
        helped = told(await place.get(path))

        assert read == {**live("miss", 0), "complete": None}
        assert again == {**kept(3), "complete": None}
        assert wanted == {**live("request", 7), "complete": None}
        status = "fwd=stale; ttl=-25; detail=forbidden"
        assert helped == {**stale(status, "forbidden"), "read at": 7, "complete": None}
    await simulator.stop()


def _forbid() -> None:
    raise web.HTTPForbidden
