"""A stand-in for Digital Samba's REST API.

Sources: "List" (of sessions), "Pagination", "Authenticate to the API", "Rate limiting", "Sessions"
of its documentation, and its OpenAPI document of January 2026. What none tells is called assumed.
"""

import base64
import json
import math
import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from functools import cache
from operator import le, lt
from typing import Any, ClassVar, Literal, TypeAlias
from uuid import NAMESPACE_URL, uuid5

from aiohttp import web

from adapters.simulators.server import VendorServer
from adapters.simulators.world import Held, Stay

TEAM_ID = "fc16892a-556b-4c2d-a522-82e6b3e884cc"
DEVELOPER_KEY = "made-up-developer-key"

Form = Literal["page", "openapi"]
_Object: TypeAlias = dict[str, Any]

_BASE = "/api/v1"
_LARGEST_PAGE = 100
_ROOM_NAMES = ("DailyEnglishLessons", "MyWebinar", "Scrum", "Sprechstunde", "BoardRoom")
_PASSING = 100  # Rooms from this number on are deleted behind their session.
_MINUTE = timedelta(minutes=1)
_PAIR = base64.b64encode(f"{TEAM_ID}:{DEVELOPER_KEY}".encode()).decode()
# The second is in the Java samples, the last in the OpenAPI document, which has the first too.
_ACCEPTED = {f"Basic {_PAIR}", f"Bearer {_PAIR}", f"Bearer {DEVELOPER_KEY}"}
_NOT_FOUND = {"message": "Not Found", "error": "not-found"}


@dataclass(frozen=True, slots=True)
class Manners:
    """What the documents print in two forms, or do not tell.

    ``form`` chooses between records as in "List" and as in the OpenAPI document. A ``limit`` over
    100 is refused, or taken as 100. Days are those of ``day_zone``, with ``date_end`` or without.
    ``calls_a_minute`` is 1000 in "Rate limiting"; by default there is no limit.
    """

    form: Form = "page"
    refuses_large_limits: bool = False
    unknown_after: Literal[400, 404, 422] = 404
    day_zone: tzinfo = UTC
    last_day_counts: bool = True
    total_is_filtered: bool = True
    calls_a_minute: int | None = None


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


class DigitalSambaSimulator(VendorServer):
    """Lists the sessions of a team, behind the one that is named last."""

    adapter: ClassVar[str] = "digital_samba"

    def __init__(
        self, *, rows: int, seed: int, clock: Callable[[], datetime], manners: Manners = Manners()
    ) -> None:
        super().__init__(rows=rows, seed=seed, clock=clock)
        self._seed = seed
        self._manners = manners
        self._calls: list[datetime] = []

    def options(self, address: str) -> dict[str, object]:
        """Reach the API below its version, in the name of a team."""
        return {"url": address + _BASE, "team_id": TEAM_ID, "developer_key": DEVELOPER_KEY}

    def routes(self) -> list[web.AbstractRouteDef]:
        """Serve the list and one session."""
        return [
            web.get(f"{_BASE}/sessions", self._list),
            web.get(f"{_BASE}/sessions/{{id}}", self._detail),
        ]

    def held(self) -> list[Held]:
        """Tell every session, newest first."""
        now = self.world.now()
        return [
            Held(self._id(stay), _second(stay.start), "active" if now < stay.end else "ended")
            for stay in reversed(self.world.stays())
        ]

    async def _list(self, request: web.Request) -> web.Response:
        self._admit(request)
        return self._page(self._asked(request.query))

    async def _detail(self, request: web.Request) -> web.Response:
        self._admit(request)
        stay = self._find(request.match_info["id"], 404)
        return web.json_response(_statistics(self._row(stay), self._manners.form, self.world.now()))

    def _admit(self, request: web.Request) -> None:
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
        matches = [stay for stay in self.world.stays() if self._matches(stay, asked)]
        stays = self._behind(matches, asked)[asked.offset :][: min(asked.limit, _LARGEST_PAGE)]
        count = len(matches if self._manners.total_is_filtered else self.world.stays())
        form = self._manners.form
        data = [_shown(self._row(stay), form) for stay in stays]
        return web.json_response(
            {"total_count": count if form == "page" else str(count), "data": data}
        )

    def _matches(self, stay: Stay, asked: _Asked) -> bool:
        # That the dates are of the start is assumed.
        day = stay.start.astimezone(self._manners.day_zone).date()
        is_within = le if self._manners.last_day_counts else lt
        return (
            asked.live in (None, self.world.now() < stay.end)
            and asked.room_id in (None, self._room_id(_room(stay)))
            and asked.date_start <= day
            and is_within(day, asked.date_end)
        )

    def _behind(self, stays: list[Stay], asked: _Asked) -> list[Stay]:
        """Give those behind a session, which itself need not match (any more)."""
        step = 1 if asked.order == "asc" else -1
        if asked.after is not None:
            last = self._find(asked.after, self._manners.unknown_after).number
            stays = [stay for stay in stays if (stay.number - last) * step > 0]
        return stays[::step]

    def _find(self, native_id: str, status: int) -> Stay:
        for stay in self.world.stays():
            if self._id(stay) == native_id:
                return stay
        raise _Refusal(status, _NOT_FOUND)

    def _id(self, stay: Stay) -> str:
        return _uuid(f"{self._seed} session {stay.number}")

    def _room_id(self, room: int) -> str:
        return _uuid(f"{self._seed} room {room}")

    def _row(self, stay: Stay) -> _Object:
        """Give what is known of a session, in the words of the list."""
        is_live = self.world.now() < stay.end
        # "Sessions": an empty room ends its session after five minutes, and is live until then.
        is_empty = self.world.now() >= max(stay.end - 5 * _MINUTE, stay.start)
        room, total = _room(stay), 1 + int(stay.luck * 30)
        return {
            "id": self._id(stay),
            "start_time": _second(stay.start),
            "end_time": _second(stay.end),
            "room_id": self._room_id(room),
            "room_external_id": f"EXT-ID-{room}" if room % 3 == 0 else None,
            "description": f"All about {_room_name(room)}" if room % 2 == 0 else None,
            "friendly_url": _room_name(room),
            "room_is_deleted": room >= _PASSING and not is_live,
            "participants_max": 1 + total // 2,
            "participants_live": 0 if is_empty else 1 + total // 4,
            "participants_total": total,
            "live": is_live,
        }


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


