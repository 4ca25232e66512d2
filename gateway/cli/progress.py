"""A line on the error stream that tells how far a long walk has come: on a terminal only."""

import asyncio
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic

from gateway.cli.screen import ERASE
from gateway.cli.words import counted
from gateway.federation.run import SessionPage
from gateway.model.report import Count

_SECONDS_BETWEEN = 0.2


def progress_line(given: int, total: Count | None, seconds: float) -> str:
    """Say how many sessions have come, of how many, after how long."""
    return f"{counted(given, total)}, {seconds:.0f} s"


class Progress:
    """Shows a line that is written anew while something is waited for."""

    def __init__(self) -> None:
        self._begun = monotonic()
        self._given = 0
        self._total: Count | None = None
        self._tick: asyncio.TimerHandle | None = None
        self._is_on = False

    def note(self, page: SessionPage) -> None:
        """Note that these sessions have come."""
        self._given += len(page.rows)
        self._total = page.total

    @contextmanager
    def shown(self, *, is_wanted: bool = True) -> Iterator[None]:
        """Show the line until the end of the block, if there is a terminal to show it on."""
        if not is_wanted or not sys.stderr.isatty() or os.environ.get("TERM") == "dumb":
            yield
            return
        self._wait()
        try:
            yield
        finally:
            self._end()

    def _wait(self) -> None:
        loop = asyncio.get_running_loop()
        self._tick = loop.call_later(_SECONDS_BETWEEN, self._show)

    def _show(self) -> None:
        line = progress_line(self._given, self._total, monotonic() - self._begun)
        _write(ERASE + line)
        self._is_on = True
        self._wait()

    def _end(self) -> None:
        if self._tick is not None:
            self._tick.cancel()
        if self._is_on:
            _write(ERASE)


def _write(text: str) -> None:
    sys.stderr.write(text)
    sys.stderr.flush()
