"""What is known of a call beside its request, from its first line to the end of its answer."""

from dataclasses import dataclass

from aiohttp import web
from multidict import CIMultiDict, CIMultiDictProxy, MultiMapping

from gateway.web.limits import ServingLimits
from gateway.web.rates import Standing
from gateway.web.repeats import Body
from gateway.web.tracing import Identity, begin, request_id, traced


@dataclass(slots=True)
class Call:
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


def call_of(request: web.BaseRequest) -> Call:
    """Give what is known of a call: from now on its name, if nothing was."""
    try:
        return request[CALL]
    except KeyError:
        return _begun(request)


def sent_headers(request: web.BaseRequest) -> MultiMapping[str]:
    """Give the headers of a request. What is no request has none, in a dict of another kind."""
    headers = request.headers
    return headers if isinstance(headers, CIMultiDictProxy) else CIMultiDict(headers)


def _begun(request: web.BaseRequest) -> Call:
    sent = sent_headers(request)
    identity = Identity(
        request_id(sent.getall("X-Request-Id", ())), traced(sent.getall("traceparent", ()))
    )
    begin(identity)
    call = request[CALL] = Call(identity)
    return call