def _room(stay: Stay) -> int:
    """Choose a room by its number: now and then one made for this session alone."""
    return _PASSING + stay.number if stay.number % 17 == 0 else stay.number % 40


def _room_name(room: int) -> str:
    return f"{_ROOM_NAMES[room % len(_ROOM_NAMES)]}{room}"


@cache
def _uuid(name: str) -> str:
    return str(uuid5(NAMESPACE_URL, name))


def _second(instant: datetime) -> datetime:
    """Cut to the second: where a sample has a fraction of one, it is zero."""
    return instant.astimezone(UTC).replace(microsecond=0)


def _shown(row: _Object, form: Form) -> _Object:
    """Write a row as a document prints it: a live one of the OpenAPI document has an end."""
    style = "%Y-%m-%d %H:%M:%S" if form == "page" else "%Y-%m-%dT%H:%M:%S.%fZ"
    shown = row | {name: row[name].strftime(style) for name in ("start_time", "end_time")}
    if form == "page" and row["live"]:
        del shown["end_time"]
    if form == "openapi" and not row["live"] and row["participants_total"] % 3 == 0:
        del shown["participants_live"]
    return shown


_ZEROES = (
    *(f"{device}_participants" for device in ("mobile", "tablet", "smarttv")),
    *(f"{device}_participation_minutes" for device in ("mobile", "tablet", "smarttv")),
    *("broadcasted_minutes", "subscribed_minutes", "screen_broadcasted_minutes"),
    *("screen_subscribed_minutes", "e2ee_minutes", "recorded_minutes", "stored_recorded_minutes"),
    *("whiteboard_minutes", "breakout_minutes", "presentation_minutes"),
    *("active_roles", "public_chat_posts", "questions", "answers"),
)


def _statistics(row: _Object, form: Form, now: datetime) -> _Object:
    start, end = row["start_time"], row["end_time"]
    # "List" has 15 for 15 minutes and 45 seconds: cut to whole minutes.
    minutes = (min(now, end) - start) // _MINUTE
    statistics = {
        "room_id": row["room_id"],
        "room_friendly_url": row["friendly_url"],
        "room_privacy": "public",
        "room_max_participants": 100,
        "room_is_deleted": row["room_is_deleted"],
        "session_duration": minutes,
        "session_live": row["live"],
        "session_start_time": f"{start:%Y-%m-%dT%H:%M:%SZ}",
        # No sample is of a live session: null is assumed.
        "session_end_time": None if row["live"] else f"{end:%Y-%m-%dT%H:%M:%SZ}",
        "live_participants": row["participants_live"],
        "active_participants": row["participants_total"],
        "max_concurrent_participants": row["participants_max"],
        "desktop_participants": row["participants_total"],
        "participation_minutes": minutes * row["participants_max"],
        "desktop_participation_minutes": minutes * row["participants_max"],
        **dict.fromkeys(_ZEROES, 0),
    }
    if form == "page":  # The sample's two ids differ.
        return statistics | {"id": row["id"], "session_id": _uuid(f"other {row['id']}")}
    return statistics | {
        "session_id": row["id"],
        "room_external_id": row["room_external_id"],
        "room_description": row["description"],
        "room_source": "api",
        **dict.fromkeys(("transcription_minutes", "captions_minutes", "polls"), 0),
    }
