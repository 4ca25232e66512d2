"""Log lines: one an event, and nothing in them that a terminal would obey or take for a line."""

import logging
import sys
import time
from collections.abc import Callable
from functools import lru_cache
from types import TracebackType

from gateway.cli.screen import ERASE
from gateway.cli.text import legible


def _as_it_is(text: str) -> str:
    return text


class LegibleFormatter(logging.Formatter):
    """Writes what others would have written, but for line breaks and other control characters."""

    def __init__(self, line: str, over: Callable[[str], str] = _as_it_is) -> None:
        """Take how a line is laid out, and what takes out of it what may not be told."""
        super().__init__(line)
        self._line = line
        self._over = over

    def formatTime(  # noqa: N802  # the library's own
        self,
        record: logging.LogRecord,
        datefmt: str | None = None,  # noqa: ARG002  # the library's own
    ) -> str:
        """Write the local time of an event."""
        return f"{_second(int(record.created))},{int(record.msecs):03}"

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802  # the library's own
        """Write the line of an event."""
        return legible(self._over(self._line % vars(record)))

    def formatException(  # noqa: N802  # the library's own
        self,
        ei: tuple[type[BaseException], BaseException, TracebackType | None]
        | tuple[None, None, None],
    ) -> str:
        """Write a traceback, in as many lines as it has."""
        text = self._over(super().formatException(ei))
        return "\n".join(map(legible, text.split("\n")))


def log_to_stderr(*, is_wanted: bool) -> None:
    """Log what a command that answers once would say as a gateway: to the error stream, or not."""
    if not is_wanted:
        logging.basicConfig(handlers=[logging.NullHandler()])
        return
    log_by(_AfterProgress("%(name)s: %(message)s"))


def log_by(formatter: logging.Formatter, handler: logging.Handler | None = None) -> None:
    """Log to the error stream, or by another handler, as a formatter lays it out.

    No line says where in the code it comes from, or from which thread, so that is not looked for.
    """
    logging._srcfile = None  # noqa: SLF001  # as its documentation has it
    logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False
    handler = handler or logging.StreamHandler(sys.stderr)
    handler.setFormatter(formatter)
    logging.basicConfig(handlers=[handler], level=logging.INFO)


@lru_cache(1)
def _second(since_epoch: int) -> str:
    """Write a second once for all events in it."""
    return time.strftime(logging.Formatter.default_time_format, time.localtime(since_epoch))


class _AfterProgress(LegibleFormatter):
    """Wipes off the line that tells how far a command is."""

    def format(self, record: logging.LogRecord) -> str:
        line = super().format(record)
        return f"{ERASE}{line}" if sys.stderr.isatty() else line
