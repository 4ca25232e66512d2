"""A stand-in for a Roundware server (develop 685a4d9), after ``tests/recordings/roundware``."""

import random
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import ClassVar

from aiohttp import web

from adapters.simulators.server import VendorServer
from adapters.simulators.world import Held, Stay

TOKEN = "0123456789abcdef0123456789abcdef01234567"  # noqa: S105  # made up, as in the recordings

_BASE = "/api/2"
_ACTIVE_WINDOW = timedelta(seconds=3600)
_BOOLEANS = {"true": True, "1": True, "false": False, "0": False}
# What a filter compares with, none for a value it takes as invalid.
_FILTERS: dict[str, Callable[[str], object]] = {
    "project_id": lambda value: int(value) if value.isdigit() else None,
    "language_id": lambda value: int(value) if value.isdigit() else None,
    "geo_listen_enabled": _BOOLEANS.get,
    "demo_stream_enabled": _BOOLEANS.get,
    "device_id": str,
    "client_type": str,
}
_SERVER_ERROR = "<!doctype html>\n<title>Server Error (500)</title><h1>Server Error (500)</h1>\n"


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

    def options(self, address: str) -> dict[str, object]:
        """Reach the API below its version."""
        return {"url": f"{address}{_BASE}", "token": TOKEN}

    def routes(self) -> list[web.AbstractRouteDef]:
        """Serve the list and one session; a missing slash is a redirect, not an answer."""
        return [
            web.get(f"{_BASE}/sessions/", self._list),
            web.get(f"{_BASE}/sessions", self._redirect),
            web.get(f"{_BASE}/sessions/{{id}}/", self._detail),
            web.get(f"{_BASE}/sessions/{{id}}", self._redirect),
            web.route("*", "/{unknown:.*}", self._unknown),
        ]

    def held(self) -> list[Held]:
        """Tell every row; only a stop time, or the first hour, tells a status."""
        return [self._held(stay) for stay in self.world.stays()]

    def _held(self, stay: Stay) -> Held:
        if _stop(stay) is not None and not _stops_before_it_starts(stay):
            status = "ended"
        elif self.world.now() - stay.start < _ACTIVE_WINDOW:
            status = "active"
        else:
            status = "unknown"
        return Held(str(_id(stay)), _start(stay), status)

    async def _list(self, request: web.Request) -> web.Response:
        _authenticate(request)
        rows = [_row(stay) for stay in self.world.stays()]
        for name, values in _last_values(request).items():
            rows = self._filtered(rows, name, values)
        # No ORDER BY: insertion order, but for rows that were updated later.
        random.Random(f"{self._seed}-{len(rows)}").shuffle(rows)
        return web.json_response(rows, headers={"Vary": "Accept, Origin"})

    def _filtered(
        self, rows: list[dict[str, object]], name: str, value: str
    ) -> list[dict[str, object]]:
        """Filter as the server does: an unknown name or an invalid value is dropped."""
        if name not in _FILTERS:
            return rows
        wanted = _FILTERS[name](value)
        if wanted is None:
            return [] if self._fails_closed else rows
        return [row for row in rows if row[name] == wanted]

    async def _detail(self, request: web.Request) -> web.Response:
        _authenticate(request)
        wanted = request.match_info["id"]
        if not wanted.isdigit():  # get_id_not_a_number_500.json
            return web.Response(status=500, text=_SERVER_ERROR, content_type="text/html")
        for stay in self.world.stays():
            if _id(stay) == int(wanted):
                return web.json_response(_row(stay))
        return web.json_response({"detail": "Not found."}, status=404)

    async def _redirect(self, request: web.Request) -> web.Response:
        # list_no_trailing_slash_301.json: relative, query kept, empty body.
        query = f"?{request.query_string}" if request.query_string else ""
        return web.Response(status=301, headers={"Location": f"{request.path}/{query}"})

    async def _unknown(self, _request: web.Request) -> web.Response:
        # get_unknown_path_404_html.json: HTML even when JSON is asked for.
        return web.Response(status=404, text="<h1>Not Found</h1>", content_type="text/html")


def _authenticate(request: web.Request) -> None:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "token":
        _refuse("Authentication credentials were not provided.")
    if token != TOKEN:
        _refuse("Invalid token.")


def _refuse(detail: str) -> None:
    raise web.HTTPUnauthorized(
        text=f'{{"detail":"{detail}"}}',
        content_type="application/json",
        headers={"WWW-Authenticate": "Token"},
    )


def _last_values(request: web.Request) -> dict[str, str]:
    """Take the last of repeated parameters (list_project_id_repeated.json)."""
    return dict(request.query.items())


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
    return instant.replace(tzinfo=None).isoformat() if instant else None


def _row(stay: Stay) -> dict[str, object]:
    client_type = stay.choose("web", "iPhone", "iPad", "Android", "")
    systems = {
        "web": "Mozilla/5.0 (X11; Linux x86_64; rv:109.0) Gecko/20100101 Firefox/119.0",
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
