"""The vendor's calls: how each is asked, and what an answer says beyond its status."""

from collections.abc import Mapping
from http import HTTPStatus

import msgspec

from adapters.canopsis.options import Dialect
from adapters.toolkit.replies import decode
from gateway.spi import HttpReply, HttpRequest, LogInAgain

_BASE = "/api/v2"

# Both are POST; the page spells the earlier with a hyphen, which is 404 in either dialect
# (v2020-02-routing.json and final-02-routing.json, steps 6 to 8).
_NAVIGATION: dict[Dialect, str] = {
    Dialect.FINAL: "session_tracepath",
    Dialect.V2020: "session_hide",
}

NOBODY = (("usernames[]", ""),)
"""The filter that keeps a list short: nobody has an empty name (final-06, step 14)."""


class _Envelope(msgspec.Struct):
    """What the list comes in; its ``description`` is always the same."""

    sessions: list[msgspec.Raw]


class _Refusal(msgspec.Struct):
    description: str


_ENVELOPE = msgspec.json.Decoder(_Envelope)
_REFUSAL = msgspec.json.Decoder(_Refusal)


def listing(query: tuple[tuple[str, str], ...], headers: Mapping[str, str]) -> HttpRequest:
    """Ask for the list."""
    return HttpRequest("GET", f"{_BASE}/sessions", query, {"Accept": "application/json", **headers})


def start(headers: Mapping[str, str]) -> HttpRequest:
    """Ask for a session: by GET, though the page says POST (final-02-routing.json, step 2)."""
    return HttpRequest("GET", f"{_BASE}/sessionstart", headers=headers, is_repeatable=False)


def keepalive(path: list[str], headers: Mapping[str, str], *, visible: bool) -> HttpRequest:
    """Tell that somebody is still there, and what is in front of them."""
    return _post("keepalive", {"visible": visible, "path": path}, headers)


def navigation(dialect: Dialect, path: list[str], headers: Mapping[str, str]) -> HttpRequest:
    """Tell that somebody has gone to another page."""
    return _post(_NAVIGATION[dialect], {"path": path}, headers)


def read_list(request: HttpRequest, reply: HttpReply) -> list[msgspec.Raw]:
    """Give the records of a list. Raises :class:`LogInAgain` where ours is not active any more."""
    if is_without_session(reply):
        raise LogInAgain(f"{request}: no session of this log-in is active")
    return decode(request, reply, _ENVELOPE).sessions


def is_without_session(reply: HttpReply) -> bool:
    """Say whether the earlier dialect turned us away because we have no active session.

    So it does at every call but the start (v2020-04-keepalive-without-start.json).
    """
    if reply.status != HTTPStatus.BAD_REQUEST:
        return False
    try:
        return _REFUSAL.decode(reply.body).description == "Session Not Valid"
    except (ValueError, RecursionError):
        return False


def _post(call: str, body: Mapping[str, object], headers: Mapping[str, str]) -> HttpRequest:
    headers = {"Content-Type": "application/json", **headers}
    return HttpRequest("POST", f"{_BASE}/{call}", (), headers, msgspec.json.encode(body))
