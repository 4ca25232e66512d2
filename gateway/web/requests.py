"""What endpoints ask of a request: what its caller sees, how soon and how fresh it is wanted."""

from collections.abc import Callable, Collection

from aiohttp import web

from gateway.federation.backend import Backend
from gateway.federation.deadline import Deadline
from gateway.federation.freshness import AS_KEPT, Freshness
from gateway.web import directives
from gateway.web.calls import call_of
from gateway.web.form import Form
from gateway.web.keys import CALLER, DEADLINE_SECONDS, FEDERATION
from gateway.web.parse import Directory
from gateway.web.questions import directory_of
from gateway.web.views import View


def refuse_parameters(request: web.Request) -> None:
    """Raise a 400 for parameters, where there are none."""
    form = Form(request.query)
    form.refuse_all_but(lambda _: False)
    form.finish()


def view_of(request: web.Request) -> View:
    """Give the federation as the caller sees it."""
    return View(request.app[FEDERATION], request[CALLER].redaction)


def visible_backends(request: web.Request) -> dict[str, Backend]:
    """Give the backends that exist for the caller, by their names."""
    caller = request[CALLER]
    backends = request.app[FEDERATION].backends
    return {name: backend for name, backend in backends.items() if caller.may_see(name)}


def directory_for(request: web.Request) -> Directory:
    """Give the directory of backends as the caller sees it."""
    return directory_of(request.app[FEDERATION], request[CALLER])


def deadline_of(request: web.Request) -> Deadline:
    """Begin the time of a call: what the client gives it, or what is configured."""
    wait = call_of(request).wait_seconds = wait_seconds(request)
    return Deadline.within(request.app[DEADLINE_SECONDS] if wait is None else wait)


def deadlines_of(request: web.Request) -> Callable[[], Deadline]:
    """Give the deadline of each stretch of a stream: one for all if the client gave one."""
    first = deadline_of(request)
    if call_of(request).wait_seconds is not None:
        return lambda: first
    return lambda: deadline_of(request)


def wait_seconds(request: web.Request) -> float | None:
    """Read how long the client waits, where it says so."""
    preferences = request.headers.getall("Prefer", ())
    return directives.wait_seconds(preferences) if preferences else None


def freshness_of(request: web.Request, asked: Collection[str]) -> Freshness:
    """Read how fresh an answer of these backends is to be; some keep nothing, or are disabled."""
    sent = request.headers.getall("Cache-Control", [])
    if not sent:
        return AS_KEPT
    visible = visible_backends(request)
    kept = [visible[name].lifetimes.fresh_s for name in asked if name in visible]
    kept_for_s = min((seconds for seconds in kept if seconds > 0), default=None)
    return directives.freshness(sent, kept_for_s)
