"""Harbour: visits to berths, behind OAuth 2.0, in pages that are linked to each other.

A visit without a departure goes on, but no longer than twelve hours. Times are those of the house,
in Lisbon. A page's place is kept by the visit it follows, which may be gone meanwhile.
"""

import base64
import itertools
import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from aiohttp import web

from tests.adapters.declarative.vendors.serving import (
    NOON,
    HandWritten,
    start_of,
    start_of_newcomer,
)

_LISBON = ZoneInfo("Europe/Lisbon")
_GUESTS = ("Inês Lobo", "João de Sá", "inês lobo", "Zoë", None, "王 芳")
_LOCALES = ("pt", "en", "pt-BR", None)
_HEADSETS = ("Blue 1", "blue 1", "Red 2", None)
_STAYS = (timedelta(minutes=42, seconds=7), None, timedelta(hours=3), timedelta(milliseconds=1500))
_OPEN_FOR = timedelta(hours=12)
_LARGEST = 200


@dataclass
class Visit:
    number: int
    arrived: datetime
    departed: datetime | None

    @property
    def native_id(self) -> str:
        return f"V{self.number:05}/{self.number % 7}"

    @property
    def started_at(self) -> datetime:
        return self.arrived

    @property
    def status(self) -> str:
        if self.departed:
            return "ended"
        return "active" if NOON - self.arrived < _OPEN_FOR else "unknown"

    def record(self) -> dict[str, Any]:
        guest = _GUESTS[self.number % len(_GUESTS)]
        first, _, last = (guest or "").partition(" ")
        stay = self.departed - self.arrived if self.departed else None
        return {
            "uid": self.native_id,
            "label": f"Berth tour, no. {self.number}" if self.number % 5 else "",
            "arrived": _local(self.arrived),
            "departed": _local(self.departed) if self.departed else None,
            "stay": None if stay is None else f"PT{stay.total_seconds():g}S",
            "guest": {"ref": self.number % 6, "first": first, "last": last} if guest else None,
            "berth": {
                "id": f"B{self.number % 4}",
                "name": "Nave — direita",
                "headset": _HEADSETS[self.number % len(_HEADSETS)],
            },
            "locale": _LOCALES[self.number % len(_LOCALES)],
            "labels": "group, quiet zone" if self.number % 3 == 0 else "",
            "tide": {"height": 1.25},
        }


class Harbour(HandWritten):
    """The server. It gives ``largest`` rows a page at most."""

    def __init__(self, rows: int, largest: int = _LARGEST) -> None:
        self.visits: dict[str, Visit] = {}
        self._largest = largest
        self._numbers = itertools.count()
        self._tokens: set[str] = set()
        for number in range(rows):
            stay = _STAYS[number % len(_STAYS)]
            start = start_of(number)
            self._add(start, None if stay is None or start + stay > NOON else start + stay)

    def routes(self) -> list[web.AbstractRouteDef]:
        return [
            web.post("/api/v3/oauth/token", self._grant),
            web.get("/api/v3/visits", self._list),
            web.get("/api/v3/visits/{uid}", self._one),
        ]

    def options(self, address: str) -> dict[str, object]:
        return {"base_url": address, "client_id": "quay", "client_secret": "made-up: secret&more"}

    def held(self) -> list[Visit]:
        return [*self.visits.values()]

    def insert(self) -> None:
        self._add(start_of_newcomer(len(self.visits)), None)

    def delete(self, native_id: str) -> None:
        del self.visits[native_id]

    def _add(self, arrived: datetime, departed: datetime | None) -> None:
        visit = Visit(next(self._numbers), arrived, departed)
        self.visits[visit.native_id] = visit

    async def _grant(self, request: web.Request) -> web.Response:
        form = await request.post()
        # RFC 6749, 2.3.1: both are encoded as in a form before they are joined.
        pair = base64.b64encode(b"quay:made-up%3A+secret%26more").decode()
        if request.headers.get("Authorization") != f"Basic {pair}":
            return web.json_response({"error": "invalid_client"}, status=401)
        if form.get("grant_type") != "client_credentials" or form.get("scope") != "visits.read":
            return web.json_response({"error": "invalid_request"}, status=400)
        token = f"granted-to-the-quay-{len(self._tokens)}"
        self._tokens.add(token)
        return web.json_response({"access_token": token, "token_type": "bearer", "expires_in": 600})

    async def _list(self, request: web.Request) -> web.Response:
        self._admit(request)
        query = request.query
        found = [v for v in self.visits.values() if _is_wanted(v, request)]
        key = _KEYS.get(query.get("sort", "uid"))
        size = int(query.get("per_page", 25))
        if key is None or not 0 < size <= _LARGEST:
            raise web.HTTPUnprocessableEntity
        found.sort(key=key)
        after = _opened(query["from"]) if "from" in query else None
        rest = found if after is None else [v for v in found if [*key(v)] > after]
        page = rest[: min(size, self._largest)]
        headers = {"X-Total-Count": f"{len(found)}"}
        if len(rest) > len(page):
            link = request.rel_url.update_query({"from": _sealed([*key(page[-1])])})
            headers["Link"] = f'</>; rel="up", <{link}>; title="a, b"; rel="last next"'
        return web.json_response([_expanded(v.record(), request) for v in page], headers=headers)

    async def _one(self, request: web.Request) -> web.Response:
        self._admit(request)
        visit = self.visits.get(request.match_info["uid"])
        if visit is None:
            raise web.HTTPNotFound
        return web.json_response({**_expanded(visit.record(), request), "notes": []})

    def _admit(self, request: web.Request) -> None:
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        if scheme != "Bearer" or token not in self._tokens:
            raise web.HTTPUnauthorized


def _is_wanted(visit: Visit, request: web.Request) -> bool:
    """Filter: by the locale exactly, by part of the headset's name in any case, by arrival."""
    query = request.query
    headset = _HEADSETS[visit.number % len(_HEADSETS)] or ""
    return (
        ("locale" not in query or _LOCALES[visit.number % len(_LOCALES)] in query.getall("locale"))
        and query.get("headset", "").lower() in headset.lower()
        and ("since" not in query or visit.arrived >= _instant(query["since"]))
        and ("until" not in query or visit.arrived < _instant(query["until"]))
    )


def _expanded(record: dict[str, Any], request: web.Request) -> dict[str, Any]:
    if request.query.get("expand") != "guest":
        record["guest"] = "not expanded"
    return record


def _by_uid(visit: Visit) -> tuple[object, ...]:
    return (visit.native_id,)


def _by_arrival(visit: Visit) -> tuple[object, ...]:
    return int(visit.arrived.timestamp()), -visit.number


def _latest_first(visit: Visit) -> tuple[object, ...]:
    return -int(visit.arrived.timestamp()), -visit.number


_KEYS = {"uid": _by_uid, "arrived": _by_arrival, "-arrived": _latest_first}


def _local(instant: datetime) -> str:
    return instant.astimezone(_LISBON).replace(tzinfo=None).isoformat()


def _instant(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text).astimezone(UTC)
    except ValueError as error:
        raise web.HTTPUnprocessableEntity from error


def _sealed(key: list[Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(key).encode()).decode()


def _opened(text: str) -> list[Any]:
    try:
        key: list[Any] = json.loads(base64.urlsafe_b64decode(text))
    except ValueError as error:
        raise web.HTTPGone from error
    return key
