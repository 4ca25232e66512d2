"""A stand-in for a Canopsis server of 2021 or of 2020, after ``tests/recordings/canopsis``.

Comments name a recording by its beginning: "final-06" is ``final-06-list-filters.json``. Where
only "final" is named, "v2020" shows the same.
"""

import json
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from email.utils import format_datetime
from http import HTTPStatus
from typing import ClassVar, TypeAlias

from aiohttp import web
from aiohttp.typedefs import Handler

from adapters.simulators.canopsis.accounts import (
    ACCOUNTS,
    Account,
    Accounts,
    Login,
    Refused,
    by_form,
)
from adapters.simulators.canopsis.dialects import AS_RECORDED, FINAL, V2020, Dialect, Manners
from adapters.simulators.canopsis.documents import Document, Documents, identity_of
from adapters.simulators.canopsis.facts import FACTS
from adapters.simulators.canopsis.listing import filtered, listed
from adapters.simulators.canopsis.replies import fault, json_reply, page, redirect
from adapters.simulators.server import VendorServer
from adapters.simulators.world import Held

__all__ = ["AS_RECORDED", "FACTS", "FINAL", "V2020", "CanopsisSimulator", "Dialect", "Manners"]

_BASE = "/api/v2"
_LONGEST_REQUEST_LINE = 4094  # gunicorn, "Settings", limit_request_line

_Answer: TypeAlias = Callable[[web.Request, Login], Awaitable[web.Response]]


class _NotValid(Exception):
    """The caller has no active session, and this version wants one."""


