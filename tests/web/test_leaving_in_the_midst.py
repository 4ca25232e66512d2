"""A client that leaves in the midst of its answer is no bug of ours."""

import aiohttp
import pytest
from aiohttp import web
from aiohttp.typedefs import Handler

from gateway.figures.calls import CallFigures
from gateway.web.admission import Admission
from gateway.web.callers import Keyring
from gateway.web.middlewares import answer_calls, log_requests
from tests.support.adapters import noon


async def leave(request: web.Request) -> web.StreamResponse:
    """Stream to a client that is gone after the first bytes."""
    response = web.StreamResponse()
    await response.prepare(request)
    await response.write(b"some")
    assert request.transport is not None
    request.transport.close()
    await response.write(b"more")
    return response


async def fail(_request: web.Request) -> web.StreamResponse:
    raise ConnectionError("of nobody who left")


@pytest.mark.parametrize(("handler", "is_bug"), [(leave, False), (fail, True)])
async def test_only_what_breaks_before_the_client_leaves_is_logged_as_a_bug(
    handler: Handler, is_bug: bool, caplog: pytest.LogCaptureFixture
) -> None:
    admission = Admission(Keyring(), rates={}, trusted_proxies=(), timer=lambda: 0.0)
    answers = answer_calls(admission, noon, frozenset())
    app = web.Application(middlewares=[log_requests(CallFigures()), answers])
    app.router.add_get("/", handler)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    host, port = runner.addresses[0][:2]
    async with aiohttp.ClientSession() as client:
        try:
            async with client.get(f"http://{host}:{port}/") as answer:
                await answer.read()
        except aiohttp.ClientPayloadError:
            pass  # It was cut short.
    await runner.cleanup()

    assert ("broke" in caplog.text) is is_bug
