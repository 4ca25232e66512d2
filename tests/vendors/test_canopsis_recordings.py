"""The simulator of Canopsis against the recordings: asked the same, it answers alike."""

import itertools
import json
import math
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from http.cookies import SimpleCookie
from typing import Any, TypeAlias

import aiohttp
import pytest
from yarl import URL

from adapters.simulators.canopsis import FINAL, V2020, CanopsisSimulator, Dialect
from tests.support.adapters import NOON
from tests.support.payloads import recording

Json: TypeAlias = Any  # a recording is any JSON

DIALECTS = {dialect.name: dialect for dialect in (FINAL, V2020)}

SCENARIOS = [
    f"{dialect}-{scenario}"
    for dialect in DIALECTS
    for scenario in (
        "01-auth",
        "02-routing",
        "03-lifecycle",
        "04-keepalive-without-start",
        "05-bad-bodies",
        "06-list-filters",
        "07-activity-boundary",
        "08-key-per-request",
        "09-same-user-twice",
        "10-non-ascii-user",
    )
]

# How many of the documents that a scenario ends with were put into the store before it.
STORED_BEFORE = {"final-06-list-filters": 9, "v2020-06-list-filters": 9}

# The recorder moved the clock of the session manager alone. Cookies kept the real time, and with
# it the identity of who logged in while the other clock was ahead.
LOGGED_IN_WHILE_AHEAD = {"final-07-activity-boundary", "v2020-07-activity-boundary"}

NOT_MODELLED = {
    ("final-01-auth", 18): "/logout breaks and leaves the caller logged in: nobody needs it",
    ("v2020-01-auth", 19): "the same",
}


class Player:
    """Sends recorded requests to a simulator at the recorded times."""

    def __init__(self, dialect: Dialect) -> None:
        self.now = NOON
        self.simulator = CanopsisSimulator(rows=0, seed=1, clock=lambda: self.now, dialect=dialect)
        self._client = aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar())
        self._address = ""
        self._cookies: dict[str, str] = {}  # the simulator's, by the recorded ones

    async def start(self) -> None:
        self._address = await self.simulator.start()

    async def stop(self) -> None:
        await self._client.close()
        await self.simulator.stop()

    async def play(self, exchange: Json) -> Json:
        """Give the simulator's reply to a recorded request, in the form of a recorded one."""
        request, self.now = exchange["request"], _time_of(exchange) or self.now
        url = URL(self._address + request["path"], encoded=True)
        headers = self._with_own_cookie(request["headers"])
        body = _body_of(request)
        async with self._client.request(
            request["method"], url, headers=headers, data=body, allow_redirects=False
        ) as reply:
            text = await reply.text()
            is_json = reply.content_type == "application/json" and text
            answer = {
                "status": reply.status,
                "headers": list(reply.headers.items()),
                "body": json.loads(text) if is_json else text,
            }
        self._cookies |= zip(_cookies_set(exchange["response"]), _cookies_set(answer), strict=False)
        return answer

    def _with_own_cookie(self, headers: dict[str, str]) -> dict[str, str]:
        if "Cookie" not in headers:
            return headers
        [cookie] = _cookie_in(headers["Cookie"])
        return headers | {"Cookie": f"beaker.session.id={self._cookies[cookie]}"}


@asynccontextmanager
async def playing(name: str) -> AsyncIterator[tuple[Player, list[Json]]]:
    """Set the simulator up with what the recorded server held at the beginning of a scenario."""
    tape = recording(f"canopsis/{name}.json")
    player = Player(DIALECTS[name.partition("-")[0]])
    player.simulator.load(tape["collection_after"][: STORED_BEFORE.get(name, 0)])
    await player.start()
    try:
        yield player, tape["exchanges"]
    finally:
        await player.stop()


@pytest.mark.parametrize("name", SCENARIOS)
async def test_the_simulator_answers_as_the_recorded_server(name: str) -> None:
    told, recorded = _Reading(name), _Reading(name)
    async with playing(name) as (player, exchanges):
        for exchange in exchanges:
            if exchange["note"] == "t=0":
                player.simulator.load([])  # The recorder emptied the store here.
            answer = told.essence(await player.play(exchange))
            expected = recorded.essence(exchange["response"])

            if (name, exchange["step"]) in NOT_MODELLED:
                assert answer != expected, f"step {exchange['step']} is modelled after all"
            else:
                assert answer == expected, f"step {exchange['step']}: {exchange['note']}"


@pytest.mark.parametrize(("name", "step"), NOT_MODELLED)
def test_every_exception_is_a_recorded_step(name: str, step: int) -> None:
    steps = [exchange["step"] for exchange in recording(f"canopsis/{name}.json")["exchanges"]]

    assert step in steps


class _Reading:
    """Keeps of replies what a client can rely on, and numbers the ids that chance made."""

    def __init__(self, name: str) -> None:
        self._ids: dict[str, int] = defaultdict(itertools.count().__next__)
        self._ignored = {"id_beaker_session"} if name in LOGGED_IN_WHILE_AHEAD else set()

    def essence(self, response: Json) -> Json:
        headers = _headers_of(response)
        content_type = headers["content-type"].partition(";")[0]
        body = response["body"]
        return {
            "status": response["status"],
            "content type": content_type,
            "caching": headers.get("cache-control"),
            "allowed": headers.get("allow"),
            "cookies set": len(_cookies_set(response)),
            "body": body != "" if content_type == "text/html" else self._content(body),
        }

    def _content(self, body: Json) -> Json:
        if "sessions" not in body:
            return body
        return body | {"sessions": [self._row(row) for row in body["sessions"]]}

    def _row(self, row: Json) -> Json:
        kept = {name: value for name, value in row.items() if name not in self._ignored}
        return kept | {"_id": self._ids[row["_id"]]}


def _time_of(exchange: Json) -> datetime | None:
    """Give the session manager's second: the recorder waited for the next one before it asked.

    Where the server broke altogether it did not tell the time.
    """
    headers = _headers_of(exchange["response"])
    if "date" not in headers:
        return None
    date = parsedate_to_datetime(headers["date"])
    return date + timedelta(seconds=math.ceil(exchange["clock_offset_s"]))


def _body_of(request: Json) -> str | None:
    body = request["body"]
    return body if body is None or isinstance(body, str) else json.dumps(body)


def _headers_of(response: Json) -> dict[str, str]:
    return {name.lower(): value for name, value in response["headers"]}


def _cookies_set(response: Json) -> list[str]:
    return _cookie_in(_headers_of(response).get("set-cookie", ""))


def _cookie_in(header: str) -> list[str]:
    return [morsel.value for morsel in SimpleCookie(header).values()]
