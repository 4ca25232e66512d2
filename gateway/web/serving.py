"""Serving the application over sockets: what cannot be read as a request is answered too."""

import asyncio
import logging
import ssl
from collections.abc import Awaitable, Callable, Mapping
from http import HTTPStatus
from pathlib import Path
from typing import Any, TypeAlias

from aiohttp import http_exceptions, web

from gateway.web.hygiene import SAFE_HEADERS
from gateway.web.keys import BODY_SECONDS
from gateway.web.limits import Crowd, ServingLimits
from gateway.web.problems import Problem
from gateway.web.targets import is_well_framed

_LOG = logging.getLogger("gateway.requests")

_MAX_LINE_BYTES = 8192
REQUEST_LIMITS = {
    # They differ so that it can be told whether the request line or a header was too long.
    "max_line_size": _MAX_LINE_BYTES,
    "max_field_size": _MAX_LINE_BYTES - 2,
    "max_headers": 128,
}
"""How much of a request's head is read, in bytes and headers."""

_CONTINUE = "100-continue"
_TOO_MANY_HEADERS = "Too many headers received"
_PROBES = ("/healthz", "/readyz")
"""What is answered however many ask: who watches has to see that we live."""
_OVERLOAD_SECONDS = 1

_Handler: TypeAlias = Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]


class Runner(web.AppRunner):
    """Runs the application; every answer of it, to whatever is sent, is one of ours."""

    __slots__ = ("_limits",)

    def __init__(
        self,
        app: web.Application,
        *,
        limits: ServingLimits | None = None,
        **settings: Any,  # noqa: ANN401  # the library's own
    ) -> None:
        super().__init__(app, **settings)
        self._limits = limits or ServingLimits()

    async def _make_server(self) -> web.Server:
        made = await super()._make_server()
        crowd = Crowd(self._limits)
        return _Server(
            _refusing_odd(_within(crowd, made.request_handler)),
            crowd,
            request_factory=made.request_factory,
            handler_cancellation=made.handler_cancellation,
            # What the application would have it be made with.
            settings={**made._kwargs, **_times(self._limits)},  # noqa: SLF001  # there is no other way to it
        )


class _Server(web.Server):
    def __init__(
        self,
        handler: _Handler,
        crowd: Crowd,
        *,
        request_factory: Any,  # noqa: ANN401  # the library's own, handed on
        handler_cancellation: bool,
        settings: Mapping[str, Any],
    ) -> None:
        super().__init__(
            handler,
            request_factory=request_factory,
            handler_cancellation=handler_cancellation,
            **settings,
        )
        self.crowd = crowd

    def __call__(self) -> web.RequestHandler:
        return _Protocol(self, self.crowd, **self._kwargs)


