"""One process that serves: it starts, reloads its configuration, and stops as signals tell it.

SIGTERM and SIGINT let what is under way come to its end, and the second of them ends the process at
once. SIGHUP reloads, unless it says that the terminal was closed.
"""

import asyncio
import errno
import logging
import os
import signal
import socket
import ssl
import sys
import time
from collections.abc import Sequence

from gateway.app.allocation import give_back_large_blocks
from gateway.app.application import build_app
from gateway.app.differences import differences
from gateway.app.garbage import spare_what_lasts
from gateway.app.listening import url_of
from gateway.app.metrics import own_metrics
from gateway.app.peers import Peers
from gateway.app.snapshot import SNAPSHOT
from gateway.config import ConfigurationError, ServerSettings, Settings, Source, warnings
from gateway.web.keys import FIGURES
from gateway.web.serving import Runner, tls_context

_LOG = logging.getLogger(__name__)

_STOP_SECONDS = 28.0
_LAST_RESORT_SECONDS = 30.0
"""After so long the system ends the process, whatever holds it up."""

_STOPPING = (signal.SIGTERM, signal.SIGINT)


def runner_of(settings: Settings, peers: Peers | None = None) -> Runner:
    """Make what serves a configuration, beside peers if there are any; nothing is opened yet."""
    return Runner(build_app(settings, peers=peers), tls=_tls(settings.server), access_log=None)


async def start(runner: Runner, sockets: Sequence[socket.socket]) -> None:
    """Serve on sockets that listen, which are closed in the end.

    Raises :class:`StateError` where calls cannot be remembered as they are to be.
    """
    await runner.setup()
    for each in sockets:
        await runner.listen_on(each)


async def serve(
    source: Source,
    settings: Settings,
    sockets: Sequence[socket.socket],
    peers: Peers,
) -> None:
    """Serve on sockets that listen until a signal says to stop, which then takes 30 s at most.

    The settings were read from the source. Peers are told once it serves. Raises what
    :func:`start` does.
    """
    give_back_large_blocks()
    spare_what_lasts()
    runner = runner_of(settings, peers)
    told = _signals(runner)
    await start(runner, sockets)
    address = url_of(runner.addresses[0], is_encrypted=settings.server.tls is not None)
    _LOG.info("serving on %s", address)
    await peers.begin(lambda: own_metrics(runner.app))
    while (number := await told.get()) is signal.SIGHUP and not _has_lost_its_terminal():
        settings = await _reloaded(source, settings, runner)
    _LOG.info("stopping")
    # Who presses Ctrl-C is not waiting for a load balancer.
    lame_duck_s = settings.server.lame_duck_s if number is signal.SIGTERM else 0
    await runner.stop(_STOP_SECONDS, lame_duck_s=lame_duck_s)
    _LOG.info("stopped")


def _signals(runner: Runner) -> asyncio.Queue[signal.Signals]:
    """Give the signals to come, one after the other; the first that says to stop shows at once."""
    loop = asyncio.get_running_loop()
    told: asyncio.Queue[signal.Signals] = asyncio.Queue()

    def stop(number: signal.Signals) -> None:
        runner.tell_stopping()
        for each in _STOPPING:
            loop.remove_signal_handler(each)
            signal.signal(each, signal.SIG_DFL)
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        signal.setitimer(signal.ITIMER_REAL, _LAST_RESORT_SECONDS)
        told.put_nowait(number)

    for each in _STOPPING:
        loop.add_signal_handler(each, stop, each)
    loop.add_signal_handler(signal.SIGHUP, told.put_nowait, signal.SIGHUP)
    return told


def _has_lost_its_terminal() -> bool:
    """Say whether we ran on a terminal that was closed, which is told by SIGHUP too."""
    try:
        os.tcgetpgrp(sys.stdin.fileno())
    except OSError as error:
        return error.errno == errno.EIO
    except (AttributeError, ValueError):  # there is no standard input at all
        return False
    return False


async def _reloaded(source: Source, settings: Settings, runner: Runner) -> Settings:
    """Serve what the source says now, if it can be served, and give what is then in force."""
    reloads = runner.app[FIGURES].reloads
    try:
        wanted = await _switched(source, settings, runner)
    except ConfigurationError as error:
        for problem in error.problems:
            _LOG.error("%s", problem)
    except Exception:  # noqa: BLE001  # whatever is wrong with the new one, the old one serves
        _LOG.exception("%s: cannot be served", source.path)
    else:
        reloads.note(is_done=True, now=time.time())
        return wanted
    reloads.note(is_done=False, now=time.time())
    _LOG.error("not reloaded: what was in force before still is")
    return settings


async def _switched(source: Source, settings: Settings, runner: Runner) -> Settings:
    # In a thread: whoever is being served need not wait for files.
    read = await asyncio.to_thread(source.read_again, settings)
    tls = None if "server.tls" in read.kept else await asyncio.to_thread(_tls, read.settings.server)
    before = runner.app
    app = build_app(read.settings, before=before)
    await runner.switch(app, tls)
    for key in read.kept:
        _LOG.warning("%s: it takes a restart to change that", key)
    known = set(warnings(settings))
    for warning in warnings(read.settings):
        if warning not in known:
            _LOG.warning("%s", warning)
    _LOG.info("reloaded: %s", differences(before[SNAPSHOT], app[SNAPSHOT]))
    return read.settings


def _tls(server: ServerSettings) -> ssl.SSLContext | None:
    return tls_context(server.tls.cert, server.tls.key) if server.tls else None
