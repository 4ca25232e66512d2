"""A stand-in for Digital Samba's REST API.

Sources: "List" (of sessions), "Pagination", "Authenticate to the API", "Rate limiting", "Sessions"
of its documentation, its OpenAPI document of January 2026, and the "API Error Reference" of its own
guide for assistants. What none tells is called assumed.
"""

import base64
import json
import math
import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, ClassVar, TypeAlias

from aiohttp import web

from adapters.simulators.digital_samba.facts import FACTS
from adapters.simulators.digital_samba.manners import Form, Manners
from adapters.simulators.digital_samba.records import (
    id_of,
    row_of,
    second_of,
    shown,
    statistics,
)
from adapters.simulators.digital_samba.sessions import Filter, Sessions
from adapters.simulators.facts import Facts
from adapters.simulators.server import VendorServer
from adapters.simulators.world import Held, Stay, by_start

__all__ = ["DEVELOPER_KEY", "TEAM_ID", "DigitalSambaSimulator", "Form", "Manners"]

TEAM_ID = "fc16892a-556b-4c2d-a522-82e6b3e884cc"
DEVELOPER_KEY = "made-up-developer-key"

_Object: TypeAlias = dict[str, Any]

_BASE = "/api/v1"
_LARGEST_PAGE = 100
_MINUTE = timedelta(minutes=1)
_PAIR = base64.b64encode(f"{TEAM_ID}:{DEVELOPER_KEY}".encode()).decode()
# The second is in the Java samples, the last in the OpenAPI document, which has the first too.
_ACCEPTED = {f"Basic {_PAIR}", f"Bearer {_PAIR}", f"Bearer {DEVELOPER_KEY}"}
_USUAL = Manners()
_NOT_FOUND = {"message": "Not Found", "error": "not-found"}


@dataclass(frozen=True, slots=True)
class _Asked:
    """The parameters of a list. "Pagination" tells the defaults."""

    limit: int = _LARGEST_PAGE
    offset: int = 0
    order: str = "desc"
    after: str | None = None
    live: bool | None = None
    room_id: str | None = None
    date_start: date = date.min
    date_end: date = date.max

    def filter(self, manners: Manners) -> Filter:
        """Give what chooses sessions, wherever a page begins and ends."""
        is_of_overlap = manners.dates_of == "overlap"
        return Filter(self.live, self.room_id, self.date_start, self.date_end, is_of_overlap)


