"""``serve``: the gateway on its address until it is told to stop."""

import asyncio
import os
import socket
from pathlib import Path
from typing import Unpack

from gateway.app.listening import listen
from gateway.app.peers import Alone, Peers
from gateway.app.process import runner_of, serve, start
from gateway.cli.ending import fail
from gateway.cli.mask import Mask
from gateway.cli.post import Post
from gateway.cli.serving_logs import log_serving
from gateway.cli.settings import loaded
from gateway.cli.supervisor import supervise
from gateway.config import Served, ServerSettings, Settings, Source
from gateway.state.idempotency import StateError
from gateway.web.serving import Runner


def serve_file(path: Path, **served: Unpack[Served]) -> None:
    """Serve a configuration file until SIGINT or SIGTERM."""
    settings = loaded(path, **served)
    mask = Mask()
    mask.learn(settings)
    log_serving(layout=settings.log.format, mask=mask)
    sockets = _listening(settings.server)
    if settings.server.workers > 1:
        supervise(path, settings.server, served, sockets)
    else:
        _run(Source(path, served, on_read=mask.learn), settings, sockets, Alone())


def serve_at(post: Post, source: Source, settings: Settings) -> None:
    """Serve as one of several workers, until the supervisor says otherwise, or has gone."""
    _run(source, settings, post.sockets, post)


async def started(settings: Settings) -> Runner:
    """Listen; the caller cleans up."""
    runner = runner_of(settings)
    await start(runner, _listening(settings.server))
    return runner


def _run(
    source: Source,
    settings: Settings,
    sockets: list[socket.socket],
    peers: Peers,
) -> None:
    try:
        asyncio.run(serve(source, settings, sockets, peers))
    except StateError as error:
        fail(f"server.state_dir: {error}")


def _listening(server: ServerSettings) -> list[socket.socket]:
    try:
        return listen(server.host, server.port)
    except OSError as error:
        fail(f"{server.host}:{server.port}: cannot listen here: {os.strerror(error.errno or 0)}")
