"""The endpoints of sessions that are read."""

import dataclasses

from aiohttp import web

from gateway.federation.lookup import Found, Missing
from gateway.federation.run import PageRequest
from gateway.model.report import Failure
from gateway.web.calls import call_of
from gateway.web.counting import count_parts
from gateway.web.cursors import Cursors
from gateway.web.formats import TABLE
from gateway.web.keys import CALLER, FEDERATION, FORMAT, QUESTIONS, REPEATS, SEALER
from gateway.web.parse import CountEffort, parse_session_id
from gateway.web.problems import not_found
from gateway.web.refusals import failure_problem
from gateway.web.render import json_response, page_response, session_response
from gateway.web.repeated import RepeatedResponse
from gateway.web.repeats import Question
from gateway.web.requests import (
    deadline_of,
    deadlines_of,
    directory_for,
    freshness_of,
    refuse_parameters,
    view_of,
    visible_backends,
    wait_seconds,
)
from gateway.web.streaming import stream
from gateway.web.summary import ROWS_AT_A_TIME, parse_summary, summarise
from gateway.web.writers import WRITERS

_SESSIONS = "/v1/sessions"


async def list_sessions(request: web.Request) -> web.StreamResponse:
    """Give one page over all asked backends, or all of it as a stream."""
    # An answer that is kept as it is serves who does not say how fresh it is to be.
    again = None if "Cache-Control" in request.headers else _given_again(request)
    return await _listed(request) if again is None else again


async def summarise_sessions(request: web.Request) -> web.Response:
    """Count the sessions of all asked backends."""
    asked = parse_summary(request.query, request[CALLER], directory_for(request))
    wanted = PageRequest(
        asked.query, ROWS_AT_A_TIME, freshness=freshness_of(request, asked.query.backends)
    )
    run = view_of(request).run(wanted)
    return await summarise(run, asked, deadline_of(request))


async def get_session(request: web.Request) -> web.Response:
    """Give one session."""
    refuse_parameters(request)
    name, native_id = parse_session_id(request.rel_url.raw_path, _SESSIONS + "/")
    if name not in visible_backends(request):
        raise not_found("There is no such session.")
    freshness = freshness_of(request, [name])
    lookup = await view_of(request).session(name, native_id, deadline_of(request), freshness)
    match lookup:
        case Found():
            return session_response(lookup)
        case Missing():
            raise not_found("There is no such session.")
        case Failure():
            raise failure_problem([lookup])


def _given_again(request: web.Request) -> web.Response | None:
    """Give an answer that is kept as it is."""
    app = request.app
    federation = app[FEDERATION]
    kept = app[REPEATS].find(_question(request), federation)
    if kept is None:
        return None
    call = call_of(request)
    call.wait_seconds, call.kept = wait_seconds(request), kept.body
    count_parts(federation.backends, kept.reports)
    return RepeatedResponse(kept, federation.timer())


def _question(request: web.Request) -> Question:
    return Question(request[CALLER], request.rel_url.raw_query_string, request[FORMAT])


async def _listed(request: web.Request) -> web.StreamResponse:
    query = request.rel_url.raw_query_string
    asked, parameters = request.app[QUESTIONS].read(request[CALLER], query)
    if request[FORMAT] == TABLE:
        asked = dataclasses.replace(asked, required=frozenset(asked.query.backends))
    freshness = freshness_of(request, asked.query.backends)
    if freshness.max_stale_s is not None:
        asked = dataclasses.replace(asked, stale_taken_s=freshness.max_stale_s)
    cursors = Cursors(request.app[SEALER], asked, request.path, parameters)
    wanted = PageRequest(asked.query, asked.page_size, asked.position, asked.required, freshness)
    view = view_of(request)
    if asked.is_explained:
        return json_response({"plan": view.explain(wanted)})
    if request[FORMAT] in WRITERS:
        writer, run = WRITERS[request[FORMAT]], view.run(wanted)
        return await stream(request, run, cursors, deadlines_of(request), writer)
    is_counted = asked.count is CountEffort.EXACT
    federation = request.app[FEDERATION]
    states = federation.states(asked.query.backends)
    page = await view.page(wanted, deadline_of(request), is_counted=is_counted)
    response = page_response(page, cursors)
    request.app[REPEATS].keep(_question(request), response, page, federation, states)
    return response
