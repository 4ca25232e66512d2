"""A stand-in for a Canopsis server of 2021 or of 2020, after ``tests/recordings/canopsis``.

Comments name a recording by its beginning: "final-06" is ``final-06-list-filters.json``. Where
only "final" is named, "v2020" shows the same.
"""

import json
from collections.abc import Awaitable, Callable, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from html import escape
from http import HTTPStatus
from typing import ClassVar, TypeAlias

import msgspec
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
from adapters.simulators.server import VendorServer
from adapters.simulators.world import Held

__all__ = ["AS_RECORDED", "FINAL", "V2020", "CanopsisSimulator", "Dialect", "Manners"]

_BASE = "/api/v2"
_ACTIVE_WINDOW = timedelta(seconds=300)

_Answer: TypeAlias = Callable[[web.Request, Login], Awaitable[web.Response]]


class _NotValid(Exception):
    """The caller has no active session, and this version wants one."""


class CanopsisSimulator(VendorServer):
    """Lists everybody's documents to anybody, in the order they came in."""

    adapter: ClassVar[str] = "canopsis"

    def __init__(
        self,
        *,
        rows: int,
        seed: int,
        clock: Callable[[], datetime],
        dialect: Dialect = FINAL,
        manners: Manners = AS_RECORDED,
    ) -> None:
        super().__init__(rows=rows, seed=seed, clock=clock)
        self._dialect = dialect
        self._manners = manners
        self._accounts = Accounts(dialect)
        self._documents = Documents(self.world, seed)
        self.is_dropping_writes = False
        """Whether writes are carried out, and the connection broken off before the answer."""

    def load(self, documents: Iterable[Mapping[str, object]]) -> None:
        """Hold these documents alone, and what callers write from now on."""
        self._documents.load(documents)

    def forget_log_ins(self) -> None:
        """Know no cookie any more, as after a restart that lost them."""
        self._accounts.forget()

    def options(self, address: str) -> dict[str, object]:
        """Let in with a key."""
        return {"url": address, "auth_key": ACCOUNTS[0].key, "dialect": self._dialect.name}

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
        """Tell every document: active for 300 seconds after its last ping, and ended from then."""
        return [self._held(document) for document in self._documents.all(self._second())]

    def catch_up(self) -> None:
        """Let come who has come by now, and count what everybody looks at."""
        self._documents.all(self._second())

    def _held(self, document: Document) -> Held:
        silence = self.world.now() - datetime.fromtimestamp(document.last_ping, UTC)
        return Held(
            document.id,
            datetime.fromtimestamp(document.start, UTC),
            "active" if silence < _ACTIVE_WINDOW else "ended",
            frozenset({document.username}),
        )

    def _second(self) -> int:
        return int(self.world.now().timestamp())

    def _to_users(self, answer: _Answer) -> Handler:
        """Let callers in before they are answered."""

        async def handle(request: web.Request) -> web.Response:
            try:
                login = self._accounts.let_in(request, self._second())
            except Refused as refused:
                return self._dated(_page(refused.status, str(refused)))
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
        if self.is_dropping_writes and request.transport is not None:
            request.transport.abort()
        return reply

    async def _refuse_method(self, request: web.Request) -> web.Response:
        """Refuse a method; ``Allow`` names the refused one in the later version (final-02)."""
        reply = _page(HTTPStatus.METHOD_NOT_ALLOWED, "Method not allowed.")
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
            return _json(words, HTTPStatus.FORBIDDEN) if wants_json else _redirect("/?logerror=1")
        try:
            login = self._accounts.remember(request, account, self._second())
        except Refused as refused:
            return _page(refused.status, str(refused))
        reply = _json(_profile(account)) if wants_json else _redirect("/")
        return self._accounts.hand_over(login, request, reply)

    async def _start(self, _request: web.Request, login: Login) -> web.Response:
        """Start, or do nothing while active (final-03, steps 1, 2 and 17)."""
        name, now = login.account.name, self._second()
        identity = identity_of(name, login.second)
        if self._documents.active(identity, now) is None:
            self._documents.insert(name, identity, now)
        return _json({"description": "Session Start"})

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
        return _json(told)

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
        found = _filtered(self._documents.all(now), request, now)
        return _json({"description": "Sessions", "sessions": found})

    def _current(self, login: Login) -> Document:
        """Give the caller's active document; without one it is started, or missed (v2020-04)."""
        name, now = login.account.name, self._second()
        identity = identity_of(name, login.second)
        document = self._documents.active(identity, now)
        if document is None and not self._dialect.starts_silently:
            raise _NotValid
        return document or self._documents.insert(name, identity, now)


def _filtered(documents: list[Document], request: web.Request, now: int) -> list[Document]:
    """Filter as final-06 shows; what is not named here is ignored (steps 15 and 27 to 32)."""
    query = request.query
    if "started_after" in query or "stopped_before" in query:
        return []  # 18 to 25: it compares a text with a number
    if "usernames[]" in query:  # 9 to 17
        wanted = set(query.getall("usernames[]"))
        documents = [document for document in documents if document.username in wanted]
    if "active" not in query:
        return documents
    if query.getall("active")[-1] == "true":  # 4 and 26; of several the last counts (33)
        return [document for document in documents if document.is_active(now)]
    return [document for document in documents if document.is_inactive(now)]  # 5 to 8


async def _guarded(answer: _Answer, request: web.Request, login: Login) -> web.Response:
    """Break wherever the server does: on a name beyond ASCII, and on most odd bodies."""
    try:
        if not login.account.name.isascii():  # final-10
            return _page(HTTPStatus.INTERNAL_SERVER_ERROR, "Internal Server Error")
        return await answer(request, login)
    except _NotValid:
        words = {"name": "", "description": "Session Not Valid"}
        return _json(words, HTTPStatus.BAD_REQUEST)
    except (LookupError, TypeError, ValueError):  # final-05
        return _page(HTTPStatus.INTERNAL_SERVER_ERROR, "Internal Server Error")


def _methods_of(call: str) -> tuple[str, ...]:
    """Give the methods of a call: to begin a session is a GET (final-02, steps 1 to 5)."""
    return ("GET", "HEAD") if call in ("sessions", "sessionstart") else ("POST",)


async def _not_found(request: web.Request) -> web.Response:
    """Know no other path (final-02, steps 6 to 11)."""
    return _page(HTTPStatus.NOT_FOUND, f"Not found: {request.path!r}")


def _profile(account: Account) -> dict[str, object]:
    return {
        "authkey": account.key,
        "mail": f"{account.name}@example.invalid",
        "contact": {"name": account.name[:1].upper() + account.name[1:], "address": ""},
        "role": "admin",
        "crecord_name": account.name,
    }


def _json(body: object, status: HTTPStatus = HTTPStatus.OK) -> web.Response:
    return web.Response(
        body=msgspec.json.encode(body),
        status=status,
        content_type="application/json",
        headers={"Cache-Control": "public, no-cache"},
    )


def _page(status: HTTPStatus, words: str) -> web.Response:
    """Tell an error in HTML, as all are told but that of the log-in form."""
    title = f"Error: {status.value} {status.phrase}"
    text = f"<html><h1>{title}</h1><pre>{escape(words)}</pre></html>"
    return web.Response(text=text, status=status, content_type="text/html")


def _redirect(target: str) -> web.Response:
    return web.Response(
        status=HTTPStatus.SEE_OTHER, headers={"Location": target}, content_type="text/html"
    )
