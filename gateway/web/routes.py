"""The endpoints."""

from aiohttp import web

from gateway.federation.backend import Backend
from gateway.federation.fan_out import Deadline
from gateway.federation.federation import PageRequest
from gateway.federation.lookup import Found, Missing
from gateway.model.report import Failure
from gateway.paging.cursor import FROM_THE_START, CursorError, CursorMismatchError, Position
from gateway.web.backends import describe
from gateway.web.keys import CALLER, DEADLINE_SECONDS, FEDERATION, SEALER
from gateway.web.parse import ListRequest, parse_list, parse_session_id
from gateway.web.problems import ParameterError, Problem, bad_parameters, not_found
from gateway.web.render import failure_problem, json_response, page_response, session_response

_SESSIONS = "/v1/sessions"
_BACKENDS = "/v1/backends"


def routes() -> list[web.AbstractRouteDef]:
    """Give every endpoint there is."""
    return [
        web.get(_SESSIONS, list_sessions),
        # The id is read from the path as it was sent: a router would decode it too early.
        web.get(_SESSIONS + "/{id:.+}", get_session),
        web.get(_BACKENDS, list_backends),
        web.get(_BACKENDS + "/{name}", get_backend),
        web.get("/healthz", health),
        web.get("/readyz", readiness),
    ]


async def list_sessions(request: web.Request) -> web.Response:
    """Give one page over all asked backends."""
    vendors = {name: b.adapter.vendor for name, b in _visible(request).items()}
    asked = parse_list(request.query, request[CALLER], vendors, _disabled(request))
    position = _position(request, asked)
    page = await request.app[FEDERATION].page(
        PageRequest(asked.query, asked.limit, position), _deadline(request)
    )
    sealer = request.app[SEALER]
    cursor = sealer.seal(page.next, asked.fingerprint) if page.next else None
    return page_response(page, limit=asked.limit, cursor=cursor)


async def get_session(request: web.Request) -> web.Response:
    """Give one session."""
    name, native_id = parse_session_id(request.rel_url.raw_path, _SESSIONS + "/")
    if name not in _visible(request):
        raise not_found("There is no such session.")
    lookup = await request.app[FEDERATION].session(name, native_id, _deadline(request))
    match lookup:
        case Found():
            return session_response(lookup)
        case Missing():
            raise not_found("There is no such session.")
        case Failure():
            raise failure_problem([lookup])


async def list_backends(request: web.Request) -> web.Response:
    """Describe every backend the caller may see."""
    return json_response({"data": [describe(backend) for backend in _visible(request).values()]})


async def get_backend(request: web.Request) -> web.Response:
    """Describe one backend."""
    backend = _visible(request).get(request.match_info["name"])
    if backend is None:
        raise not_found("There is no such backend.")
    return json_response({"data": describe(backend)})


async def health(_request: web.Request) -> web.Response:
    """Say that the process lives."""
    return json_response({"status": "ok"})


async def readiness(_request: web.Request) -> web.Response:
    """Say that calls can be served. Vendors are never asked: their trouble is not ours."""
    return json_response({"status": "ready"})


def _visible(request: web.Request) -> dict[str, Backend]:
    caller = request[CALLER]
    backends = request.app[FEDERATION].backends
    return {name: backend for name, backend in backends.items() if caller.may_see(name)}


def _disabled(request: web.Request) -> dict[str, str]:
    caller = request[CALLER]
    disabled = request.app[FEDERATION].disabled
    return {name: vendor for name, vendor in disabled.items() if caller.may_see(name)}


def _deadline(request: web.Request) -> Deadline:
    return Deadline.within(request.app[DEADLINE_SECONDS])


def _position(request: web.Request, asked: ListRequest) -> Position:
    if asked.cursor is None:
        return FROM_THE_START
    try:
        return request.app[SEALER].open(asked.cursor, asked.fingerprint)
    except CursorError as error:
        raise _bad_cursor("invalid_cursor", str(error)) from None
    except CursorMismatchError as error:
        raise _bad_cursor("cursor_mismatch", str(error)) from None


def _bad_cursor(code: str, detail: str) -> Problem:
    return bad_parameters([ParameterError("cursor", code, detail)])
