"""The endpoints of the process: whether it lives, and what it counts."""

from aiohttp import web

from gateway.web.caching import NO_STORE
from gateway.web.formats import PROMETHEUS
from gateway.web.keys import METRICS
from gateway.web.problems import not_gathered
from gateway.web.render import json_response


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
