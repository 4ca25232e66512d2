"""The errors an adapter may raise: a closed set, named by what the gateway does next.

Messages go to the log, never to a client: they say what was being done and with what, and
hold neither a secret nor the vendor's words.
"""

from gateway.model.report import ErrorCode, Failure


class UpstreamError(Exception):
    """A vendor could not be read. Use a subclass: it says what happens next.

    ``has_been_sent`` is set by a transport where the request may have reached the vendor and no
    whole reply came back: a write may then have been carried out. ``attempts`` is how often, in
    all, a call that only reads is made before this is what came of it.
    """

    is_retryable = False
    has_been_sent = False
    attempts = 1

    def __init__(
        self,
        code: ErrorCode,
        message: str,
        *,
        retry_after_seconds: float | None = None,
        attempts: int | None = None,
    ) -> None:
        super().__init__(message)
        self.code = code
        self.retry_after_seconds = retry_after_seconds
        if attempts is not None:
            self.attempts = attempts

    @property
    def is_trouble(self) -> bool:
        """Say whether it tells of trouble of the vendor's: enough of it, and it is left alone."""
        return False

    def failure(self) -> Failure:
        """Say the same in the words a client may see."""
        return Failure(self.code, self.is_retryable, self.retry_after_seconds)


class TryAgainLater(UpstreamError):
    """The vendor or the way to it is in trouble: the same call may go through later."""

    is_retryable = True
    attempts = 3

    @property
    def is_trouble(self) -> bool:
        """Say so of all but what is wanting here."""
        return self.code is not ErrorCode.OVERLOADED


class SlowDown(UpstreamError):
    """The vendor asks for fewer calls."""

    is_retryable = True
    attempts = 3

    def __init__(self, message: str, *, retry_after_seconds: float | None = None) -> None:
        super().__init__(ErrorCode.RATE_LIMITED, message, retry_after_seconds=retry_after_seconds)


class LogInAgain(UpstreamError):
    """The vendor no longer knows us: a new log-in may help, once."""

    def __init__(self, message: str) -> None:
        super().__init__(ErrorCode.AUTH, message)


class GiveUp(UpstreamError):
    """The vendor will answer the same to the same call: somebody has to change something."""


class BadAnswer(UpstreamError):
    """The vendor answered something that cannot be read as what was asked for."""

    @property
    def is_trouble(self) -> bool:
        """Say so of all but what is only larger than the operator lets through."""
        return self.code is not ErrorCode.TOO_LARGE


class StartOver(UpstreamError):
    """The address is no longer known to the vendor: only a new scan, by a later call, can go on."""

    is_retryable = True

    def __init__(self, message: str) -> None:
        super().__init__(ErrorCode.PROTOCOL, message)
