"""A stand-in for a Roundware server (develop 685a4d9), after ``tests/recordings/roundware``."""

import json
import random
import re
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar, TypeAlias

from aiohttp import web
from aiohttp.typedefs import Handler

from adapters.simulators.roundware.creating import Invalid, ServerFault, posted
from adapters.simulators.roundware.door import TOKEN, Door, Form, form_for
from adapters.simulators.roundware.facts import FACTS
from adapters.simulators.roundware.filters import FILTERS
from adapters.simulators.roundware.manners import AS_RECORDED, Manners
from adapters.simulators.roundware.replies import as_page, fault, json_reply, refusal
from adapters.simulators.roundware.rows import (
    LANGUAGES,
    PROJECTS,
    Row,
    id_of,
    instant_of,
    row_of,
    written,
)
from adapters.simulators.server import VendorServer
from adapters.simulators.world import Held

__all__ = ["AS_RECORDED", "FACTS", "TOKEN", "Manners", "RoundwareSimulator"]

_BASE = "/api/2"
_ACTIVE_WINDOW = timedelta(seconds=3600)
_LARGEST_ID = 2**31 - 1
_NAMES = {"en": "English", "es": "Spanish", "fr": "French", "de": "German", "ja": "Japanese"}
_FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")

_Answer: TypeAlias = Callable[[web.Request], Awaitable[web.Response]]


@dataclass(frozen=True, slots=True)
class _Kept:
    """A row, which never changes, and how it is written."""

    row: Row
    text: str


class RoundwareSimulator(VendorServer):
    """Lists every session it has, in no order, whatever it is asked for."""

    adapter: ClassVar[str] = "roundware"
    facts = FACTS

    def __init__(
        self,
        *,
        rows: int,
        seed: int,
        clock: Callable[[], datetime],
        manners: Manners = AS_RECORDED,
    ) -> None:
        super().__init__(rows=rows, seed=seed, clock=clock)
        self._manners = manners
        self._door = Door(clock, manners.most_a_minute)
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
        api = self._to_callers
        return [
            web.get(f"{_BASE}/sessions/", api(self._list), name="listing"),
            web.get(f"{_BASE}/sessions/{{id}}/", api(self._detail), name="detail"),
            web.post(f"{_BASE}/sessions/", api(self._create), name="write"),
            web.get(f"{_BASE}/languages/", api(self._languages)),
            web.get(f"{_BASE}/projects/", api(self._projects)),
            web.route("*", f"{_BASE}/sessions", self._redirect),
            web.route("*", f"{_BASE}/sessions/{{id}}", self._redirect),
            web.route("*", f"{_BASE}/sessions/", api(self._refuse_method)),
            web.route("*", f"{_BASE}/sessions/{{id}}/", api(self._refuse_method)),
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
                self._keep(row_of(change.stay, self._manners.zone))

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
        self._kept[row["id"]] = _Kept(row, written(row, self._manners))

    def _to_callers(self, answer: _Answer) -> Handler:
        """Let callers in, and answer in their form, but for what breaks: it is a page anyway."""

        async def handle(request: web.Request) -> web.Response:
            form = form_for(request)
            if form is None:  # list_not_acceptable_406.json
                return refusal(406, "Could not satisfy the request Accept header.")
            reply = self._door.refusal(request) or await answer(request)
            is_shown = form is Form.PAGE and reply.content_type == Form.JSON.value
            return as_page(reply) if is_shown else reply

        return handle

    async def _list(self, request: web.Request) -> web.Response:
        rows = self._rows()
        for name, value in _last_values(request).items():
            rows = self._filtered(rows, name, value)
        # No ORDER BY: insertion order, but for rows that were updated later.
        random.Random(f"{self._seed}-{len(rows)}").shuffle(rows)
        text = f"[{', '.join(kept.text for kept in rows)}]"
        if self._manners.has_envelope:
            text = f'{{"count": {len(rows)}, "next": null, "previous": null, "results": {text}}}'
        return json_reply(text, headers={"Vary": "Accept, Origin"})

    def _filtered(self, rows: list[_Kept], name: str, value: str) -> list[_Kept]:
        """Filter as the server does: an unknown name or an invalid value is dropped."""
        if name not in FILTERS or value == "":
            return rows
        field, read = FILTERS[name]
        wanted = read(value)
        if wanted is None:
            return [] if self._manners.fails_closed else rows
        return [kept for kept in rows if kept.row[field] == wanted]

    async def _detail(self, request: web.Request) -> web.Response:
        wanted = request.match_info["id"]
        # get_id_not_a_number_500.json; a number that does not fit the column fails in the database.
        if not re.fullmatch("[0-9]{1,10}", wanted) or int(wanted) > _LARGEST_ID:
            return fault()
        self.catch_up()
        if int(wanted) in self._kept:
            return json_reply(self._kept[int(wanted)].text)
        if self._manners.fails_at_unknown_ids:
            return fault()
        return refusal(404, self._manners.not_found)

    async def _create(self, request: web.Request) -> web.Response:
        if request.content_type in _FORMS:
            return fault()  # post_form_encoded_500.json
        if request.content_type != "application/json":
            return refusal(415, f'Unsupported media type "{request.content_type}" in request.')
        try:
            row = self._begun(posted(json.loads(await request.read()), self._manners))
        except ValueError as error:
            return refusal(400, f"JSON parse error - {error}")
        except ServerFault:
            return fault()
        except Invalid as invalid:
            return json_reply(json.dumps(invalid.faults), status=400)
        if self._manners.drops_writes and request.transport is not None:
            request.transport.abort()
        return json_reply(written(row, self._manners))  # 200: post_minimal_ok.json

    def _begun(self, row: Row) -> Row:
        """Hold a session that begins now, with a number of its own."""
        self.catch_up()
        last = max(self._kept, default=0)
        stay = self.world.insert(self.world.now())
        self.catch_up()
        begun = row_of(stay, self._manners.zone) | row | {"id": max(id_of(stay), last + 1)}
        self._keep(begun)
        return begun

    async def _languages(self, _request: web.Request) -> web.Response:
        known = [
            {"id": number, "name": _NAMES[code], "language_code": code}
            for code, number in LANGUAGES.items()
        ]
        return json_reply(json.dumps(known))

    async def _projects(self, _request: web.Request) -> web.Response:
        known = [{"id": number, "geo_listen_enabled": geo} for number, geo in PROJECTS.items()]
        return json_reply(json.dumps(known))

    async def _refuse_method(self, request: web.Request) -> web.Response:
        # patch_session_405.json and others.
        return refusal(405, f'Method "{request.method}" not allowed.')

    async def _redirect(self, request: web.Request) -> web.Response:
        # list_no_trailing_slash_301.json: relative, query kept, empty body.
        query = f"?{request.rel_url.raw_query_string}" if request.query_string else ""
        return web.Response(
            status=301, headers={"Location": f"{request.path}/{query}"}, content_type="text/html"
        )

    async def _unknown(self, _request: web.Request) -> web.Response:
        # get_unknown_path_404_html.json: HTML even when JSON is asked for.
        return web.Response(status=404, text="<h1>Not Found</h1>", content_type="text/html")


def _last_values(request: web.Request) -> dict[str, str]:
    """Take the last of repeated parameters (list_project_id_repeated.json)."""
    return dict(request.query.items())
