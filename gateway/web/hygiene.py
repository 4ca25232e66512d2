"""What the head of every answer says, and which requests are no calls at all."""

from http import HTTPStatus
from typing import TypeAlias

from aiohttp import web
from multidict import CIMultiDict, istr

from gateway.web.caching import NO_STORE
from gateway.web.calls import Call, call_of, sent_headers
from gateway.web.cors import cors_headers, preflight_headers
from gateway.web.directives import forbids_storing
from gateway.web.etags import is_known
from gateway.web.keys import ORIGINS
from gateway.web.problems import Problem
from gateway.web.targets import is_for

# Names that are folded already: they are written into the head of every answer.
_SERVER, _VARY, _REQUEST_ID = istr("Server"), istr("Vary"), istr("X-Request-Id")
_TRACERESPONSE = istr("traceresponse")

SAFE_HEADERS = {
    # Without it the server's version would be told.
    _SERVER: "session-gateway",
    istr("X-Content-Type-Options"): "nosniff",
    istr("X-Frame-Options"): "DENY",
    istr("Content-Security-Policy"): "default-src 'none'; frame-ancestors 'none'",
    istr("Referrer-Policy"): "no-referrer",
    istr("Cross-Origin-Resource-Policy"): "same-origin",
}
_SAFE_ENCRYPTED = SAFE_HEADERS | {istr("Strict-Transport-Security"): "max-age=31536000"}
"""Browsers then come back encrypted for a year (RFC 6797). Other hosts of the name are not ours."""

_VARIES = "Authorization, X-API-Key, Accept, Accept-Encoding"
_VARIES_BY_ORIGIN = f"{_VARIES}, Origin"
Alike: TypeAlias = tuple[tuple[int, int], bool, bool]

_READING = ("GET", "HEAD")
_OF_A_304 = (
    *("ETag", "Cache-Control", "Cache-Status", "Server-Timing", "Link"),
    # What a 304 says takes the place of what was kept: a page goes on needing its own policy.
    "Content-Security-Policy",
)


async def finish_head(request: web.Request, response: web.StreamResponse) -> None:
    """Complete the head of an answer of the application."""
    complete_head(request, response, request.app[ORIGINS])


def complete_head(
    request: web.BaseRequest, response: web.StreamResponse, origins: frozenset[str]
) -> None:
    """Say what every answer says, to pages of these origins too."""
    headers, sent = response.headers, sent_headers(request)
    headers[_SERVER] = SAFE_HEADERS[_SERVER]
    for name, value in (_SAFE_ENCRYPTED if request.secure else SAFE_HEADERS).items():
        headers.setdefault(name, value)
    headers[_VARY] = _VARIES_BY_ORIGIN if origins else _VARIES
    if origins:
        headers.update(cors_headers(sent.get("Origin"), origins))
    _tell_back(call_of(request), headers)
    if "Cache-Control" in sent and forbids_storing(sent.getall("Cache-Control")):
        headers.update(NO_STORE)


def alike(request: web.BaseRequest) -> Alike | None:
    """Say what the head of an answer depends on besides the ids of its call, as it is completed.

    It is none where it depends on more than what many have in common.
    """
    sent, call = request.headers, call_of(request)
    is_own = call.standing is not None or call.wait_seconds is not None
    if is_own or "Origin" in sent or "Cache-Control" in sent:
        return None
    return request.version, request.keep_alive, request.secure


def options_answer(request: web.Request, origins: frozenset[str]) -> web.Response | None:
    """Tell which methods a path has, and answer preflights; none to what asks for neither.

    Raises a 405 for a method that the path does not take.
    """
    if request.method == "OPTIONS" and request.raw_path == "*":
        return web.Response(status=HTTPStatus.NO_CONTENT, headers={"Allow": "GET, HEAD, POST"})
    error = request.match_info.http_exception
    if error is None or not isinstance(error, web.HTTPMethodNotAllowed):
        return None
    methods = sorted({*error.allowed_methods, "OPTIONS"})
    allow = {"Allow": ", ".join(methods)}
    if request.method != "OPTIONS":
        status = HTTPStatus.METHOD_NOT_ALLOWED
        detail = f"This path takes {', '.join(methods)}."
        raise Problem(status, "method_not_allowed", detail, headers=allow)
    preflight = preflight_headers(request.headers.get("Origin"), origins, methods)
    return web.Response(status=HTTPStatus.NO_CONTENT, headers={**allow, **preflight})


def refuse_other_hosts(request: web.Request) -> None:
    """Refuse what is sent as to a proxy, for a host that is not the one it was sent to."""
    if not is_for(request.raw_path, request.headers.get("Host", "")):
        detail = "The request line names another host than the Host header, or that names none."
        raise Problem(HTTPStatus.BAD_REQUEST, "invalid_target", detail)


def unless_known(request: web.Request, response: web.StreamResponse) -> web.StreamResponse:
    """Give a 304 in place of an answer that the client has, by its tag."""
    known = request.headers.getall("If-None-Match", ())
    if not known or request.method not in _READING:
        return response
    tag = response.headers.get("ETag")
    if tag is None or not is_known(tag, known):
        return response
    headers = {name: response.headers[name] for name in _OF_A_304 if name in response.headers}
    return web.Response(status=HTTPStatus.NOT_MODIFIED, headers=headers)


def _tell_back(call: Call, headers: CIMultiDict[str]) -> None:
    """Tell a client how its call is called, what of its preferences was heeded, and its rate."""
    headers[_REQUEST_ID] = call.identity.request_id
    headers[_TRACERESPONSE] = str(call.identity.trace)
    if call.wait_seconds is not None:
        headers["Preference-Applied"] = f"wait={call.wait_seconds:g}"
    if call.standing is not None:
        headers.update(call.standing.headers)
