"""A stand-in for EMOTIV Cortex, after the parts of its API v1 documentation named in quotes."""

import json
import random
import uuid
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta, timezone
from typing import ClassVar

from aiohttp import web

from adapters.simulators.server import VendorServer
from adapters.simulators.world import Held, Stay

CLIENT = {"client_id": "com.example.gateway", "client_secret": "made-up-secret"}
ACCOUNT = {"username": "cortextest", "password": "made-up-password"}
LICENSE = "1ca3fd1c-4ce8-4643-8aa0-28a3255019e8"  # as in the samples

_TOKEN_LIFE = timedelta(hours=48)  # "Auth token"
_LOCAL = timezone(timedelta(hours=7))  # the machine's, in every sample that has one

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
                self._id(stay),
                None if _is_imported(stay) else _kept(stay),
                "ended" if _status(stay, now) == "closed" else "active",
                frozenset({_owner(stay)} - {"", "Basic"}),
            )
            for stay in self.world.stays()
        ]

    def expire_tokens(self) -> None:
        """Let every token be over now, as after 48 hours."""
        now = self.world.now()
        self._tokens = {token: (user, now) for token, (user, _) in self._tokens.items()}

    async def _serve(self, request: web.Request) -> web.WebSocketResponse:
        """Handle requests one at a time, in the order they came ("JSON-RPC")."""
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        async for message in socket:
            reply = self._reply(json.loads(message.data))
            for frame in (*_noise(reply["id"]), reply):
                await socket.send_json(frame)
        return socket

    def _reply(self, request: dict[str, object]) -> dict[str, object]:
        reply = {"id": request.get("id"), "jsonrpc": "2.0"}
        try:
            return reply | {"result": self._result(str(request["method"]), request.get("params"))}
        except _Refusal as refusal:
            return reply | {"error": {"code": refusal.code, "message": str(refusal)}}

    def _result(self, method: str, params: object) -> object:
        self.requests.append(method)
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
        now = self.world.now()
        # "All sessions ... of current user" may leave out other owners; these ask more of a reader.
        rows = [_row(stay, now, self._id(stay)) for stay in self.world.stays()]
        query = params.get("query")
        if isinstance(query, dict) and "status" in query and not self._ignores_query:
            rows = [row for row in rows if row["status"] == query["status"]]
        # The samples list the newest first, and no order is promised: so there is none.
        random.Random(f"{self._seed}-{len(rows)}").shuffle(rows)
        return rows

    def _id(self, stay: Stay) -> str:
        return str(uuid.uuid5(uuid.NAMESPACE_OID, f"{self._seed}-{stay.number}"))


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


def _is_early(stay: Stay) -> bool:
    """Mix both generations of the session object, as the documentation does."""
    return stay.number % 3 == 0


def _is_imported(stay: Stay) -> bool:
    """Import a file now and then: closed, with neither start nor stop ("setupLocalFile")."""
    return stay.number % 41 == 0 and not _is_early(stay)


def _status(stay: Stay, now: datetime) -> str:
    """Forget to close some: those stay open until the headset goes ("Session lifecycle")."""
    if _is_imported(stay) or (stay.end <= now and stay.number % 53 != 0):
        return "closed"
    return ("activated", "opened")[stay.number % 2]


def _owner(stay: Stay) -> str:
    return "" if _is_early(stay) else "Basic" if stay.number % 7 == 0 else stay.person.login


def _precision(stay: Stay) -> tuple[str, int]:
    """Tell how fine stamps are, in words and microseconds; the middle one is of later versions."""
    if _is_early(stay):
        return "seconds", 1_000_000
    return ("milliseconds", 1_000) if stay.number % 5 == 0 else ("microseconds", 1)


def _kept(stay: Stay) -> datetime:
    return stay.start - timedelta(microseconds=stay.start.microsecond % _precision(stay)[1])


def _stamp(stay: Stay, instant: datetime) -> str:
    if _is_imported(stay):
        return ""
    local = instant.astimezone(UTC if _is_early(stay) else _LOCAL)
    return local.isoformat(timespec=_precision(stay)[0]).replace("+00:00", "Z")


def _row(stay: Stay, now: datetime, native_id: str) -> dict[str, object]:
    status = _status(stay, now)
    row: dict[str, object] = {
        "id": native_id,
        "logs": None,
        "markers": [],
        "license": LICENSE if status == "activated" or stay.number % 2 else "",
        "profile": "",
        "recording": None,
        "started": _stamp(stay, stay.start),
        "status": status,
        "stopped": _stamp(stay, stay.end) if status == "closed" else "",
        "subject": stay.choose("", "sub 1", "sub 2"),
        "tags": [["rest"], [], ["rest", "eyes closed"]][stay.number % 3],
    }
    if stay.number % 6 == 0:
        del row["recording"]  # as in the samples of "createSession"
    if _is_early(stay):
        return row | {"client": "", "headset": _headset_id(stay), "streams": {}}
    return row | _later_fields(stay, now)


def _headset_id(stay: Stay) -> str:
    return f"{stay.choose('INSIGHT', 'EPOCPLUS')}-{0x59683C10 + stay.person.number:08X}"


def _later_fields(stay: Stay, now: datetime) -> dict[str, object]:
    return {
        "appId": stay.choose("", "com.emotiv.emotivpro", CLIENT["client_id"]),
        "headset": _headset(stay),
        "owner": _owner(stay),
        "project": stay.choose("Test Cortex", "", "Sleep study"),
        "streams": None,
        "title": stay.choose("", "Baseline", "Eyes closed"),
        **_recorded(stay, now),
    }


def _recorded(stay: Stay, now: datetime) -> dict[str, object]:
    """Record the middle third of every fourth session, with a marker at both its ends."""
    third = (stay.end - stay.start) / 3
    begin, end = stay.start + third, stay.end - third
    if stay.number % 4 != 0 or begin > now:
        recording = (None, False)[stay.number % 2]  # both are shown
        return {"logs": {"recordInfos": []}, "markers": [], "recording": recording}
    is_over = end <= now and stay.number % 53 != 0  # what is forgotten records on
    start, stop = _stamp(stay, begin), _stamp(stay, end) if is_over else ""
    info = {
        "name": "demo",
        "notes": "",
        "recordId": str(uuid.UUID(int=stay.number)),
        "sampleMarkerAFF": [174, 239][: 1 + is_over],
        "sampleMarkerEEG": [11140, 15324][: 1 + is_over],
        "startMarkerRecording": start,
        "stopMarkerRecording": stop,
        "subject": "",
    }
    events = [[start, 1], [stop, -1]][: 1 + is_over]  # -1 ends what the marker began ("Marker")
    marker = {"code": 1, "enums": [], "events": events, "label": "demo", "port": "USB"}
    return {"logs": {"recordInfos": [info]}, "markers": [marker], "recording": not is_over}


def _headset(stay: Stay) -> dict[str, object]:
    headset: dict[str, object] = {
        "connectedBy": stay.choose("dongle", "usb cable", "bluetooth"),
        "dongle": "6ff",
        "firmware": "925",
        "id": _headset_id(stay),
        "label": "Lab 3" if stay.number % 10 == 0 else "",
        "sensors": [],
        "settings": {"eegRate": 128, "eegRes": 14, "memsRate": 128, "memsRes": 14, "mode": "EPOC"},
        "status": "connected",
    }
    unknown = {"connectedBy": "unknown", "dongle": "", "firmware": "", "status": ""}
    return headset | unknown if _is_imported(stay) else headset
