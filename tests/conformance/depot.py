"""A vendor made up for the kit, that does everything a vendor can.

It has a log-in, filters by whole days, an order by seconds, stable tokens, totals, details and
writes.
"""

import base64
import binascii
import itertools
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from aiohttp import web

from tests.support.adapters import NOON

USER, PASSWORD = "gateway", "made-up-password"
_TOKEN = "made-up-token-of-the-depot"
_NAMES = ("Amélie", "Björn", "esra", "Ines O'Neil", None)


@dataclass
class Stay:
    """One stay at a desk."""

    number: int
    since: datetime
    left: datetime | None
    name: str | None

    @property
    def native_id(self) -> str:
        return f"s-{self.number:04d}"

    @property
    def started_at(self) -> datetime:
        return self.since

    @property
    def status(self) -> str:
        return "active" if self.left is None else "ended"

    @property
    def second(self) -> int:
        """What the depot compares: within a second any order will do."""
        return int(self.since.timestamp())

    @property
    def place(self) -> tuple[int, int]:
        return self.second, self.number * 7919 % 97

    def record(self) -> dict[str, Any]:
        who = None if self.name is None else {"no": len(self.name), "name": self.name}
        return {
            "key": self.native_id,
            "since": _written(self.since),
            "left": None if self.left is None else _written(self.left),
            "state": "open" if self.left is None else "closed",
            "who": who,
            "desk": f"D{self.number % 4}",
            "badge": {"colour": "red", "worn": self.number % 2 == 0},
        }


@dataclass
class FakeDepot:
    """A server of stays at desks."""

    rows: int
    largest_page: int = 50
    stays: dict[str, Stay] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._numbers = itertools.count(1)
        for index in range(self.rows):
            since = NOON - timedelta(hours=5 * (index // 3), milliseconds=250 * (index % 3))
            self._hold(since, None if index % 4 == 0 else since + timedelta(minutes=index))

    async def start(self) -> str:
        app = web.Application()
        app.add_routes(
            [
                web.post("/login", self._log_in),
                web.get("/stays", self._list),
                web.get("/stays/{key}", self._detail),
                web.post("/stays", self._create),
                web.post("/stays/{key}/close", self._close),
            ]
        )
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.05)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        return f"http://127.0.0.1:{self._runner.addresses[0][1]}"

    async def stop(self) -> None:
        await self._runner.cleanup()

    def options(self, address: str) -> dict[str, object]:
        return {"url": address, "user": USER, "password": PASSWORD}

    def held(self) -> list[Stay]:
        return [*self.stays.values()]

    def insert(self) -> None:
        number = next(self._numbers)
        self._numbers = itertools.count(number)
        self._hold(NOON - timedelta(minutes=number * 37 % 900, milliseconds=number), None)

    def delete(self, native_id: str) -> None:
        del self.stays[native_id]

    def _hold(self, since: datetime, left: datetime | None, name: str | None = None) -> Stay:
        number = next(self._numbers)
        stay = Stay(number, since, left, name or _NAMES[number % len(_NAMES)])
        self.stays[stay.native_id] = stay
        return stay

    async def _log_in(self, request: web.Request) -> web.Response:
        if await request.json() != {"user": USER, "password": PASSWORD}:
            raise web.HTTPUnauthorized
        return web.json_response({"token": _TOKEN})

    async def _list(self, request: web.Request) -> web.Response:
        _admit(request)
        found = sorted(filter(_chosen_by(request.query), self.stays.values()), key=_place)
        if request.query.get("order", "newest") == "newest":
            found.reverse()
        begin = _behind(found, request.query)
        size = min(int(request.query.get("size", 50)), self.largest_page)
        page = found[begin : begin + size]
        is_last = begin + size >= len(found)
        following = None if is_last else _token(page[-1])
        rows = [stay.record() for stay in page]
        return web.json_response({"stays": rows, "next": following, "count": len(found)})

    async def _detail(self, request: web.Request) -> web.Response:
        return web.json_response(self._found(request).record() | {"notes": ["water", 2]})

    async def _create(self, request: web.Request) -> web.Response:
        _admit(request)
        stay = self._hold(NOON, None, str((await request.json())["name"]))
        return web.json_response(stay.record(), status=201)

    async def _close(self, request: web.Request) -> web.Response:
        stay = self._found(request)
        stay.left = stay.left or NOON
        return web.json_response(stay.record())

    def _found(self, request: web.Request) -> Stay:
        _admit(request)
        stay = self.stays.get(request.match_info["key"])
        if stay is None:
            raise web.HTTPNotFound
        return stay


def _written(instant: datetime) -> str:
    return instant.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _admit(request: web.Request) -> None:
    if request.headers.get("Authorization") != f"Bearer {_TOKEN}":
        raise web.HTTPUnauthorized


def _place(stay: Stay) -> tuple[int, int]:
    return stay.place


def _chosen_by(query: Mapping[str, str]) -> Callable[[Stay], bool]:
    state = query.get("state")
    first = date.fromisoformat(query.get("from", "0001-01-01"))
    last = date.fromisoformat(query.get("until", "9999-12-31"))

    def is_chosen(stay: Stay) -> bool:
        day = stay.since.astimezone(UTC).date()
        return first <= day <= last and state in (None, "open" if stay.left is None else "closed")

    return is_chosen


def _token(stay: Stay) -> str:
    return base64.urlsafe_b64encode(json.dumps(stay.place).encode()).decode()


def _behind(found: list[Stay], query: Mapping[str, str]) -> int:
    """Find where the page behind a token begins, whether or not its row is there still."""
    if "token" not in query:
        return 0
    try:
        place = tuple(json.loads(base64.urlsafe_b64decode(query["token"])))
    except (ValueError, binascii.Error):
        raise web.HTTPGone from None
    if query.get("order", "newest") == "newest":
        return sum(stay.place >= place for stay in found)
    return sum(stay.place <= place for stay in found)
