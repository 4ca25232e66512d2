"""What the head of every answer says, and which requests are no calls at all."""

from http import HTTPStatus

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware
from multidict import CIMultiDict, CIMultiDictProxy, MultiMapping

from gateway.web.caching import NO_STORE
from gateway.web.cors import cors_headers, preflight_headers
from gateway.web.directives import forbids_storing
from gateway.web.etags import is_known
from gateway.web.keys import ORIGINS, REQUEST_ID, TRACE, WAIT_SECONDS
from gateway.web.problems import Problem
from gateway.web.targets import is_for
from gateway.web.tracing import Identity, begin, request_id, traced

SAFE_HEADERS = {
    # Without it the server's version would be told.
    "Server": "session-gateway",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
}
_SAFE_ENCRYPTED = SAFE_HEADERS | {"Strict-Transport-Security": "max-age=31536000"}
"""Browsers then come back encrypted for a year (RFC 6797). Other hosts of the name are not ours."""

_VARY = "Authorization, X-API-Key, Accept, Accept-Encoding"
_VARY_BY_ORIGIN = f"{_VARY}, Origin"
_READING = ("GET", "HEAD")
_OF_A_304 = (
    *("ETag", "Cache-Control", "Cache-Status", "Server-Timing", "Link"),
    # What a 304 says takes the place of what was kept: a page goes on needing its own policy.
    "Content-Security-Policy",
)


def identify(request: web.BaseRequest) -> None:
    """Note how a request is called, and its place in a trace, unless that is noted."""
    if REQUEST_ID in request:
        return
    sent = _sent(request)
    called = request[REQUEST_ID] = request_id(sent.getall("X-Request-Id", []))
    trace = request[TRACE] = traced(sent.getall("traceparent", []))
    begin(Identity(called, trace))


async def finish_head(request: web.Request, response: web.StreamResponse) -> None:
    """Complete the head of an answer of the application."""
    complete_head(request, response, request.app[ORIGINS])


def complete_head(
    request: web.BaseRequest, response: web.StreamResponse, origins: frozenset[str]
) -> None:
    """Say what every answer says, to pages of these origins too."""
    headers, sent = response.headers, _sent(request)
    headers["Server"] = SAFE_HEADERS["Server"]
    for name, value in (_SAFE_ENCRYPTED if request.secure else SAFE_HEADERS).items():
        headers.setdefault(name, value)
    headers["Vary"] = _VARY_BY_ORIGIN if origins else _VARY
    headers.update(cors_headers(sent.get("Origin"), origins))
    _tell_back(request, headers)
    if "Cache-Control" in sent and forbids_storing(sent.getall("Cache-Control")):
        headers.update(NO_STORE)


def answer_options(origins: frozenset[str]) -> Middleware:
    """Make the middleware that tells which methods a path has, and answers preflights."""

    @web.middleware
    async def middleware(request: web.Request, handler: Handler) -> web.StreamResponse:
        error = request.match_info.http_exception
        is_server_asked = request.raw_path == "*"
        if is_server_asked and request.method == "OPTIONS":
            return web.Response(status=HTTPStatus.NO_CONTENT, headers={"Allow": "GET, HEAD, POST"})
        if not isinstance(error, web.HTTPMethodNotAllowed):
            return await handler(request)
        methods = sorted({*error.allowed_methods, "OPTIONS"})
        allow = {"Allow": ", ".join(methods)}
        if request.method != "OPTIONS":
            status = HTTPStatus.METHOD_NOT_ALLOWED
            detail = f"This path takes {', '.join(methods)}."
            raise Problem(status, "method_not_allowed", detail, headers=allow)
        preflight = preflight_headers(request.headers.get("Origin"), origins, methods)
        return web.Response(status=HTTPStatus.NO_CONTENT, headers={**allow, **preflight})

    return middleware


@web.middleware
async def refuse_other_hosts(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Refuse what is sent as to a proxy, for a host that is not the one it was sent to."""
    if not is_for(request.raw_path, request.headers.get("Host", "")):
        detail = "The request line names another host than the Host header, or that names none."
        raise Problem(HTTPStatus.BAD_REQUEST, "invalid_target", detail)
    return await handler(request)


@web.middleware
async def answer_known(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Answer 304 to who has the very answer, by its tag."""
    response = await handler(request)
    known = request.headers.getall("If-None-Match", [])
    tag = response.headers.get("ETag")
    if not known or tag is None or request.method not in _READING or not is_known(tag, known):
        return response
    headers = {name: response.headers[name] for name in _OF_A_304 if name in response.headers}
    return web.Response(status=HTTPStatus.NOT_MODIFIED, headers=headers)


def _tell_back(request: web.BaseRequest, headers: CIMultiDict[str]) -> None:
    """Tell a client how its request is called, and what of its preferences was heeded."""
    if REQUEST_ID in request:
        headers["X-Request-Id"] = request[REQUEST_ID]
        headers["traceresponse"] = str(request[TRACE])
    if WAIT_SECONDS in request:
        headers["Preference-Applied"] = f"wait={request[WAIT_SECONDS]:g}"


def _sent(request: web.BaseRequest) -> MultiMapping[str]:
    """Give the headers of a request. What is no request has none, in a dict of another kind."""
    headers = request.headers
    return headers if isinstance(headers, CIMultiDictProxy) else CIMultiDict(headers)
