"""The endpoints of backends."""

from aiohttp import web

from gateway.federation.backend import Backend
from gateway.web.backends import describe
from gateway.web.bodies import read_object
from gateway.web.idempotency import Ending, Undertaking, answer_once
from gateway.web.keys import REFRESHES
from gateway.web.problems import not_found
from gateway.web.refreshes import refresh_unknown, refreshed, refuse_fields
from gateway.web.render import json_response
from gateway.web.requests import deadline_of, refuse_parameters, view_of, visible_backends


async def list_backends(request: web.Request) -> web.Response:
    """Describe every backend the caller may see."""
    refuse_parameters(request)
    return json_response({"data": [*map(describe, visible_backends(request).values())]})


async def get_backend(request: web.Request) -> web.Response:
    """Describe one backend."""
    return json_response({"data": describe(_named(request))})


async def refresh_backend(request: web.Request) -> web.Response:
    """Drop what is kept of a backend, and read it anew."""
    backend = _named(request)
    document = await read_object(request, may_be_absent=True)
    refuse_fields(document)
    limiter, view, deadline = request.app[REFRESHES], view_of(request), deadline_of(request)
    path = request.rel_url.raw_path

    async def carry_out() -> Ending:
        return await refreshed(view, backend, limiter, deadline, path)

    undertaking = Undertaking(carry_out, refresh_unknown(), path)
    return await answer_once(request, ["refresh", backend.name], document, undertaking)


def _named(request: web.Request) -> Backend:
    """Find the backend that the path names; raise a 404 where the caller may see none."""
    refuse_parameters(request)
    backend = visible_backends(request).get(request.match_info["name"])
    if backend is None:
        raise not_found("There is no such backend.")
    return backend