class CanopsisSimulator(VendorServer):
    """Lists everybody's documents to anybody, in the order they came in."""

    adapter: ClassVar[str] = "canopsis"
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
        self._dialect = manners.dialect
        self._accounts = Accounts(manners.dialect)
        self._documents = Documents(self.world, seed, manners.alive_seconds)

    def load(self, documents: Iterable[Mapping[str, object]]) -> None:
        """Hold these documents alone, and what callers write from now on."""
        self._documents.load(documents)

    def forget_log_ins(self) -> None:
        """Know no cookie any more, as after a restart that lost them."""
        self._accounts.forget()

    def change(self, manners: Manners) -> None:
        """Behave otherwise from now on; the version remains."""
        self._manners = replace(manners, dialect=self._dialect)

    def options(self, address: str) -> dict[str, object]:
        """Let in with a key."""
        return {
            "url": address,
            "auth_key": ACCOUNTS[0].key,
            "dialect": self._dialect.name,
            "active_window_s": self._manners.alive_seconds,
        }

    def routes(self) -> list[web.AbstractRouteDef]:
        """Serve the calls; no other method, and no trailing slash (final-02)."""
        writes = f"sessionstart|keepalive|{self._dialect.navigation}"
        return [
            web.post("/auth", self._log_in),
            web.get(f"{_BASE}/sessions", self._to_users(self._list), name="listing"),
            web.route("*", f"{_BASE}/{{call:{writes}}}", self._write, name="write"),
            web.route("*", f"{_BASE}/sessions", self._refuse_method),
            web.route("*", "/{unknown:.*}", _not_found),
        ]

    def held(self) -> list[Held]:
        """Tell every document: active for a while after its last ping, and ended from then."""
        return [self._held(document) for document in self._documents.all(self._second())]

    def catch_up(self) -> None:
        """Let come who has come by now, and count what everybody looks at."""
        self._documents.all(self._second())

    def _held(self, document: Document) -> Held:
        silence = self.world.now() - datetime.fromtimestamp(document.last_ping, UTC)
        return Held(
            document.id,
            datetime.fromtimestamp(document.start, UTC),
            "active" if silence.total_seconds() < self._manners.alive_seconds else "ended",
            frozenset({document.username}),
        )

    def _second(self) -> int:
        return int(self.world.now().timestamp())

    def _to_users(self, answer: _Answer) -> Handler:
        """Let callers in before they are answered."""

        async def handle(request: web.Request) -> web.Response:
            if len(_request_line(request)) > _LONGEST_REQUEST_LINE:
                return page(HTTPStatus.BAD_REQUEST, "Request Line is too large")
            try:
                login = self._accounts.let_in(request, self._second())
            except Refused as refused:
                return self._dated(page(refused.status, str(refused)))
            reply = self._dated(await _guarded(answer, request, login))
            return self._accounts.hand_over(login, request, reply)

        return handle

    def _dated(self, reply: web.Response) -> web.Response:
        """Tell the server's second, which is also that of a log-in (final-03, step 1)."""
        reply.headers["Date"] = format_datetime(self.world.now().astimezone(UTC), usegmt=True)
        return reply

    async def _write(self, request: web.Request) -> web.StreamResponse:
        """Find the call that writes, by its name and its method."""
        calls = {"sessionstart": self._start, "keepalive": self._keepalive}
        call = request.match_info["call"]
        if request.method not in _methods_of(call):
            return await self._refuse_method(request)
        reply = await self._to_users(calls.get(call, self._navigate))(request)
        if self._manners.drops_writes and request.transport is not None:
            request.transport.abort()
        return reply

    async def _refuse_method(self, request: web.Request) -> web.Response:
        """Refuse a method; ``Allow`` names the refused one in the later version (final-02)."""
        reply = page(HTTPStatus.METHOD_NOT_ALLOWED, "Method not allowed.")
        allowed = ",".join(_methods_of(request.match_info.get("call", "sessions")))
        refused = request.method
        reply.headers["Allow"] = refused if self._dialect.allows_what_it_refuses else allowed
        return reply

    async def _log_in(self, request: web.Request) -> web.Response:
        """Log in by a form or by JSON (final-01, steps 13 to 16; final-10, step 4)."""
        is_json = request.content_type == "application/json"
        fields = await request.json() if is_json else await request.post()
        wants_json = str(fields.get("json_response")).lower() == "true"
        account = by_form(fields)
        if account is None:
            words = {"name": "", "description": "Wrong login or password"}
            return (
                json_reply(words, HTTPStatus.FORBIDDEN) if wants_json else redirect("/?logerror=1")
            )
        try:
            login = self._accounts.remember(request, account, self._second())
        except Refused as refused:
            return page(refused.status, str(refused))
        reply = json_reply(_profile(account)) if wants_json else redirect("/")
        return self._accounts.hand_over(login, request, reply)

    async def _start(self, _request: web.Request, login: Login) -> web.Response:
        """Start, or do nothing while active (final-03, steps 1, 2 and 17)."""
        name, now = login.account.name, self._second()
        identity = identity_of(name, login.second)
        if self._documents.active(identity, now) is None:
            self._documents.insert(name, identity, now)
        return json_reply({"description": "Session Start"})

    async def _keepalive(self, request: web.Request, login: Login) -> web.Response:
        """Take the body for JSON whatever it is called; any true value is visible (final-05, 13).

        Nothing is checked first: see ``_guarded``.
        """
        asked = json.loads(await request.text())
        visible, path = asked["visible"], asked["path"]
        document, now = self._current(login), self._second()
        if visible:
            document.visit(path, now, takes_dots=self._manners.takes_dots)
        else:
            document.ping(now)
        told = {"visible": visible, "paths": path, "description": "Session keepalive", "time": now}
        return json_reply(told)

    async def _navigate(self, request: web.Request, login: Login) -> web.Response:
        """Do as a visible keepalive does, and say nothing (final-02, step 8)."""
        path = json.loads(await request.text())["path"]
        document = self._current(login)
        document.visit(path, self._second(), takes_dots=self._manners.takes_dots)
        return web.Response(content_type="text/html")

    async def _list(self, request: web.Request, login: Login) -> web.Response:
        """List whoever asks for it everybody's documents; the earlier version knows a bar."""
        if not self._dialect.starts_silently:
            self._current(login)  # v2020-04, step 4
        now = self._second()
        since = now - self._manners.alive_seconds
        found = filtered(self._documents.all(now), request.query, since)
        return json_reply(listed(found, self._manners))

    def _current(self, login: Login) -> Document:
        """Give the caller's active document; without one it is started, or missed (v2020-04)."""
        name, now = login.account.name, self._second()
        identity = identity_of(name, login.second)
        document = self._documents.active(identity, now)
        if document is None and not self._dialect.starts_silently:
            raise _NotValid
        return document or self._documents.insert(name, identity, now)


async def _guarded(answer: _Answer, request: web.Request, login: Login) -> web.Response:
    """Break wherever the server does: on a name beyond ASCII, and on most odd bodies."""
    try:
        if not login.account.name.isascii():  # final-10
            return fault()
        return await answer(request, login)
    except _NotValid:
        words = {"name": "", "description": "Session Not Valid"}
        return json_reply(words, HTTPStatus.BAD_REQUEST)
    except (LookupError, TypeError, ValueError):  # final-05
        return fault()


def _methods_of(call: str) -> tuple[str, ...]:
    """Give the methods of a call: to begin a session is a GET (final-02, steps 1 to 5)."""
    return ("GET", "HEAD") if call in ("sessions", "sessionstart") else ("POST",)


async def _not_found(request: web.Request) -> web.Response:
    """Know no other path (final-02, steps 6 to 11)."""
    return page(HTTPStatus.NOT_FOUND, f"Not found: {request.path!r}")


def _request_line(request: web.Request) -> str:
    return f"{request.method} {request.raw_path} HTTP/1.1"


def _profile(account: Account) -> dict[str, object]:
    return {
        "authkey": account.key,
        "mail": f"{account.name}@example.invalid",
        "contact": {"name": account.name[:1].upper() + account.name[1:], "address": ""},
        "role": "admin",
        "crecord_name": account.name,
    }
