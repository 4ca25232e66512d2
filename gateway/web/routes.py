"""The table of routes, and what describes it."""

import functools

from aiohttp import web

from gateway.web.backend_endpoints import get_backend, list_backends, refresh_backend
from gateway.web.change_endpoints import (
    create_session,
    end_session,
    hide_session,
    keep_session_alive,
)
from gateway.web.dashboard import give_dashboard_file, show_dashboard
from gateway.web.openapi.serving import Description, describe_endpoints
from gateway.web.problem_pages import describe_problem
from gateway.web.process_endpoints import give_metrics, health, readiness
from gateway.web.session_endpoints import get_session, list_sessions, summarise_sessions

_SESSIONS = "/v1/sessions"
_BACKENDS = "/v1/backends"


def routes() -> list[web.AbstractRouteDef]:
    """Give every endpoint there is."""
    return [
        web.get(_SESSIONS, list_sessions),
        # No id is without a colon, so this is none.
        web.get(_SESSIONS + "/summary", summarise_sessions),
        # The id is read from the path as it was sent: a router would decode it too early.
        web.get(_SESSIONS + "/{id:[^/]+}", get_session),
        web.post(_SESSIONS, create_session),
        web.post(_SESSIONS + "/{id:[^/]+}/keepalive", keep_session_alive),
        web.post(_SESSIONS + "/{id:[^/]+}/hide", hide_session),
        web.post(_SESSIONS + "/{id:[^/]+}/end", end_session),
        web.get(_BACKENDS, list_backends),
        web.get(_BACKENDS + "/{name}", get_backend),
        web.post(_BACKENDS + "/{name}/refresh", refresh_backend),
        web.get("/", show_dashboard),
        web.get("/page/{folder}/{file}", give_dashboard_file),
        web.get("/problems/{code}", describe_problem),
        web.get("/openapi.json", give_description),
        web.get("/docs", show_description),
        web.get("/healthz", health),
        web.get("/readyz", readiness),
        web.get("/metrics", give_metrics),
    ]


async def give_description(_request: web.Request) -> web.Response:
    """Give this description of the API, for programs."""
    return described().as_json()


async def show_description(_request: web.Request) -> web.Response:
    """Give this description of the API, for people."""
    return described().as_page()


@functools.cache
def described() -> Description:
    """Describe every endpoint there is."""
    # Few ask for it, and everybody waits for a start.
    return describe_endpoints(routes())
