"""Log lines: one an event, and nothing in them that a terminal would obey or take for a line."""

import logging
import sys
from types import TracebackType

from gateway.cli.screen import ERASE
from gateway.cli.text import legible

_SERVING = "%(asctime)s %(levelname)s %(name)s: %(message)s"
_OF_WORKER = "%(asctime)s %(levelname)s {worker} %(name)s: %(message)s"


class LegibleFormatter(logging.Formatter):
    """Writes what others would have written, but for line breaks and other control characters."""

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802  # the library's own
        """Write the line of an event."""
        return legible(super().formatMessage(record))

    def formatException(  # noqa: N802  # the library's own
        self,
        ei: tuple[type[BaseException], BaseException, TracebackType | None]
        | tuple[None, None, None],
    ) -> str:
        """Write a traceback, in as many lines as it has."""
        return "\n".join(map(legible, super().formatException(ei).split("\n")))


def log_serving(worker: str | None = None) -> None:
    """Log all that there is to say of serving to the error stream, and which worker says it."""
    line = _SERVING if worker is None else _OF_WORKER.format(worker=worker)
    _log_to_stderr(LegibleFormatter(line))
    # It writes down what clients sent, query and all. What breaks behind it is logged by us.
    logging.getLogger("aiohttp.server").setLevel(logging.CRITICAL)


def log_to_stderr(*, is_wanted: bool) -> None:
    """Log what a command that answers once would say as a gateway: to the error stream, or not."""
    if not is_wanted:
        logging.basicConfig(handlers=[logging.NullHandler()])
        return
    _log_to_stderr(_AfterProgress("%(name)s: %(message)s"))


class _AfterProgress(LegibleFormatter):
    """Wipes off the line that tells how far a command is."""

    def format(self, record: logging.LogRecord) -> str:
        line = super().format(record)
        return f"{ERASE}{line}" if sys.stderr.isatty() else line


def _log_to_stderr(formatter: logging.Formatter) -> None:
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(formatter)
    logging.basicConfig(handlers=[handler], level=logging.INFO)
