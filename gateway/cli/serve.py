"""``serve``: the gateway on its address until it is told to stop."""

import asyncio
import logging
import signal
from pathlib import Path

from aiohttp import web

from gateway.app import build_app
from gateway.cli.ending import fail
from gateway.cli.logs import log_serving
from gateway.cli.settings import loaded
from gateway.config import Settings
from gateway.state.idempotency import StateError
from gateway.web.serving import Runner, tls_context

_LOG = logging.getLogger(__name__)
_SHUTDOWN_SECONDS = 10.0


def serve_file(path: Path, *, host: str | None, port: int | None) -> None:
    """Serve a configuration file until SIGINT or SIGTERM."""
    settings = loaded(path, host=host, port=port)
    log_serving()
    asyncio.run(_serve(settings))


async def _serve(settings: Settings) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    runner = await start(settings)
    _LOG.info("serving on %s", address_of(runner, is_encrypted=settings.server.tls is not None))
    try:
        await stop.wait()
    finally:
        await runner.cleanup()
        _LOG.info("stopped")


async def start(settings: Settings) -> web.AppRunner:
    """Listen; the caller cleans up."""
    server = settings.server
    runner = Runner(
        build_app(settings),
        tls=tls_context(server.tls.cert, server.tls.key) if server.tls else None,
        access_log=None,
        shutdown_timeout=_SHUTDOWN_SECONDS,
    )
    try:
        await runner.setup()
    except StateError as error:
        fail(f"server.state_dir: {error}")
    try:
        await web.TCPSite(runner, server.host, server.port).start()
    except OSError as error:
        await runner.cleanup()
        fail(f"{server.host}:{server.port}: cannot listen here: {error.strerror}")
    return runner


def address_of(runner: web.AppRunner, *, is_encrypted: bool = False) -> str:
    """Give the address that was bound, as a URL."""
    host, port = runner.addresses[0][:2]
    scheme = "https" if is_encrypted else "http"
    return f"{scheme}://[{host}]:{port}" if ":" in host else f"{scheme}://{host}:{port}"
