"""The wire that an endpoint needs."""

from gateway.figures.backends import Traffic
from gateway.spi import HttpEndpoint, RpcEndpoint
from gateway.transport.http import HttpWire
from gateway.transport.limits import Limits, Trust
from gateway.transport.proxy import Proxy
from gateway.transport.rpc import RpcWire
from gateway.transport.turns import Turns


def open_wire(  # noqa: PLR0913  # what it is made with, each by its name
    endpoint: HttpEndpoint | RpcEndpoint,
    limits: Limits,
    trust: Trust,
    *,
    turns: Turns | None = None,
    proxy: str | None = None,
    traffic: Traffic | None = None,
    tells_trace: bool = False,
) -> HttpWire | RpcWire:
    """Make the wire to an endpoint, perhaps by a proxy. It connects at its first use.

    What goes over it is counted in ``traffic``. If it ``tells_trace`` the vendor is told of traces,
    over HTTP: single messages of a WebSocket have no place for it.
    """
    by = None if proxy is None else Proxy.at(proxy)
    match endpoint:
        case HttpEndpoint():
            return HttpWire(
                endpoint,
                limits,
                trust,
                turns=turns,
                proxy=by,
                traffic=traffic,
                tells_trace=tells_trace,
            )
        case RpcEndpoint():
            return RpcWire(endpoint, limits, trust, turns=turns, proxy=by, traffic=traffic)
