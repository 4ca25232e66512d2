"""The endpoints."""

import dataclasses
import functools
from collections.abc import Callable, Collection, Mapping
from typing import TYPE_CHECKING

from aiohttp import web

from gateway.federation.backend import Backend
from gateway.federation.deadline import Deadline
from gateway.federation.freshness import AS_KEPT, Freshness
from gateway.federation.lookup import Found, Missing
from gateway.federation.run import PageRequest
from gateway.model.report import Failure
from gateway.model.session import Json
from gateway.spi.abilities import Operation
from gateway.spi.adapter import Write
from gateway.web import directives
from gateway.web.backends import describe
from gateway.web.bodies import read_object
from gateway.web.caching import NO_STORE
from gateway.web.calls import call_of
from gateway.web.counting import count_parts
from gateway.web.cursors import Cursors
from gateway.web.dashboard import give_dashboard_file, show_dashboard
from gateway.web.form import Form
from gateway.web.formats import PROMETHEUS, TABLE
from gateway.web.idempotency import Ending, Undertaking, answer_once
from gateway.web.keys import (
    CALLER,
    DEADLINE_SECONDS,
    FEDERATION,
    FORMAT,
    METRICS,
    QUESTIONS,
    REFRESHES,
    REPEATS,
    SEALER,
)
from gateway.web.openapi.serving import Description, describe_endpoints
from gateway.web.parse import CountEffort, Directory, parse_session_id
from gateway.web.problem_pages import describe_problem
from gateway.web.problems import not_found, not_gathered
from gateway.web.questions import directory_of
from gateway.web.refreshes import refresh_unknown, refreshed, refuse_fields
from gateway.web.refusals import failure_problem
from gateway.web.render import json_response, page_response, session_response
from gateway.web.repeated import RepeatedResponse
from gateway.web.repeats import Question
from gateway.web.streaming import stream
from gateway.web.summary import ROWS_AT_A_TIME, parse_summary, summarise
from gateway.web.views import View
from gateway.web.writers import WRITERS
from gateway.web.writes import decided, ending, named_backend, outcome_unknown

if TYPE_CHECKING:
    from gateway.web.openapi.serving import Description

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


async def list_sessions(request: web.Request) -> web.StreamResponse:
    """Give one page over all asked backends, or all of it as a stream."""
    # An answer that is kept as it is serves who does not say how fresh it is to be.
    again = None if "Cache-Control" in request.headers else _given_again(request)
    return await _listed(request) if again is None else again


async def _listed(request: web.Request) -> web.StreamResponse:
    query = request.rel_url.raw_query_string
    asked, parameters = request.app[QUESTIONS].read(request[CALLER], query)
    if request[FORMAT] == TABLE:
        asked = dataclasses.replace(asked, required=frozenset(asked.query.backends))
    freshness = _freshness(request, asked.query.backends)
    if freshness.max_stale_s is not None:
        asked = dataclasses.replace(asked, stale_taken_s=freshness.max_stale_s)
    cursors = Cursors(request.app[SEALER], asked, request.path, parameters)
    wanted = PageRequest(asked.query, asked.page_size, asked.position, asked.required, freshness)
    view = _view(request)
    if asked.is_explained:
        return json_response({"plan": view.explain(wanted)})
    if request[FORMAT] in WRITERS:
        writer, run = WRITERS[request[FORMAT]], view.run(wanted)
        return await stream(request, run, cursors, _deadlines(request), writer)
    is_counted = asked.count is CountEffort.EXACT
    federation = request.app[FEDERATION]
    states = federation.states(asked.query.backends)
    page = await view.page(wanted, _deadline(request), is_counted=is_counted)
    response = page_response(page, cursors)
    request.app[REPEATS].keep(_question(request), response, page, federation, states)
    return response


async def summarise_sessions(request: web.Request) -> web.Response:
    """Count the sessions of all asked backends."""
    asked = parse_summary(request.query, request[CALLER], _directory(request))
    wanted = PageRequest(
        asked.query, ROWS_AT_A_TIME, freshness=_freshness(request, asked.query.backends)
    )
    run = _view(request).run(wanted)
    return await summarise(run, asked, _deadline(request))


async def get_session(request: web.Request) -> web.Response:
    """Give one session."""
    _refuse_parameters(request)
    name, native_id = parse_session_id(request.rel_url.raw_path, _SESSIONS + "/")
    if name not in _visible(request):
        raise not_found("There is no such session.")
    freshness = _freshness(request, [name])
    lookup = await _view(request).session(name, native_id, _deadline(request), freshness)
    match lookup:
        case Found():
            return session_response(lookup)
        case Missing():
            raise not_found("There is no such session.")
        case Failure():
            raise failure_problem([lookup])


async def create_session(request: web.Request) -> web.Response:
    """Create a session on the backend that the body names."""
    _refuse_parameters(request)
    document = await read_object(request, may_be_absent=False)
    disabled = frozenset(_directory(request).disabled)
    backend = named_backend(document, _visible(request), disabled)
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


async def list_backends(request: web.Request) -> web.Response:
    """Describe every backend the caller may see."""
    _refuse_parameters(request)
    return json_response({"data": [describe(backend) for backend in _visible(request).values()]})


async def get_backend(request: web.Request) -> web.Response:
    """Describe one backend."""
    return json_response({"data": describe(_named(request))})