class DigitalSambaSimulator(VendorServer):
    """Lists the sessions of a team, behind the one that is named last."""

    adapter: ClassVar[str] = "digital_samba"
    facts: ClassVar[Facts] = FACTS

    def __init__(
        self, *, rows: int, seed: int, clock: Callable[[], datetime], manners: Manners = _USUAL
    ) -> None:
        super().__init__(rows=rows, seed=seed, clock=clock)
        self._seed = seed
        self._manners = manners
        self._calls: list[datetime] = []
        self._sessions = Sessions(
            self.world, seed, day_zone=manners.day_zone, last_day_counts=manners.last_day_counts
        )

    def options(self, address: str) -> dict[str, object]:
        """Reach the API below its version, in the name of a team."""
        return {"url": address + _BASE, "team_id": TEAM_ID, "developer_key": DEVELOPER_KEY}

    def routes(self) -> list[web.AbstractRouteDef]:
        """Serve the list, one session, and its end: for which one sample has GET, by mistake."""
        return [
            web.get(f"{_BASE}/sessions", self._list, name="listing"),
            web.get(f"{_BASE}/sessions/{{id}}", self._detail, name="detail"),
            web.post(f"{_BASE}/sessions/{{id}}/end", self._end, name="write"),
        ]

    def catch_up(self) -> None:
        """File what began, ended or was deleted."""
        self._sessions.catch_up()

    def held(self) -> list[Held]:
        """Tell every session, newest first."""
        now = self.world.now()
        return [
            Held(
                id_of(stay, self._seed),
                second_of(stay.start),
                "active" if now < stay.end else "ended",
            )
            for stay in reversed(self.world.stays())
        ]

    async def _list(self, request: web.Request) -> web.Response:
        self._admit(request)
        return self._page(self._asked(request.query))

    async def _detail(self, request: web.Request) -> web.Response:
        self._admit(request)
        stay = self._find(request.match_info["id"], 404)
        now = self.world.now()
        return web.json_response(statistics(row_of(stay, self._seed, now), self._manners, now))

    async def _end(self, request: web.Request) -> web.Response:
        self._admit(request)
        stay = self._find(request.match_info["id"], 404)
        refusal = self._manners.ended_already
        if stay.end <= self.world.now() and refusal is not None:
            raise _Refusal(refusal, {"message": "The session has ended."})
        self.world.end(stay.number)
        if self._manners.drops_writes and request.transport is not None:
            request.transport.abort()
        return web.Response(status=self._manners.end_status)  # Nothing in it: so says "End".

    def _admit(self, request: web.Request) -> None:
        is_browser = "application/json" not in request.headers.get("Accept", "")
        if self._manners.redirects_browsers and is_browser:
            raise web.HTTPFound("/login")
        if request.headers.get("Authorization") not in _ACCEPTED:
            raise _Refusal(401, {"message": "Unauthenticated."})  # The words are assumed.
        if self._manners.calls_a_minute is not None:
            self._throttle(self._manners.calls_a_minute)

    def _throttle(self, most: int) -> None:
        now = self.world.now()
        self._calls = [call for call in self._calls if now - call < _MINUTE]
        if len(self._calls) >= most:
            wait = str(math.ceil((self._calls[0] + _MINUTE - now).total_seconds()))
            message = f"Too Many Attempts. You may try again in {wait} seconds."
            raise _Refusal(429, {"message": message, "error": "rate-limit"}, {"retry-after": wait})
        self._calls.append(now)

    def _asked(self, query: Mapping[str, str]) -> _Asked:
        """Read the parameters; what cannot be read is refused with 422, which is assumed."""
        read: dict[str, Any] = {}
        for name in query.keys() & _PARAMETERS.keys():
            pattern, convert = _PARAMETERS[name]
            with suppress(ValueError):
                if re.fullmatch(pattern, query[name]):
                    read[name] = convert(query[name])
        wrong = (query.keys() & _PARAMETERS.keys()) - read.keys()
        if self._manners.refuses_large_limits and read.get("limit", 0) > _LARGEST_PAGE:
            wrong.add("limit")
        if wrong:
            errors = {name: [f"The {name} is invalid."] for name in sorted(wrong)}
            raise _Refusal(422, {"message": "The given data was invalid.", "errors": errors})
        return _Asked(**read)

    def _page(self, asked: _Asked) -> web.Response:
        matches = self._sessions.matching(asked.filter(self._manners))
        stays = self._behind(matches, asked)
        count = len(matches if self._manners.total_is_filtered else self.world.stays())
        manners, now = self._manners, self.world.now()
        data = [shown(row_of(stay, self._seed, now), manners) for stay in stays]
        told = count if manners.form == "page" else str(count)
        return web.json_response({"total_count": told, "data": data})

    def _behind(self, stays: Sequence[Stay], asked: _Asked) -> Sequence[Stay]:
        """Give a page behind a session, which itself need not match (any more)."""
        size = min(asked.limit, _LARGEST_PAGE, self._manners.largest_page)
        last = None if asked.after is None else self._place(asked.after)
        if asked.order == "asc":
            begin = 0 if last is None else bisect_right(stays, last, key=by_start)
            return stays[begin + asked.offset : begin + asked.offset + size]
        end = len(stays) if last is None else bisect_left(stays, last, key=by_start)
        end = max(end - asked.offset, 0)
        return stays[max(end - size, 0) : end][::-1]

    def _place(self, native_id: str) -> tuple[datetime, int] | None:
        status = self._manners.unknown_after
        if status == "first_page":
            stay = self._sessions.find(native_id)
        else:
            stay = self._find(native_id, status)
        return None if stay is None else (stay.start, stay.number)

    def _find(self, native_id: str, status: int) -> Stay:
        stay = self._sessions.find(native_id)
        if stay is None:
            raise _Refusal(status, _NOT_FOUND)
        return stay


class _Refusal(web.HTTPClientError):
    def __init__(self, status: int, body: _Object, headers: dict[str, str] | None = None) -> None:
        self.status_code = status
        super().__init__(text=json.dumps(body), content_type="application/json", headers=headers)


# How the value of each parameter is written, and what is made of it.
_PARAMETERS: dict[str, tuple[str, Callable[[str], object]]] = {
    "limit": ("[0-9]{1,9}", int),
    "offset": ("[0-9]{1,9}", int),
    "order": ("asc|desc", str),
    "after": (".*", str),
    "live": ("true|false", "true".__eq__),
    "room_id": (".*", str),
    "date_start": (r"\d{4}-\d\d-\d\d", date.fromisoformat),
    "date_end": (r"\d{4}-\d\d-\d\d", date.fromisoformat),
}
