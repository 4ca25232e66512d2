"""``serve``: the gateway on its address until it is told to stop."""

import asyncio
import socket
from pathlib import Path

from gateway.app.process import listen, runner_of, serve, start
from gateway.cli.ending import fail
from gateway.cli.logs import log_serving
from gateway.cli.settings import loaded
from gateway.config import ServerSettings, Settings, Source
from gateway.state.idempotency import StateError
from gateway.web.serving import Runner


def serve_file(path: Path, *, host: str | None, port: int | None) -> None:
    """Serve a configuration file until SIGINT or SIGTERM."""
    settings = loaded(path, host=host, port=port)
    log_serving()
    sockets = _listening(settings.server)
    try:
        asyncio.run(serve(Source(path, host, port), settings, sockets))
    except StateError as error:
        fail(f"server.state_dir: {error}")


async def started(settings: Settings) -> Runner:
    """Listen; the caller cleans up."""
    runner = runner_of(settings)
    await start(runner, _listening(settings.server))
    return runner


def _listening(server: ServerSettings) -> list[socket.socket]:
    try:
        return listen(server.host, server.port)
    except OSError as error:
        fail(f"{server.host}:{server.port}: cannot listen here: {error.strerror}")
