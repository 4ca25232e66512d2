"""A stand-in for a Roundware server (develop 685a4d9), after ``tests/recordings/roundware``."""

import json
import random
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar, TypeAlias
from zoneinfo import ZoneInfo

from aiohttp import web

from adapters.simulators.server import VendorServer
from adapters.simulators.world import Held, Stay

TOKEN = "0123456789abcdef0123456789abcdef01234567"  # noqa: S105  # made up, as in the recordings

_Row: TypeAlias = dict[str, Any]

_BASE = "/api/2"
_ACTIVE_WINDOW = timedelta(seconds=3600)
_LARGEST_ID = 2**31 - 1
_SERVER_ZONE = ZoneInfo("America/New_York")  # the stock setting
_PROJECTS = {"1": 1, "2": 2, "3": 3}  # projects_list.json
_LANGUAGES = {"en": 1, "es": 2, "fr": 3, "de": 4, "ja": 5}  # languages_list.json
_NO_LANGUAGE = 0
_BOOLEANS = {"true": True, "1": True, "false": False, "0": False}
_SERVER_ERROR = "<!doctype html>\n<title>Server Error (500)</title><h1>Server Error (500)</h1>\n"


@dataclass(frozen=True, slots=True)
class _Kept:
    """A row, which never changes, and how it is written."""

    row: _Row
    text: str


class RoundwareSimulator(VendorServer):
    """Lists every session it has, in no order, whatever it is asked for.

    ``fails_closed``: an invalid filter value brings nothing, as with the library servers used
    until 2020, rather than everything.
    """

    adapter: ClassVar[str] = "roundware"

    def __init__(
        self,
        *,
        rows: int,
        seed: int,
        clock: Callable[[], datetime],
        fails_closed: bool = False,
    ) -> None:
        super().__init__(rows=rows, seed=seed, clock=clock)
        self._fails_closed = fails_closed
        self._seed = seed
        self._news = self.world.watch()
        self._kept: dict[int, _Kept] = {}

    def load(self, rows: Iterable[_Row]) -> None:
        """Hold these rows alone."""
        self._news = list  # of nothing, from now on
        self._kept = {}
        for row in rows:
            self._keep(row)

    def options(self, address: str) -> dict[str, object]:
        """Reach the API below its version."""
        return {"url": f"{address}{_BASE}", "token": TOKEN}

    def routes(self) -> list[web.AbstractRouteDef]:
        """Serve the list and one session; a missing slash is a redirect, not an answer."""
        return [
            web.get(f"{_BASE}/sessions/", self._list, name="listing"),
            web.get(f"{_BASE}/sessions", self._redirect),
            web.get(f"{_BASE}/sessions/{{id}}/", self._detail, name="detail"),
            web.get(f"{_BASE}/sessions/{{id}}", self._redirect),
            web.route("*", "/{unknown:.*}", self._unknown),
        ]

    def held(self) -> list[Held]:
        """Tell every row; only a stop time, or the first hour, tells a status."""
        return [self._held(kept.row) for kept in self._rows()]

    def catch_up(self) -> None:
        """Write the rows of what began, and drop those of what was deleted."""
        for change in self._news():
            if change.is_deletion:
                del self._kept[_id(change.stay)]
            else:
                self._keep(_row(change.stay))

    def _held(self, row: _Row) -> Held:
        start, stop = _instant(row["starttime"]), _instant(row["stoptime"])
        if stop is not None and (start is None or start <= stop):
            status = "ended"
        elif start is not None and self.world.now() - start < _ACTIVE_WINDOW:
            status = "active"
        else:
            status = "unknown"
        return Held(str(row["id"]), start, status)

    def _rows(self) -> list[_Kept]:
        self.catch_up()
        return list(self._kept.values())

    def _keep(self, row: _Row) -> None:
        self._kept[row["id"]] = _Kept(row, json.dumps(row))

    async def _list(self, request: web.Request) -> web.Response:
        _authenticate(request)
        rows = self._rows()
        for name, value in _last_values(request).items():
            rows = self._filtered(rows, name, value)
        # No ORDER BY: insertion order, but for rows that were updated later.
        random.Random(f"{self._seed}-{len(rows)}").shuffle(rows)
        text = f"[{', '.join(kept.text for kept in rows)}]"
        return _json(text, headers={"Vary": "Accept, Origin"})

    def _filtered(self, rows: list[_Kept], name: str, value: str) -> list[_Kept]:
        """Filter as the server does: an unknown name or an invalid value is dropped."""
        if name not in _FILTERS or value == "":
            return rows
        field, read = _FILTERS[name]
        wanted = read(value)
        if wanted is None:
            return [] if self._fails_closed else rows
        return [kept for kept in rows if kept.row[field] == wanted]

    async def _detail(self, request: web.Request) -> web.Response:
        _authenticate(request)
        wanted = request.match_info["id"]
        # get_id_not_a_number_500.json; a number that does not fit the column fails in the database.
        if not re.fullmatch("[0-9]{1,10}", wanted) or int(wanted) > _LARGEST_ID:
            return web.Response(status=500, text=_SERVER_ERROR, content_type="text/html")
        self.catch_up()
        if int(wanted) in self._kept:
            return _json(self._kept[int(wanted)].text)
        return _json('{"detail": "Not found."}', status=404)

    async def _redirect(self, request: web.Request) -> web.Response:
        # list_no_trailing_slash_301.json: relative, query kept, empty body.
        query = f"?{request.rel_url.raw_query_string}" if request.query_string else ""
        return web.Response(
            status=301, headers={"Location": f"{request.path}/{query}"}, content_type="text/html"
        )

    async def _unknown(self, _request: web.Request) -> web.Response:
        # get_unknown_path_404_html.json: HTML even when JSON is asked for.
        return web.Response(status=404, text="<h1>Not Found</h1>", content_type="text/html")


