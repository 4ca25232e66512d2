"""The log line of each call: neither its query nor its id is told, which may name people."""

import logging
import time
from collections.abc import Mapping

from gateway.web.tracing import Identity

_LOG = logging.getLogger("gateway.requests")
_LINE = "%s %s %d %.1f ms %s trace %s"
_ALIKE = vars(logging.LogRecord(_LOG.name, logging.INFO, "", 0, _LINE, (), None))
"""What records of calls have in common: to work it out for each takes longer than to write it."""


class CallRecord(logging.LogRecord):
    """What is told of a call that has ended now."""

    def __init__(
        self, method: str, route: str, status: int, seconds: float, identity: Identity
    ) -> None:
        """Take the route as the table of routes has it."""
        self.__dict__.update(_ALIKE)
        called, traced = identity.request_id, identity.trace.trace_id
        self.args = method, route, status, seconds * 1000, called, traced
        self._call = method, route, status, seconds * 1000
        self.created = time.time()
        self.msecs = int(self.created % 1 * 1000) + 0.0

    @property
    def told(self) -> Mapping[str, str | int | float]:
        """Give what programs may want to read of it."""
        method, route, status, milliseconds = self._call
        return {
            "method": method,
            "route": route,
            "status": status,
            "duration_ms": round(milliseconds, 1),
        }


def log_call(method: str, route: str, status: int, seconds: float, identity: Identity) -> None:
    """Log a call that has ended."""
    if _LOG.isEnabledFor(logging.INFO):
        _LOG.handle(CallRecord(method, route, status, seconds, identity))
