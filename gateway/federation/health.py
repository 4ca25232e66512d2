"""How a backend has been doing, as the calls made to it tell. A change is logged once."""

import logging
from dataclasses import dataclass, field
from datetime import datetime

from gateway.model.report import ErrorCode, Failure
from gateway.model.session import Instant
from gateway.spi.errors import UpstreamError

_LOG = logging.getLogger(__name__)


@dataclass(slots=True)
class Health:
    """What is known of a backend from the calls made to it."""

    last_success: Instant | None = None
    last_failure: Instant | None = None
    error: Failure | None = None
    """Why the last call that was sent failed, none if it did not."""
    _told: set[ErrorCode] = field(default_factory=set, compare=False, repr=False)

    def note_failure(self, backend: str, error: UpstreamError, now: datetime) -> Failure:
        """Note a failure and give it as a value. Each kind is logged once until all is well."""
        failure = error.failure()
        if failure.code not in self._told:
            self._told.add(failure.code)
            _LOG.warning("backend %s: %s: %s", backend, failure.code.value, error)
        # That a vendor is left alone tells nothing new of it: what it failed with does.
        if failure.code is not ErrorCode.CIRCUIT_OPEN or self.error is None:
            self.error, self.last_failure = failure, now
        return failure

    def note_success(self, backend: str, now: datetime) -> None:
        """Note that a call went well."""
        if self._told:
            _LOG.info("backend %s: answers again", backend)
            self._told.clear()
        self.error = None
        self.last_success = now
