"""What is known of a call beside its request, from its first line to the end of its answer."""

from aiohttp import web
from msgspec import Struct
from multidict import CIMultiDict, CIMultiDictProxy, MultiMapping, istr

from gateway.web.limits import ServingLimits
from gateway.web.rates import Standing
from gateway.web.repeats import Body
from gateway.web.tracing import Identity, begin, request_id, traced


class Call(Struct):
    """A call by its name in logs, and what is found out about it on its way.

    ``standing`` is where its caller stands with the rate of the key, if it has one, and
    ``wait_seconds`` how long the client waits, where that was heeded. Its body may take
    ``body_seconds`` to come. The ``kept`` body is that of its answer, if it is one that is sent
    again and again.
    """

    identity: Identity
    body_seconds: float = ServingLimits().body_seconds
    standing: Standing | None = None
    wait_seconds: float | None = None
    kept: Body | None = None


CALL = web.RequestKey("CALL", Call)

_ID, _PARENT = istr("X-Request-Id"), istr("traceparent")


def call_of(request: web.BaseRequest) -> Call:
    """Give what is known of a call: from now on its name, if nothing was."""
    try:
        return request[CALL]
    except KeyError:
        return begun(request)


def begun(request: web.BaseRequest) -> Call:
    """Name a call of which nothing is known yet, and have all that is done for it know its name."""
    sent = sent_headers(request)
    identity = Identity(request_id(sent.getall(_ID, ())), traced(sent.getall(_PARENT, ())))
    begin(identity)
    call = request[CALL] = Call(identity)
    return call


def sent_headers(request: web.BaseRequest) -> MultiMapping[str]:
    """Give the headers of a request. What is no request has none, in a dict of another kind."""
    headers = request.headers
    return headers if isinstance(headers, CIMultiDictProxy) else CIMultiDict(headers)
