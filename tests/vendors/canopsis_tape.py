"""A tape of a Canopsis server, played to a simulator."""

import json
import math
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from http.cookies import SimpleCookie
from typing import Any, TypeAlias

import aiohttp
from yarl import URL

from adapters.simulators.canopsis import FINAL, V2020, CanopsisSimulator, Dialect, Manners
from tests.support.adapters import NOON
from tests.support.payloads import recording

Json: TypeAlias = Any  # a recording is any JSON

DIALECTS = {dialect.name: dialect for dialect in (FINAL, V2020)}

# How many of the documents that a scenario ends with were put into the store before it.
_STORED_BEFORE = {"final-06-list-filters": 9, "v2020-06-list-filters": 9}


class Player:
    """Sends recorded requests to a simulator at the recorded times."""

    def __init__(self, dialect: Dialect) -> None:
        self.now = NOON
        self.simulator = CanopsisSimulator(
            rows=0, seed=1, clock=lambda: self.now, manners=Manners(dialect)
        )
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
        self._cookies |= zip(cookies_set(exchange["response"]), cookies_set(answer), strict=False)
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
    player.simulator.load(tape["collection_after"][: _STORED_BEFORE.get(name, 0)])
    await player.start()
    try:
        yield player, tape["exchanges"]
    finally:
        await player.stop()


def _time_of(exchange: Json) -> datetime | None:
    """Give the session manager's second: the recorder waited for the next one before it asked.

    Where the server broke altogether it did not tell the time.
    """
    headers = headers_of(exchange["response"])
    if "date" not in headers:
        return None
    date = parsedate_to_datetime(headers["date"])
    return date + timedelta(seconds=math.ceil(exchange["clock_offset_s"]))


def _body_of(request: Json) -> str | None:
    body = request["body"]
    return body if body is None or isinstance(body, str) else json.dumps(body)


def headers_of(response: Json) -> dict[str, str]:
    """Give the headers of a reply, named in small letters."""
    return {name.lower(): value for name, value in response["headers"]}


def cookies_set(response: Json) -> list[str]:
    """Give the cookies that a reply sets."""
    return _cookie_in(headers_of(response).get("set-cookie", ""))


def _cookie_in(header: str) -> list[str]:
    return [morsel.value for morsel in SimpleCookie(header).values()]