async def refresh_backend(request: web.Request) -> web.Response:
    """Drop what is kept of a backend, and read it anew."""
    backend = _named(request)
    document = await read_object(request, may_be_absent=True)
    refuse_fields(document)
    limiter, view, deadline = request.app[REFRESHES], _view(request), _deadline(request)
    path = request.rel_url.raw_path

    async def carry_out() -> Ending:
        return await refreshed(view, backend, limiter, deadline, path)

    undertaking = Undertaking(carry_out, refresh_unknown(), path)
    return await answer_once(request, ["refresh", backend.name], document, undertaking)


async def give_description(_request: web.Request) -> web.Response:
    """Give this description of the API, for programs."""
    return described().as_json()


async def show_description(_request: web.Request) -> web.Response:
    """Give this description of the API, for people."""
    return described().as_page()


@functools.cache
def described() -> "Description":
    """Describe every endpoint there is."""
    # Few ask for it, and everybody waits for a start.

    return describe_endpoints(routes())


async def health(_request: web.Request) -> web.Response:
    """Say that the process lives."""
    return json_response({"status": "ok"})


async def readiness(_request: web.Request) -> web.Response:
    """Say that calls can be served. Vendors are never asked: their trouble is not ours."""
    return json_response({"status": "ready"})


async def give_metrics(request: web.Request) -> web.Response:
    """Give what is counted and measured, for Prometheus."""
    try:
        body = await request.app[METRICS]()
    except TimeoutError:
        raise not_gathered() from None
    return web.Response(body=body, headers={"Content-Type": PROMETHEUS, **NO_STORE})


async def _change_session(request: web.Request, operation: Operation) -> web.Response:
    _refuse_parameters(request)
    path, end = request.rel_url.raw_path, f"/{operation.value}"
    name, native_id = parse_session_id(path, _SESSIONS + "/", end)
    backend = _visible(request).get(name)
    if backend is None:
        raise not_found("There is no such session.")
    document = await read_object(request, may_be_absent=True)
    write = decided(backend, operation, native_id, document)
    return await _written(request, backend, write, document)


async def _written(
    request: web.Request, backend: Backend, write: Write, document: Mapping[str, Json]
) -> web.Response:
    view, deadline = _view(request), _deadline(request)
    path = request.rel_url.raw_path

    async def carry_out() -> Ending:
        return ending(backend, write, await view.write(backend.name, write, deadline), path)

    route = [write.operation, backend.name if write.native_id else None, write.native_id]
    undertaking = Undertaking(carry_out, outcome_unknown(backend.name), path)
    return await answer_once(request, route, document, undertaking)


def _named(request: web.Request) -> Backend:
    """Find the backend that the path names; raise a 404 where the caller may see none."""
    _refuse_parameters(request)
    backend = _visible(request).get(request.match_info["name"])
    if backend is None:
        raise not_found("There is no such backend.")
    return backend


def _given_again(request: web.Request) -> web.Response | None:
    """Give an answer that is kept as it is."""
    app = request.app
    federation = app[FEDERATION]
    kept = app[REPEATS].find(_question(request), federation)
    if kept is None:
        return None
    call = call_of(request)
    call.wait_seconds, call.kept = _wait_seconds(request), kept.body
    count_parts(federation.backends, kept.reports)
    return RepeatedResponse(kept, federation.timer())


def _question(request: web.Request) -> Question:
    return Question(request[CALLER], request.rel_url.raw_query_string, request[FORMAT])


def _refuse_parameters(request: web.Request) -> None:
    form = Form(request.query)
    form.refuse_all_but(lambda _: False)
    form.finish()


def _view(request: web.Request) -> View:
    return View(request.app[FEDERATION], request[CALLER].redaction)


def _visible(request: web.Request) -> dict[str, Backend]:
    caller = request[CALLER]
    backends = request.app[FEDERATION].backends
    return {name: backend for name, backend in backends.items() if caller.may_see(name)}


def _directory(request: web.Request) -> Directory:
    return directory_of(request.app[FEDERATION], request[CALLER])


def _deadline(request: web.Request) -> Deadline:
    """Begin the time of a call: what the client gives it, or what is configured."""
    wait = call_of(request).wait_seconds = _wait_seconds(request)
    return Deadline.within(request.app[DEADLINE_SECONDS] if wait is None else wait)


def _wait_seconds(request: web.Request) -> float | None:
    preferences = request.headers.getall("Prefer", ())
    return directives.wait_seconds(preferences) if preferences else None


def _deadlines(request: web.Request) -> Callable[[], Deadline]:
    """Give the deadline of each stretch of a stream: one for all if the client gave one."""
    first = _deadline(request)
    if call_of(request).wait_seconds is not None:
        return lambda: first
    return lambda: _deadline(request)


def _freshness(request: web.Request, asked: Collection[str]) -> Freshness:
    """Read how fresh an answer of these backends is to be; some keep nothing, or are disabled."""
    sent = request.headers.getall("Cache-Control", [])
    if not sent:
        return AS_KEPT
    visible = _visible(request)
    kept = [visible[name].lifetimes.fresh_s for name in asked if name in visible]
    kept_for_s = min((seconds for seconds in kept if seconds > 0), default=None)
    return directives.freshness(sent, kept_for_s)
