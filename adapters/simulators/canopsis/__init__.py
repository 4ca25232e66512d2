"""A stand-in for a Canopsis server of 2021, after ``tests/recordings/canopsis``.

Comments name a recording by its beginning: "final-06" is ``final-06-list-filters.json``.
"""

import json
from collections.abc import Awaitable, Callable, Iterable, Mapping
from datetime import UTC, datetime, timedelta
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
from adapters.simulators.canopsis.documents import Document, Documents, identity_of
from adapters.simulators.server import VendorServer
from adapters.simulators.world import Held

_BASE = "/api/v2"
_ACTIVE_WINDOW = timedelta(seconds=300)

_Answer: TypeAlias = Callable[[web.Request, Login], Awaitable[web.Response]]


class CanopsisSimulator(VendorServer):
    """Lists everybody's documents to anybody, in the order they came in."""

    adapter: ClassVar[str] = "canopsis"

    def __init__(self, *, rows: int, seed: int, clock: Callable[[], datetime]) -> None:
        super().__init__(rows=rows, seed=seed, clock=clock)
        self._accounts = Accounts()
        self._documents = Documents(self.world, seed)

    def load(self, documents: Iterable[Mapping[str, object]]) -> None:
        """Hold these documents alone, and what callers write from now on."""
        self._documents.load(documents)

    def options(self, address: str) -> dict[str, object]:
        """Let in with a key."""
        return {"url": address, "auth_key": ACCOUNTS[0].key}

    def routes(self) -> list[web.AbstractRouteDef]:
        """Serve the calls; no other method, and no trailing slash (final-02)."""
        calls = [
            web.post("/auth", self._log_in),
            web.get(f"{_BASE}/sessionstart", self._to_users(self._start)),
            web.post(f"{_BASE}/keepalive", self._to_users(self._keepalive)),
            web.post(f"{_BASE}/session_tracepath", self._to_users(self._navigate)),
            web.get(f"{_BASE}/sessions", self._to_users(self._list), name="listing"),
        ]
        others = [web.route("*", call.path, _wrong_method) for call in calls]
        return [*calls, *others, web.route("*", "/{unknown:.*}", _not_found)]

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
                return _page(refused.status, str(refused))
            return login.hand_over(request, await _guarded(answer, request, login))

        return handle

    async def _log_in(self, request: web.Request) -> web.Response:
        """Log in by a form or by JSON (final-01, steps 13 to 16; final-10, step 4)."""
        is_json = request.content_type == "application/json"
        fields = await request.json() if is_json else await request.post()
        wants_json = str(fields.get("json_response")).lower() == "true"
        account = by_form(fields)
        if account is None:
            words = {"name": "", "description": "Wrong login or password"}
            return _json(words, HTTPStatus.FORBIDDEN) if wants_json else _redirect("/?logerror=1")
        login = self._accounts.remember(request, account, self._second())
        reply = _json(_profile(account)) if wants_json else _redirect("/")
        return login.hand_over(request, reply)

    async def _start(self, _request: web.Request, login: Login) -> web.Response:
        """Start, or do nothing while active (final-03, steps 1, 2 and 17)."""
        self._current(login)
        return _json({"description": "Session Start"})

    async def _keepalive(self, request: web.Request, login: Login) -> web.Response:
        """Take the body for JSON whatever it is called; any true value is visible (final-05, 13).

        Nothing is checked first: see ``_guarded``.
        """
        asked = json.loads(await request.text())
        visible, path = asked["visible"], asked["path"]
        document, now = self._current(login), self._second()
        if visible:
            document.visit(path, now)
        else:
            document.ping(now)
        told = {"visible": visible, "paths": path, "description": "Session keepalive", "time": now}
        return _json(told)

    async def _navigate(self, request: web.Request, login: Login) -> web.Response:
        """Do as a visible keepalive does, and say nothing (final-02, step 8)."""
        path = json.loads(await request.text())["path"]
        self._current(login).visit(path, self._second())
        return web.Response(content_type="text/html")

    async def _list(self, request: web.Request, _login: Login) -> web.Response:
        """List whoever asks for it everybody's documents."""
        now = self._second()
        found = _filtered(self._documents.all(now), request, now)
        return _json({"description": "Sessions", "sessions": found})

    def _current(self, login: Login) -> Document:
        """Give the caller's active document; without one each call starts it (final-04)."""
        name = login.account.name
        return self._documents.current(name, identity_of(name, login.second), self._second())


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
    except (LookupError, TypeError, ValueError):  # final-05
        return _page(HTTPStatus.INTERNAL_SERVER_ERROR, "Internal Server Error")


async def _wrong_method(request: web.Request) -> web.Response:
    """Refuse a method; ``Allow`` names the refused one (final-02, steps 2, 4 and 5)."""
    reply = _page(HTTPStatus.METHOD_NOT_ALLOWED, "Method not allowed.")
    reply.headers["Allow"] = request.method
    return reply


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