class _Protocol(web.RequestHandler):
    __slots__ = ("_address", "_crowd", "is_welcome")

    def __init__(self, server: _Server, crowd: Crowd, **settings: Any) -> None:  # noqa: ANN401  # the library's own
        super().__init__(server, loop=asyncio.get_running_loop(), **settings)
        self._crowd = crowd
        self._address = ""
        self.is_welcome = True

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Count the connection in; one too many has little time to hear that it is."""
        self._address = str((transport.get_extra_info("peername") or ("",))[0])
        self.is_welcome = self._crowd.join(self._address)
        if not self.is_welcome:
            self._keepalive_timeout = self._crowd.limits.hasty_seconds
        super().connection_made(transport)

    def connection_lost(self, exc: BaseException | None) -> None:
        """Count the connection out."""
        self._crowd.leave(self._address)
        super().connection_lost(exc)

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = HTTPStatus.INTERNAL_SERVER_ERROR,
        exc: BaseException | None = None,
        message: str | None = None,  # noqa: ARG002  # it holds what was sent, maybe by others
    ) -> web.StreamResponse:
        """Answer what is no request, or what broke where nothing else answers."""
        if request.writer.output_size > 0:
            raise ConnectionError("an answer is under way")
        if status == HTTPStatus.BAD_REQUEST:
            problem = unreadable(exc)
            _LOG.info("(unreadable) %d %s", problem.status, problem.code)
        else:
            problem = _broken()
            _LOG.error("an answer broke", exc_info=exc)
        return _last_answer(problem)


def unreadable(error: BaseException | None) -> Problem:
    """Say what is wrong with what is no request, without a byte of it."""
    match error:
        case http_exceptions.LineTooLong(args=(_, limit, *_)) if limit == _MAX_LINE_BYTES:
            status, code = HTTPStatus.REQUEST_URI_TOO_LONG, "uri_too_long"
        case http_exceptions.LineTooLong():
            status, code = HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, "headers_too_large"
        case http_exceptions.BadHttpMessage(message=message) if message == _TOO_MANY_HEADERS:
            status, code = HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, "headers_too_large"
        case _:
            status, code = HTTPStatus.BAD_REQUEST, "malformed_request"
    return Problem(status, code, "This cannot be read as a request.")


def tls_context(certificate: Path, key: Path) -> ssl.SSLContext:
    """Make what a server encrypts with; raise an ``OSError`` where a file cannot be used."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    # A key with a passphrase would ask the terminal for it.
    context.load_cert_chain(certificate, key, password=lambda: b"")
    return context


def _times(limits: ServingLimits) -> dict[str, float]:
    """Say how long is waited for a head, and for the rest of a body that nobody reads."""
    return {"keepalive_timeout": limits.idle_seconds, "lingering_time": limits.body_seconds}


def _refusing_odd(handler: _Handler) -> _Handler:
    """Refuse what the library would serve, or repeat in its answer, and others read otherwise."""

    async def handle(request: web.BaseRequest) -> web.StreamResponse:
        problem = _odd(request)
        if problem is None:
            return await handler(request)
        _LOG.info("(unreadable) %d %s", problem.status, problem.code)
        return _last_answer(problem)

    return handle


def _odd(request: web.BaseRequest) -> Problem | None:
    if not is_well_framed(request.version, request.headers.getall("Transfer-Encoding", [])):
        return unreadable(None)
    if request.headers.get("Expect", _CONTINUE).lower() != _CONTINUE:
        detail = f"Nothing but {_CONTINUE} can be expected."
        return Problem(HTTPStatus.EXPECTATION_FAILED, "expectation_failed", detail)
    return None


def _within(crowd: Crowd, handler: _Handler) -> _Handler:
    """Answer no more calls at a time than there is room for, and none of a connection too many."""

    async def handle(request: web.BaseRequest) -> web.StreamResponse:
        request[BODY_SECONDS] = crowd.limits.body_seconds
        if request.path in _PROBES:
            return await handler(request)
        with crowd.call() as has_room:
            if has_room and _is_welcome(request):
                return await handler(request)
        problem = _overloaded()
        _LOG.info("(not read) %d %s", problem.status, problem.code)
        return _last_answer(problem)

    return handle


def _is_welcome(request: web.BaseRequest) -> bool:
    return isinstance(request.protocol, _Protocol) and request.protocol.is_welcome


def _last_answer(problem: Problem) -> web.Response:
    """Answer what has not come to the application, and close the connection."""
    response = problem.response("/")
    response.headers.update(SAFE_HEADERS)
    response.force_close()
    return response


def _overloaded() -> Problem:
    status, headers = HTTPStatus.SERVICE_UNAVAILABLE, {"Retry-After": str(_OVERLOAD_SECONDS)}
    detail = "More is being asked at once than can be answered."
    return Problem(status, "overloaded", detail, headers=headers)


def _broken() -> Problem:
    detail = "This is a bug in the gateway."
    return Problem(HTTPStatus.INTERNAL_SERVER_ERROR, "internal_error", detail)
