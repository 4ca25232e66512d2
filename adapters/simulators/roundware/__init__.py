"""A stand-in for a Roundware server (develop 685a4d9), after ``tests/recordings/roundware``."""

import json
import random
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar

from aiohttp import web

from adapters.simulators.roundware.creating import Invalid, ServerFault, posted
from adapters.simulators.roundware.filters import FILTERS
from adapters.simulators.roundware.rows import (
    LANGUAGES,
    PROJECTS,
    Row,
    id_of,
    instant_of,
    row_of,
)
from adapters.simulators.server import VendorServer
from adapters.simulators.world import Held

__all__ = ["TOKEN", "RoundwareSimulator"]

TOKEN = "0123456789abcdef0123456789abcdef01234567"  # noqa: S105  # made up, as in the recordings

_BASE = "/api/2"
_ACTIVE_WINDOW = timedelta(seconds=3600)
_LARGEST_ID = 2**31 - 1
_SERVER_ERROR = "<!doctype html>\n<title>Server Error (500)</title><h1>Server Error (500)</h1>\n"
_NAMES = {"en": "English", "es": "Spanish", "fr": "French", "de": "German", "ja": "Japanese"}
_FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")


@dataclass(frozen=True, slots=True)
class _Kept:
    """A row, which never changes, and how it is written."""

    row: Row
    text: str


class RoundwareSimulator(VendorServer):
    """Lists every session it has, in no order, whatever it is asked for.

    ``fails_closed``: an invalid filter value brings nothing, as with the library servers used
    until 2020, rather than everything. ``drops_writes``: a write is carried out, and the connection
    broken off without an answer.
    """

    adapter: ClassVar[str] = "roundware"

    def __init__(
        self,
        *,
        rows: int,
        seed: int,
        clock: Callable[[], datetime],
        fails_closed: bool = False,
        drops_writes: bool = False,
    ) -> None:
        super().__init__(rows=rows, seed=seed, clock=clock)
        self._fails_closed = fails_closed
        self._drops_writes = drops_writes
        self._seed = seed
        self._news = self.world.watch()
        self._kept: dict[int, _Kept] = {}

    def load(self, rows: Iterable[Row]) -> None:
        """Hold these rows alone."""
        self._news = list  # of nothing, from now on
        self._kept = {}
        for row in rows:
            self._keep(row)

    def options(self, address: str) -> dict[str, object]:
        """Reach the API below its version."""
        return {"url": f"{address}{_BASE}", "token": TOKEN}

    def routes(self) -> list[web.AbstractRouteDef]:
        """Serve the list, one session, and a new one; a missing slash is a redirect, no answer."""
        return [
            web.get(f"{_BASE}/sessions/", self._list, name="listing"),
            web.get(f"{_BASE}/sessions/{{id}}/", self._detail, name="detail"),
            web.post(f"{_BASE}/sessions/", self._create, name="write"),
            web.get(f"{_BASE}/languages/", self._languages),
            web.get(f"{_BASE}/projects/", self._projects),
            web.route("*", f"{_BASE}/sessions", self._redirect),
            web.route("*", f"{_BASE}/sessions/{{id}}", self._redirect),
            web.route("*", f"{_BASE}/sessions/", self._refuse_method),
            web.route("*", f"{_BASE}/sessions/{{id}}/", self._refuse_method),
            web.route("*", "/{unknown:.*}", self._unknown),
        ]

    def held(self) -> list[Held]:
        """Tell every row; only a stop time, or the first hour, tells a status."""
        return [self._held(kept.row) for kept in self._rows()]

    def catch_up(self) -> None:
        """Write the rows of what began, and drop those of what was deleted."""
        for change in self._news():
            if change.is_deletion:
                del self._kept[id_of(change.stay)]
            else:
                self._keep(row_of(change.stay))

    def _held(self, row: Row) -> Held:
        start, stop = instant_of(row["starttime"]), instant_of(row["stoptime"])
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

    def _keep(self, row: Row) -> None:
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
        if name not in FILTERS or value == "":
            return rows
        field, read = FILTERS[name]
        wanted = read(value)
        if wanted is None:
            return [] if self._fails_closed else rows
        return [kept for kept in rows if kept.row[field] == wanted]

    async def _detail(self, request: web.Request) -> web.Response:
        _authenticate(request)
        wanted = request.match_info["id"]
        # get_id_not_a_number_500.json; a number that does not fit the column fails in the database.
        if not re.fullmatch("[0-9]{1,10}", wanted) or int(wanted) > _LARGEST_ID:
            return _fault()
        self.catch_up()
        if int(wanted) in self._kept:
            return _json(self._kept[int(wanted)].text)
        return _json('{"detail": "Not found."}', status=404)

    async def _create(self, request: web.Request) -> web.Response:
        _authenticate(request)
        if request.content_type in _FORMS:
            return _fault()  # post_form_encoded_500.json
        if request.content_type != "application/json":
            detail = f'Unsupported media type "{request.content_type}" in request.'
            return _json(json.dumps({"detail": detail}), status=415)
        try:
            row = self._begun(posted(json.loads(await request.read())))
        except ValueError as error:
            detail = f"JSON parse error - {error}"
            return _json(json.dumps({"detail": detail}), status=400)
        except ServerFault:
            return _fault()
        except Invalid as invalid:
            return _json(json.dumps(invalid.faults), status=400)
        if self._drops_writes and request.transport is not None:
            request.transport.abort()
        return _json(json.dumps(row))  # 200: post_minimal_ok.json

    def _begun(self, row: Row) -> Row:
        """Hold a session that begins now, with a number of its own."""
        self.catch_up()
        last = max(self._kept, default=0)
        stay = self.world.insert(self.world.now())
        self.catch_up()
        begun = row_of(stay) | row | {"id": max(id_of(stay), last + 1)}
        self._keep(begun)
        return begun

    async def _languages(self, request: web.Request) -> web.Response:
        _authenticate(request)
        known = [
            {"id": number, "name": _NAMES[code], "language_code": code}
            for code, number in LANGUAGES.items()
        ]
        return _json(json.dumps(known))

    async def _projects(self, request: web.Request) -> web.Response:
        _authenticate(request)
        known = [{"id": number, "geo_listen_enabled": geo} for number, geo in PROJECTS.items()]
        return _json(json.dumps(known))

    async def _refuse_method(self, request: web.Request) -> web.Response:
        # patch_session_405.json and others.
        _authenticate(request)
        detail = f'Method "{request.method}" not allowed.'
        return _json(json.dumps({"detail": detail}), status=405)

    async def _redirect(self, request: web.Request) -> web.Response:
        # list_no_trailing_slash_301.json: relative, query kept, empty body.
        query = f"?{request.rel_url.raw_query_string}" if request.query_string else ""
        return web.Response(
            status=301, headers={"Location": f"{request.path}/{query}"}, content_type="text/html"
        )

    async def _unknown(self, _request: web.Request) -> web.Response:
        # get_unknown_path_404_html.json: HTML even when JSON is asked for.
        return web.Response(status=404, text="<h1>Not Found</h1>", content_type="text/html")


def _fault() -> web.Response:
    return web.Response(status=500, text=_SERVER_ERROR, content_type="text/html")


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
