"""What every request passes: its log line, its problems, and the rules that hold for all."""

import logging
import time
from collections.abc import Callable
from datetime import datetime
from http import HTTPStatus
from ipaddress import ip_address

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware
from msgspec import structs

from gateway.figures.calls import CallFigures
from gateway.spans import Under
from gateway.web.admission import FORWARDING, Admission
from gateway.web.calls import call_of
from gateway.web.counting import count_call, method_of, problem_of, route_of, status_of
from gateway.web.formats import JSON, LINES, TABLE, acceptable
from gateway.web.gzip import compress, is_gzip_accepted
from gateway.web.hygiene import options_answer, refuse_other_hosts, unless_known
from gateway.web.keys import CALLER, FORMAT, IS_STREAMING
from gateway.web.problems import Problem
from gateway.web.request_log import log_call
from gateway.web.tracing import Tracer

_LOG = logging.getLogger("gateway.requests")

_PROTECTED = "/v1/"
_LIST = "/v1/sessions"
_GUARDED = {"/docs", "/metrics"}
_OF_LISTS, _OF_OTHERS = (JSON, LINES, TABLE), (JSON,)


def log_requests(figures: CallFigures) -> Middleware:
    """Make the middleware that counts requests, and logs a line of each."""

    @web.middleware
    async def middleware(request: web.Request, handler: Handler) -> web.StreamResponse:
        # Whoever serves the application otherwise than our own runner does has not named it.
        identity = call_of(request).identity
        begun = time.perf_counter()
        response: web.StreamResponse | None = None
        try:
            response = await handler(request)
            return response
        finally:
            seconds = time.perf_counter() - begun
            route = route_of(request)
            count_call(figures, request, route, response, seconds)
            log_call(request.method, route, status_of(response), seconds, identity)

    return middleware


def trace_calls(tracer: Tracer) -> Middleware:
    """Make the middleware that has calls traced, under the ids that answers and logs tell."""

    @web.middleware
    async def middleware(request: web.Request, handler: Handler) -> web.StreamResponse:
        call, method, route = call_of(request), method_of(request), route_of(request)
        told = {"http.request.method": method, "http.route": route}
        span = tracer.call(f"{method} {route}", call.identity.trace, told)
        flags = int(span.traceparent[-2:], 16)
        trace = structs.replace(call.identity.trace, flags=flags)
        call.identity = structs.replace(call.identity, trace=trace)
        with Under(span):
            response = await handler(request)
            span.tell("http.response.status_code", response.status)
            if response.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
                span.fail(problem_of(response) or str(response.status))
            return response

    return middleware


def answer_calls(
    admission: Admission, clock: Callable[[], datetime], origins: frozenset[str]
) -> Middleware:
    """Make the middleware of the rules that hold for every call, whatever it is for.

    They decide whether it is served, and how its answer is sent. Every error becomes a problem
    document; a bug one that tells nothing.
    """

    async def served(request: web.Request, handler: Handler) -> web.StreamResponse:
        refuse_other_hosts(request)
        options = options_answer(request, origins)
        if options is not None:
            return options
        await authenticate(request, admission, clock)
        negotiate(request)
        return unless_known(request, await handler(request))

    @web.middleware
    async def middleware(request: web.Request, handler: Handler) -> web.StreamResponse:
        try:
            response = await served(request, handler)
        except Problem as problem:
            response = problem.response(request.rel_url.raw_path)
        except web.HTTPException as error:
            # The request holds it, and where it was raised holds the request: only the collector
            # could tell that nobody else does.
            error.__traceback__ = None
            response = _from_http(error).response(request.rel_url.raw_path)
        except Exception as error:  # the front door answers, whatever broke behind it
            if isinstance(error, ConnectionError) and _has_left(request):
                raise
            _LOG.exception("request %s broke", call_of(request).identity.request_id)
            response = _broken(request)
        if is_gzip_accepted(request):
            await compress(response, call_of(request).kept)
        return response

    return middleware


def _from_http(error: web.HTTPException) -> Problem:
    status = HTTPStatus(error.status)
    code = status.name.lower()
    return Problem(status, code, f"{status.phrase}.")


def _has_left(request: web.Request) -> bool:
    """Say whether the client has gone, so that there is nobody to be answered."""
    return request.transport is None or request.transport.is_closing()


def _broken(request: web.Request) -> web.Response:
    """Answer where there is a bug of ours."""
    if request.get(IS_STREAMING) and request.transport is not None:
        # Half an answer is out: without its end the client knows that it broke off.
        request.transport.abort()
    request_id = call_of(request).identity.request_id
    return Problem(
        HTTPStatus.INTERNAL_SERVER_ERROR,
        "internal_error",
        f"This is a bug in the gateway. Its log knows request {request_id}.",
    ).response(request.rel_url.raw_path)


async def authenticate(
    request: web.Request, admission: Admission, clock: Callable[[], datetime]
) -> None:
    """Name the caller of a protected path, or raise a 401, 403 or 429."""
    if not (request.path.startswith(_PROTECTED) or _is_guarded(request)):
        return
    admitted = await admission.admit(request, clock)
    request[CALLER] = caller = admitted.caller
    if admitted.standing is not None:
        call_of(request).standing = admitted.standing
    # What is not served is answered as such, whoever asks.
    if request.match_info.http_exception is None:
        caller.refuse_unless_allowed(request.method, request.path)


def _is_guarded(request: web.Request) -> bool:
    """Say whether something is asked for that is for everybody on this machine alone.

    What a proxy hands on comes from anywhere, wherever the proxy is.
    """
    if request.path not in _GUARDED or request.transport is None:
        return False
    if any(header in request.headers for header in FORWARDING):
        return True
    host = request.transport.get_extra_info("sockname")[0]
    return not ip_address(host).is_loopback


def negotiate(request: web.Request) -> None:
    """Choose the format of what is served; raise a 406 for what the client would not read."""
    if request.path.startswith(_PROTECTED) and request.match_info.http_exception is None:
        is_list = request.method != "POST" and request.path == _LIST
        request[FORMAT] = acceptable(request, _OF_LISTS if is_list else _OF_OTHERS)
