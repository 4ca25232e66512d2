"""What every request passes: its log line, its problems, and its key."""

import logging
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from http import HTTPStatus
from ipaddress import ip_address

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from gateway.spans import Under
from gateway.web.admission import FORWARDING, Admission
from gateway.web.counting import count_call, method_of, problem_of, route_of
from gateway.web.formats import JSON, LINES, TABLE, acceptable
from gateway.web.hygiene import identify
from gateway.web.keys import CALLER, FIGURES, FORMAT, IS_STREAMING, REQUEST_ID, STANDING, TRACE
from gateway.web.problems import Problem
from gateway.web.tracing import Tracer

_LOG = logging.getLogger("gateway.requests")

_PROTECTED = "/v1/"
_LIST = "/v1/sessions"
_GUARDED = {"/docs", "/metrics"}


@web.middleware
async def log_requests(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Count a request, and log one line: neither its query nor its id, which may name people."""
    # Whoever serves the application otherwise than our own runner does has not done so.
    identify(request)
    begun = time.perf_counter()
    response: web.StreamResponse | None = None
    try:
        response = await handler(request)
        return response
    finally:
        seconds = time.perf_counter() - begun
        route = route_of(request)
        count_call(request.app[FIGURES].calls, request, response, seconds)
        status = int(HTTPStatus.INTERNAL_SERVER_ERROR if response is None else response.status)
        _LOG.info(
            "%s %s %d %.1f ms %s trace %s",
            request.method,
            route,
            status,
            seconds * 1000,
            request[REQUEST_ID],
            request[TRACE].trace_id,
            extra={
                "told": {
                    "method": request.method,
                    "route": route,
                    "status": status,
                    "duration_ms": round(seconds * 1000, 1),
                }
            },
        )


def trace_calls(tracer: Tracer) -> Middleware:
    """Make the middleware that has calls traced, under the ids that answers and logs tell."""

    @web.middleware
    async def middleware(request: web.Request, handler: Handler) -> web.StreamResponse:
        method, route = method_of(request), route_of(request)
        told = {"http.request.method": method, "http.route": route}
        span = tracer.call(f"{method} {route}", request[TRACE], told)
        request[TRACE] = replace(request[TRACE], flags=int(span.traceparent[-2:], 16))
        with Under(span):
            response = await handler(request)
            span.tell("http.response.status_code", response.status)
            if response.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
                span.fail(problem_of(response) or str(response.status))
            return response

    return middleware


@web.middleware
async def answer_problems(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Turn every error into a problem document; a bug into one that tells nothing."""
    try:
        return await handler(request)
    except Problem as problem:
        return problem.response(request.rel_url.raw_path)
    except web.HTTPException as error:
        # The request holds it, and where it was raised holds the request: only the collector could
        # tell that nobody else does.
        error.__traceback__ = None
        return _from_http(error).response(request.rel_url.raw_path)
    except Exception as error:  # the front door answers, whatever broke behind it
        if isinstance(error, ConnectionError) and _has_left(request):
            raise
        _LOG.exception("request %s broke", request[REQUEST_ID])
        if request.get(IS_STREAMING) and request.transport is not None:
            # Half an answer is out: without its end the client knows that it broke off.
            request.transport.abort()
        return Problem(
            HTTPStatus.INTERNAL_SERVER_ERROR,
            "internal_error",
            f"This is a bug in the gateway. Its log knows request {request[REQUEST_ID]}.",
        ).response(request.rel_url.raw_path)


def _has_left(request: web.Request) -> bool:
    """Say whether the client has gone, so that there is nobody to be answered."""
    return request.transport is None or request.transport.is_closing()


def _from_http(error: web.HTTPException) -> Problem:
    status = HTTPStatus(error.status)
    code = status.name.lower()
    return Problem(status, code, f"{status.phrase}.")


async def tell_standing(request: web.Request, response: web.StreamResponse) -> None:
    """Tell a caller whose key has a rate what is left of it, however the answer is sent."""
    standing = request.get(STANDING)
    if standing is not None:
        response.headers.update(standing.headers)


def authenticate(admission: Admission, clock: Callable[[], datetime]) -> Middleware:
    """Make the middleware that names the caller of every protected path."""

    @web.middleware
    async def middleware(request: web.Request, handler: Handler) -> web.StreamResponse:
        if request.path.startswith(_PROTECTED) or _is_guarded(request):
            admitted = await admission.admit(request, clock())
            request[CALLER] = caller = admitted.caller
            request[STANDING] = admitted.standing
            # What is not served is answered as such, whoever asks.
            if request.match_info.http_exception is None:
                caller.refuse_unless_allowed(request.method, request.path)
        return await handler(request)

    return middleware


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


@web.middleware
async def negotiate(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Choose the format of what is served; refuse to serve what the client would not read."""
    if request.path.startswith(_PROTECTED) and request.match_info.http_exception is None:
        resource = request.match_info.route.resource
        is_list = resource is not None and resource.canonical == _LIST and request.method != "POST"
        request[FORMAT] = acceptable(request, (JSON, LINES, TABLE) if is_list else (JSON,))
    return await handler(request)
