"""``serve``: the gateway on its address until it is told to stop."""

import asyncio
import logging
import signal
import socket
from collections.abc import Sequence
from pathlib import Path
from typing import Unpack

from aiohttp import web

from gateway.app import build_app
from gateway.cli.ending import fail
from gateway.cli.garbage import spare_what_lasts
from gateway.cli.listening import url_of
from gateway.cli.logs import log_serving
from gateway.cli.post import Post
from gateway.cli.settings import loaded
from gateway.cli.supervisor import supervise
from gateway.config import Served, Settings
from gateway.state.idempotency import StateError
from gateway.web.serving import Runner, tls_context

_LOG = logging.getLogger(__name__)
_SHUTDOWN_SECONDS = 10.0


def serve_file(path: Path, **served: Unpack[Served]) -> None:
    """Serve a configuration file until SIGINT or SIGTERM."""
    settings = loaded(path, **served)
    log_serving()
    if settings.server.workers > 1:
        supervise(path, settings.server, served)
    else:
        asyncio.run(_serve(settings))


def serve_at(post: Post, settings: Settings) -> None:
    """Serve as one of several workers, until the supervisor says otherwise."""
    asyncio.run(_serve(settings, post))


async def _serve(settings: Settings, post: Post | None = None) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    if post is not None:
        post.watch(stop.set)
    runner = await start(settings, post.sockets if post is not None else ())
    spare_what_lasts()
    _LOG.info("serving on %s", address_of(runner, is_encrypted=settings.server.tls is not None))
    if post is not None:
        post.begin()
    try:
        await stop.wait()
    finally:
        await runner.cleanup()
        _LOG.info("stopped")


async def start(settings: Settings, sockets: Sequence[socket.socket] = ()) -> web.AppRunner:
    """Listen, on these sockets if there are any; the caller cleans up."""
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
        for each in sockets:
            await web.SockSite(runner, each).start()
        if not sockets:
            await web.TCPSite(runner, server.host, server.port).start()
    except OSError as error:
        await runner.cleanup()
        fail(f"{server.host}:{server.port}: cannot listen here: {error.strerror}")
    return runner


def address_of(runner: web.AppRunner, *, is_encrypted: bool = False) -> str:
    """Give the address that was bound, as a URL."""
    return url_of(runner.addresses[0], is_encrypted=is_encrypted)
