"""What a process that serves logs, as text or as JSON.

As JSON each line is an object: ``time`` (UTC), ``level``, ``logger``, ``message``, and where there
is one ``worker``, ``request_id`` and ``trace_id`` of the call that it is about, ``exception``, and
what else the event tells.
"""

import json
import logging
import sys
from collections.abc import Callable
from datetime import UTC, datetime

from gateway.cli.line_handler import LineHandler
from gateway.cli.logs import LegibleFormatter, log_by
from gateway.cli.mask import Mask
from gateway.config import LogFormat
from gateway.web.tracing import current

_OF_CALLS = "gateway.requests"
_SERVING = "%(asctime)s %(levelname)s %(name)s: %(message)s"
_OF_WORKER = "%(asctime)s %(levelname)s {worker} %(name)s: %(message)s"


def log_serving(
    worker: str | None = None,
    *,
    layout: LogFormat = LogFormat.TEXT,
    mask: Mask | None = None,
) -> None:
    """Log all that there is to say of serving to the error stream, and which worker says it."""
    over = (mask or Mask()).over
    line = _SERVING if worker is None else _OF_WORKER.format(worker=worker)
    is_json = layout is LogFormat.JSON
    log_by(
        JsonFormatter(worker, over) if is_json else LegibleFormatter(line, over),
        LineHandler(sys.stderr, many=_OF_CALLS),
    )
    # It writes down what clients sent, query and all. What breaks behind it is logged by us.
    logging.getLogger("aiohttp.server").setLevel(logging.CRITICAL)


class JsonFormatter(logging.Formatter):
    """Writes an object a line, in ASCII."""

    def __init__(self, worker: str | None, over: Callable[[str], str]) -> None:
        """Take which worker writes, if there are several, and what may not be told."""
        super().__init__()
        self._worker = worker
        self._over = over

    def format(self, record: logging.LogRecord) -> str:
        """Write the line of an event."""
        told: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": self._over(record.getMessage()),
        }
        if self._worker is not None:
            told["worker"] = self._worker
        identity = getattr(record, "identity", None) or current()
        if identity is not None:
            told["request_id"], told["trace_id"] = identity.request_id, identity.trace.trace_id
        if record.exc_info:
            told["exception"] = self._over(self.formatException(record.exc_info))
        return json.dumps({**told, **getattr(record, "told", {})})
