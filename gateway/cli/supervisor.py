"""``serve`` with several workers: one process listens for all of them, and looks after them."""

import asyncio
import logging
import secrets
import signal
import socket
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from gateway.app.garbage import spare_what_lasts
from gateway.app.listening import url_of
from gateway.cli.crew import Crew
from gateway.cli.ending import fail
from gateway.cli.exchange import Exchange
from gateway.cli.post import Orders
from gateway.config import ConfigurationError, Served, ServerSettings, load
from gateway.documents.sources import UnreadableFileError, read_text
from gateway.figures.figures import ReloadFigures
from gateway.metrics.families import Family
from gateway.metrics.reading import crew_families, reload_families

_LOG = logging.getLogger(__name__)
_WORKER = (sys.executable, "-m", "gateway.cli.worker")


def supervise(
    path: Path, server: ServerSettings, served: Served, sockets: Sequence[socket.socket]
) -> None:
    """Serve with several workers until SIGINT or SIGTERM. SIGHUP has them read the file again."""
    url = url_of(sockets[0].getsockname(), is_encrypted=server.tls is not None)
    spare_what_lasts()
    given_up = asyncio.run(
        _Supervisor(path, {**served, "workers": server.workers}, sockets, url).run(server.workers)
    )
    _LOG.info("all workers have stopped")
    if given_up is not None:
        fail(given_up)


@dataclass(slots=True)
class _Supervisor:
    """Holds the text of the file that was accepted last, and no secret that it refers to."""

    path: Path
    served: Served
    sockets: Sequence[socket.socket]
    url: str
    _descriptors: Sequence[int] = field(init=False)
    _cursor_key: str = field(default_factory=lambda: secrets.token_hex(32), repr=False)
    _text: str = ""
    _reloads: ReloadFigures = field(default_factory=ReloadFigures)

    def __post_init__(self) -> None:
        """Note the numbers by which workers know the sockets, also once they are closed here."""
        self._descriptors = [each.fileno() for each in self.sockets]

    async def run(self, workers: int) -> str | None:
        """Give why the workers were given up, if they were."""
        self._text = read_text(self.path)
        crew = Crew(
            _WORKER,
            self._orders,
            descriptors=self._descriptors,
            when_ready=lambda: _LOG.info("%d workers serve on %s", workers, self.url),
            when_stopping=self._listen_no_more,
        )
        crew.listener = Exchange(crew.tell, lambda: crew.serving, lambda: self._metrics(crew))
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, crew.stop, number)
        loop.add_signal_handler(signal.SIGHUP, self._reload, crew)
        return await crew.run(workers)

    def _orders(self, number: int) -> bytes:
        orders = Orders(
            number,
            str(self.path),
            self._text,
            self.served,
            self._cursor_key,
            self._descriptors,
        )
        return msgspec.json.encode(orders) + b"\n"

    def _metrics(self, crew: Crew) -> list[Family]:
        """Tell what no worker knows."""
        own = crew_families(len(crew.serving), crew.restarts)
        return [*own, *reload_families(self._reloads)]

    def _listen_no_more(self) -> None:
        """Leave listening to the workers: who waits on a socket that nobody takes in is reset."""
        for each in self.sockets:
            each.close()

    def _reload(self, crew: Crew) -> None:
        """Have the file read again, unless something is wrong with it."""
        try:
            text = read_text(self.path)
            load(self.path, text=text, **self.served)
        except (ConfigurationError, UnreadableFileError) as error:
            for line in str(error).split("\n"):
                _LOG.error("not reloaded: %s", line)
            self._reloads.note(is_done=False, now=time.time())
            return
        self._text = text
        self._reloads.has_last_failed = False  # how it goes is for the workers to tell
        crew.hang_up()
