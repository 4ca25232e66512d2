"""A stand-in for EMOTIV Cortex, after the parts of its API v1 documentation named in quotes."""

import json
import random
import uuid
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import ClassVar

from aiohttp import web

from adapters.simulators.cortex.rows import (
    CLIENT_ID,
    LICENSE,
    Rows,
    id_of,
    owner_of,
    start_of,
    status_of,
)
from adapters.simulators.server import VendorServer
from adapters.simulators.world import Held

CLIENT = {"client_id": CLIENT_ID, "client_secret": "made-up-secret"}
ACCOUNT = {"username": "cortextest", "password": "made-up-password"}

_TOKEN_LIFE = timedelta(hours=48)  # "Auth token"

_REQUIRED = {
    "login": CLIENT.keys() | ACCOUNT.keys(),
    "generateNewToken": {"token"},
    "querySessions": {"_auth"},
}
_Params = Mapping[str, object]


class _Refusal(Exception):
    """A call is answered with this error, of those in "Errors"."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code


class _Json(str):
    """A result that is written already."""

    __slots__ = ()


class CortexSimulator(VendorServer):
    """Lists every session it has at once, among frames that answer nothing.

    ``ignores_query``: "querySessions" promises filters on any field and shows one, equality of
    ``status``; a service that has none of them is to be reckoned with too.
    """

    adapter: ClassVar[str] = "cortex"

    def __init__(
        self, *, rows: int, seed: int, clock: Callable[[], datetime], ignores_query: bool = False
    ) -> None:
        super().__init__(rows=rows, seed=seed, clock=clock)
        self.user: str | None = None  # who is logged in at the machine: one at a time
        self._seed = seed
        self._ignores_query = ignores_query
        self._rows = Rows(self.world, seed)
        self._tokens: dict[str, tuple[str, datetime]] = {}
        self._methods: dict[str, Callable[[_Params], object]] = {
            "getUserLogin": self._get_user_login,
            "login": self._login,
            "authorize": self._authorize,
            "generateNewToken": self._generate_new_token,
            "querySessions": self._query_sessions,
        }

    def options(self, address: str) -> dict[str, object]:
        """Reach the socket, plain here: the vendor's own is ``wss:``."""
        return {"url": address.replace("http:", "ws:", 1), **CLIENT, **ACCOUNT}

    def routes(self) -> list[web.AbstractRouteDef]:
        """Serve the one socket."""
        return [web.get("/", self._serve)]

    def held(self) -> list[Held]:
        """Tell every row; an imported one has no start, an early one no owner."""
        now = self.world.now()
        return [
            Held(
                id_of(stay, self._seed),
                start_of(stay),
                "ended" if status_of(stay, now) == "closed" else "active",
                frozenset({owner_of(stay)} - {"", "Basic"}),
            )
            for stay in self.world.stays()
        ]

    def catch_up(self) -> None:
        """Write the rows of what began, and drop those of what was deleted."""
        self._rows.catch_up(self.world.now())

    def expire_tokens(self) -> None:
        """Let every token be over now, as after 48 hours."""
        now = self.world.now()
        self._tokens = {token: (user, now) for token, (user, _) in self._tokens.items()}

    async def _serve(self, request: web.Request) -> web.WebSocketResponse:
        """Handle requests one at a time, in the order they came ("JSON-RPC")."""
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        async for message in socket:
            call = json.loads(message.data)
            reply = self._reply(call)
            for frame in _noise(call.get("id")):
                await socket.send_json(frame)
            await socket.send_str(reply)
        return socket

    def _reply(self, call: dict[str, object]) -> str:
        reply = {"id": call.get("id"), "jsonrpc": "2.0"}
        try:
            result = self._result(str(call["method"]), call.get("params"))
        except _Refusal as refusal:
            return json.dumps(reply | {"error": {"code": refusal.code, "message": str(refusal)}})
        written = result if isinstance(result, _Json) else json.dumps(result)
        return f'{json.dumps(reply)[:-1]}, "result": {written}}}'

    def _result(self, method: str, params: object) -> object:
        self.note(method, "listing" if method == "querySessions" else "other")
        if method not in self._methods:
            raise _Refusal(-32601, "The method does not exist / is not available.")
        if not isinstance(params, dict | None):
            raise _Refusal(-32602, "Invalid method parameter(s).")
        if not _REQUIRED.get(method, set()) <= set(params or {}):
            raise _Refusal(-32018, "Missing required parameters.")
        return self._methods[method](params or {})

    def _get_user_login(self, _params: _Params) -> object:
        return [self.user] if self.user else []

    def _login(self, params: _Params) -> object:
        _check_client(params)
        if self.user not in (None, params["username"]):
            raise _Refusal(-32032, "Logout before login with new account.")
        if not ACCOUNT.items() <= params.items():
            raise _Refusal(-32001, "Incorrect user name or password.")
        self.user = ACCOUNT["username"]
        return "Login successfully"

    def _authorize(self, params: _Params) -> object:
        # Whether anonymous work needs a log-in is told both ways; the "Workflow" says it does.
        if self.user is None:
            raise _Refusal(-32033, "You must be logged in before calling authorize.")
        if not CLIENT.keys().isdisjoint(params):
            _check_client(params)
        if params.get("license") not in (None, LICENSE):
            raise _Refusal(-32002, "Invalid license key.")
        return self._new_token(self.user)

    def _generate_new_token(self, params: _Params) -> object:
        return self._new_token(self._user_of(params["token"]))  # and the old one lives on

    def _new_token(self, user: str) -> object:
        token = f"opaque/{len(self._tokens) + 1}+token=="
        self._tokens[token] = (user, self.world.now() + _TOKEN_LIFE)
        return {"_auth": token}

    def _user_of(self, token: object) -> str:
        if not isinstance(token, str) or token not in self._tokens:
            raise _Refusal(-32014, "Invalid auth token.")
        user, expires = self._tokens[token]
        if self.world.now() >= expires:
            raise _Refusal(-32015, "Auth token expired.")
        if user != self.user:
            raise _Refusal(-32034, "Token does not match with current user.")
        return user

    def _query_sessions(self, params: _Params) -> object:
        self._user_of(params["_auth"])
        # "All sessions ... of current user" may leave out other owners; these ask more of a reader.
        rows = self._rows.at(self.world.now())
        query = params.get("query")
        if isinstance(query, dict) and "status" in query and not self._ignores_query:
            rows = [row for row in rows if row.status == query["status"]]
        # The samples list the newest first, and no order is promised: so there is none.
        random.Random(f"{self._seed}-{len(rows)}").shuffle(rows)
        return _Json(f"[{', '.join(row.text for row in rows)}]")


def _check_client(params: _Params) -> None:
    if not CLIENT.items() <= params.items():
        raise _Refusal(-32021, "Invalid client ID or client secret key.")


def _noise(call_id: object) -> Iterator[dict[str, object]]:
    """Send what answers nothing: a sample ("Event"), and warnings, one with an id ("decryptData").

    That id is of a call answered long ago; here it is the worst one, of the call under way.
    """
    yield {"mot": [2.0, 8203.0, 8225.0], "sid": str(uuid.UUID(int=7)), "time": 1283.58928052493}
    yield {"jsonrpc": "2.0", "warning": {"code": 5, "message": "Export data failed"}}
    yield {"id": call_id, "jsonrpc": "2.0", "warning": {"code": 4, "message": "Export data done"}}