def _authenticate(request: web.Request) -> None:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "token":
        _refuse("Authentication credentials were not provided.")
    if not token:
        _refuse("Invalid token header. No credentials provided.")
    if token != TOKEN:
        _refuse("Invalid token.")


def _refuse(detail: str) -> None:
    raise web.HTTPUnauthorized(
        text=f'{{"detail":"{detail}"}}',
        content_type="application/json",
        headers={"WWW-Authenticate": "Token"},
    )


def _json(
    text: str, *, status: int = 200, headers: Mapping[str, str] | None = None
) -> web.Response:
    return web.Response(text=text, status=status, content_type="application/json", headers=headers)


def _last_values(request: web.Request) -> dict[str, str]:
    """Take the last of repeated parameters (list_project_id_repeated.json)."""
    return dict(request.query.items())


def _number(value: str) -> int | None:
    """Read a number, of which a fraction is cut, as 1 from 1.5."""
    found = re.fullmatch(r"(-?[0-9]{1,9})(?:\.[0-9]*)?", value)
    return int(found[1]) if found else None


def _moment(value: str) -> str | None:
    """Read a time as rows have it: one with an offset, or a day, is none of theirs."""
    try:
        return datetime.fromisoformat(value).isoformat()
    except ValueError:
        return None


# By its name, the field that a filter looks at, and what it compares with: none for a value it
# takes as invalid. Half of them are in no document (list_timezone_undocumented.json and others).
_FILTERS: dict[str, tuple[str, Callable[[str], object]]] = {
    "project_id": ("project_id", _number),
    "project": ("project_id", _PROJECTS.get),
    "language_id": ("language_id", _number),
    # Letter case and all, and no region (list_language_upper_case.json).
    "language": ("language_id", lambda code: _LANGUAGES.get(code, _NO_LANGUAGE)),
    "geo_listen_enabled": ("geo_listen_enabled", _BOOLEANS.get),
    "demo_stream_enabled": ("demo_stream_enabled", _BOOLEANS.get),
    "device_id": ("device_id", str),
    "client_type": ("client_type", str),
    "client_system": ("client_system", str),
    "timezone": ("timezone", str),
    "starttime": ("starttime", _moment),
    "stoptime": ("stoptime", _moment),
}


def _id(stay: Stay) -> int:
    """Count upwards, with a gap now and then: a failed insert leaves one."""
    return stay.number + stay.number // 40


def _start(stay: Stay) -> datetime:
    # Every eighth stamp has no fraction of a second, and then none is written.
    return stay.start.replace(microsecond=0) if stay.number % 8 == 0 else stay.start


def _stops_before_it_starts(stay: Stay) -> bool:
    # POST accepts any stop time.
    return stay.number % 97 == 0


def _stop(stay: Stay) -> datetime | None:
    """Stop hardly ever: no server version writes it, only staff by hand."""
    if _stops_before_it_starts(stay):
        return _start(stay) - timedelta(minutes=4)
    if stay.number % 31 == 0:
        return _start(stay) + timedelta(minutes=4, seconds=4)
    return None


def _naive(instant: datetime | None) -> str | None:
    """Write UTC without an offset.

    The database takes it for the server's local time, so that what falls into the hour that its
    clocks skip in spring comes back an hour later.
    """
    if instant is None:
        return None
    local = instant.replace(tzinfo=_SERVER_ZONE).astimezone(UTC).astimezone(_SERVER_ZONE)
    return local.replace(tzinfo=None).isoformat()


def _instant(written: str | None) -> datetime | None:
    return datetime.fromisoformat(written).replace(tzinfo=UTC) if written else None


def _user_agent(stay: Stay) -> str:
    """Cut what a browser says of itself at 127 characters, maybe in a word (list_geo_true.json)."""
    whole = stay.choose(
        "Mozilla/5.0 (X11; Linux x86_64; rv:109.0) Gecko/20100101 Firefox/119.0",
        "Mozilla/5.0 (iPhone; CPU iPhone OS 16_6 like Mac OS X) AppleWebKit/605.1.15"
        " (KHTML, like Gecko) Version/16.6 Mobile/15E148 Safari/604.1",
    )
    return whole[:127]


def _row(stay: Stay) -> _Row:
    client_type = stay.choose("web", "iPhone", "iPad", "Android", "")
    systems = {
        "web": _user_agent(stay),
        "iPhone": "iOS 15.1",
        "iPad": "iOS 16.6",
        "Android": "Android 9",
    }
    return {
        "id": _id(stay),
        # The web client's default is fourteen zeros, so strangers can share a device.
        "device_id": stay.choose(f"{stay.person.number:014d}", "0" * 14) if client_type else None,
        "starttime": _naive(_start(stay)),
        "stoptime": _naive(_stop(stay)),
        "client_type": client_type or None,
        "client_system": systems.get(client_type),
        "demo_stream_enabled": stay.number % 11 == 0,
        "geo_listen_enabled": stay.number % 3 != 0,
        # Only the shape is checked, so the documentation's -8000 passes.
        "timezone": stay.choose("0000", "+0100", "-0500", "-8000"),
        "project_id": 1 + stay.number % 3,
        "language_id": (None, 1, 2, 3)[stay.number % 4],
    }
