"""What is answered before a request reaches the application: odd ones, and too many at once."""

import asyncio
import logging
import math
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import TypeAlias

from aiohttp import http_exceptions, web

from gateway.web.calls import begun, call_of
from gateway.web.hygiene import complete_head
from gateway.web.limits import Crowd
from gateway.web.problems import Problem
from gateway.web.targets import is_well_framed

_LOG = logging.getLogger("gateway.requests")

MAX_LINE_BYTES = 8192
"""How long the request line may be. Headers may be a little less long, to tell which it was."""

_CONTINUE = "100-continue"
_TOO_MANY_HEADERS = "Too many headers received"
_READY = "/readyz"
_PROBES = ("/healthz", _READY)
"""What is answered however many ask: who watches has to see that we live."""
_OVERLOAD_SECONDS = 1
_WATCHED_SECONDS = 60.0
"""Who has not asked for so long whether we are ready is not taken to be watching."""

Handler: TypeAlias = Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]


@dataclass(slots=True)
class Doorstep:
    """Answers what does not come to the application, and closes the connection behind most of it.

    ``origins`` are those whose pages may read these answers too. While it ``is_stopping`` it says
    that we are not ready.
    """

    crowd: Crowd
    origins: frozenset[str]
    is_stopping: bool = False
    _watched_at: float = -math.inf

    @property
    def is_watched(self) -> bool:
        """Say whether somebody watches us, and would send clients elsewhere."""
        return time.monotonic() - self._watched_at < _WATCHED_SECONDS

    def before(self, handler: Handler, is_welcome: Callable[[web.BaseRequest], bool]) -> Handler:
        """Let through what there is room for, on connections that are welcome.

        What the library would serve, or repeat in its answer, and others read otherwise, is
        refused.
        """

        async def handle(request: web.BaseRequest) -> web.StreamResponse:
            begun(request).body_seconds = self.crowd.limits.body_seconds
            if (odd := _odd(request)) is not None:
                return self._refused("(unreadable)", request, odd)
            if request.path in _PROBES:
                return await self._watched(request, handler)
            self._time_lap()
            has_room = self.crowd.begin_call()
            try:
                if has_room and is_welcome(request):
                    return await handler(request)
            finally:
                self.crowd.end_call()
            return self._refused(
                "(not read)", request, _overloaded(), is_last=not is_welcome(request)
            )

        return handle

    def unreadable(self, request: web.BaseRequest, error: BaseException | None) -> web.Response:
        """Answer what is no request."""
        return self._refused("(unreadable)", request, unreadable(error))

    def broken(self, request: web.BaseRequest, error: BaseException | None) -> web.Response:
        """Answer what broke where nothing else answers."""
        self.crowd.figures.refused["internal_error"] += 1
        _LOG.error("the answer to %s broke", _id_of(request), exc_info=error)
        detail = "This is a bug in the gateway."
        problem = Problem(HTTPStatus.INTERNAL_SERVER_ERROR, "internal_error", detail)
        return self._answer(request, problem)

    async def _watched(self, request: web.BaseRequest, handler: Handler) -> web.StreamResponse:
        """Answer who watches whether we live, or are ready."""
        if request.path == _READY:
            self._watched_at = time.monotonic()
            if self.is_stopping:
                return self._refused("(stopping)", request, _stopping())
        return await handler(request)

    def _time_lap(self) -> None:
        """See how long everything takes that is ready to go on."""
        asyncio.get_running_loop().call_soon(self._end_lap, time.monotonic())

    def _end_lap(self, begun: float) -> None:
        now = time.monotonic()
        self.crowd.lap(now - begun, now)

    def _refused(
        self, what: str, request: web.BaseRequest, problem: Problem, *, is_last: bool = True
    ) -> web.Response:
        self.crowd.figures.refused[problem.code] += 1
        _LOG.info("%s %d %s %s", what, problem.status, problem.code, _id_of(request))
        return self._answer(request, problem, is_last=is_last)

    def _answer(
        self, request: web.BaseRequest, problem: Problem, *, is_last: bool = True
    ) -> web.Response:
        """Answer, mostly for the last time. Of what cannot be read not even the path is told."""
        response = problem.response("/")
        complete_head(request, response, self.origins)
        if is_last:
            response.force_close()
        return response


def _id_of(request: web.BaseRequest) -> str:
    return call_of(request).identity.request_id


def unreadable(error: BaseException | None) -> Problem:
    """Say what is wrong with what is no request, without a byte of it."""
    match error:
        case http_exceptions.LineTooLong(args=(_, limit, *_)) if limit == MAX_LINE_BYTES:
            status, code = HTTPStatus.REQUEST_URI_TOO_LONG, "uri_too_long"
        case http_exceptions.LineTooLong():
            status, code = HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, "headers_too_large"
        case http_exceptions.BadHttpMessage(message=message) if message == _TOO_MANY_HEADERS:
            status, code = HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, "headers_too_large"
        case _:
            status, code = HTTPStatus.BAD_REQUEST, "malformed_request"
    return Problem(status, code, "This cannot be read as a request.")


def _odd(request: web.BaseRequest) -> Problem | None:
    if not is_well_framed(request.version, request.headers.getall("Transfer-Encoding", [])):
        return unreadable(None)
    if request.headers.get("Expect", _CONTINUE).lower() != _CONTINUE:
        detail = f"Nothing but {_CONTINUE} can be expected."
        return Problem(HTTPStatus.EXPECTATION_FAILED, "expectation_failed", detail)
    return None


def _stopping() -> Problem:
    detail = "This process is about to end. Calls that still come are answered."
    return Problem(HTTPStatus.SERVICE_UNAVAILABLE, "stopping", detail)


def _overloaded() -> Problem:
    status, headers = HTTPStatus.SERVICE_UNAVAILABLE, {"Retry-After": str(_OVERLOAD_SECONDS)}
    detail = "More is being asked at once than can be answered."
    return Problem(status, "overloaded", detail, headers=headers)
