"""The endpoints of sessions that are made and changed."""

from collections.abc import Mapping

from aiohttp import web

from gateway.federation.backend import Backend
from gateway.model.session import Json
from gateway.spi.abilities import Operation
from gateway.spi.adapter import Write
from gateway.web.bodies import read_object
from gateway.web.idempotency import Ending, Undertaking, answer_once
from gateway.web.parse import parse_session_id
from gateway.web.problems import not_found
from gateway.web.requests import (
    deadline_of,
    directory_for,
    refuse_parameters,
    view_of,
    visible_backends,
)
from gateway.web.writes import decided, ending, named_backend, outcome_unknown

_SESSIONS = "/v1/sessions"


async def create_session(request: web.Request) -> web.Response:
    """Create a session on the backend that the body names."""
    refuse_parameters(request)
    document = await read_object(request, may_be_absent=False)
    disabled = frozenset(directory_for(request).disabled)
    backend = named_backend(document, visible_backends(request), disabled)
    fields = {name: value for name, value in document.items() if name != "backend"}
    write = decided(backend, Operation.CREATE, None, fields)
    return await _written(request, backend, write, document)


async def keep_session_alive(request: web.Request) -> web.Response:
    """Say that a session is still going on."""
    return await _change_session(request, Operation.KEEPALIVE)


async def hide_session(request: web.Request) -> web.Response:
    """Say that a session was left for now."""
    return await _change_session(request, Operation.HIDE)


async def end_session(request: web.Request) -> web.Response:
    """End a session."""
    return await _change_session(request, Operation.END)


async def _change_session(request: web.Request, operation: Operation) -> web.Response:
    refuse_parameters(request)
    path, end = request.rel_url.raw_path, f"/{operation.value}"
    name, native_id = parse_session_id(path, _SESSIONS + "/", end)
    backend = visible_backends(request).get(name)
    if backend is None:
        raise not_found("There is no such session.")
    document = await read_object(request, may_be_absent=True)
    write = decided(backend, operation, native_id, document)
    return await _written(request, backend, write, document)


async def _written(
    request: web.Request, backend: Backend, write: Write, document: Mapping[str, Json]
) -> web.Response:
    view, deadline = view_of(request), deadline_of(request)
    path = request.rel_url.raw_path

    async def carry_out() -> Ending:
        return ending(backend, write, await view.write(backend.name, write, deadline), path)

    route = [write.operation, backend.name if write.native_id else None, write.native_id]
    undertaking = Undertaking(carry_out, outcome_unknown(backend.name), path)
    return await answer_once(request, route, document, undertaking)
