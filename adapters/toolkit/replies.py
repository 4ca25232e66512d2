"""From an HTTP reply to what it holds, or to the error that says what happens next."""

from http import HTTPStatus
from typing import TypeVar

import msgspec

from gateway.spi import (
    BadAnswer,
    ErrorCode,
    GiveUp,
    HttpReply,
    HttpRequest,
    LogInAgain,
    SlowDown,
    TryAgainLater,
    UpstreamError,
)

T = TypeVar("T")


def decode(request: HttpRequest, reply: HttpReply, decoder: msgspec.json.Decoder[T]) -> T:
    """Decode the body of a good reply to a list or detail request; raise for every other one."""
    raise_for_status(request, reply)
    try:
        return decoder.decode(reply.body)
    except msgspec.ValidationError as error:
        raise BadAnswer(ErrorCode.SCHEMA, f"{request}: not the documented envelope") from error
    except (ValueError, RecursionError) as error:
        raise BadAnswer(ErrorCode.BAD_PAYLOAD, f"{request}: not JSON") from error


def raise_for_status(request: HttpRequest, reply: HttpReply) -> None:
    """Raise the error that belongs to a status other than success."""
    if not HTTPStatus.OK <= reply.status < HTTPStatus.MULTIPLE_CHOICES:
        raise _error_for(reply, f"{request}: {reply.status}")


def _error_for(reply: HttpReply, message: str) -> UpstreamError:
    match reply.status:
        case HTTPStatus.UNAUTHORIZED:
            error: UpstreamError = LogInAgain(message)
        case HTTPStatus.TOO_MANY_REQUESTS:
            error = SlowDown(message, retry_after_seconds=_retry_after(reply))
        case HTTPStatus.SERVICE_UNAVAILABLE:
            wait = _retry_after(reply)
            error = TryAgainLater(ErrorCode.UNAVAILABLE, message, retry_after_seconds=wait)
        case status if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            error = TryAgainLater(ErrorCode.UPSTREAM_ERROR, message)
        case status:
            error = GiveUp(_REFUSALS.get(status, ErrorCode.PROTOCOL), message)
    return error


# A redirect, or a list that is not there: the configured address is wrong.
_REFUSALS: dict[int, ErrorCode] = {
    HTTPStatus.FORBIDDEN: ErrorCode.FORBIDDEN,
    HTTPStatus.NOT_FOUND: ErrorCode.CONFIG,
    HTTPStatus.MOVED_PERMANENTLY: ErrorCode.CONFIG,
    HTTPStatus.FOUND: ErrorCode.CONFIG,
    HTTPStatus.SEE_OTHER: ErrorCode.CONFIG,
    HTTPStatus.TEMPORARY_REDIRECT: ErrorCode.CONFIG,
    HTTPStatus.PERMANENT_REDIRECT: ErrorCode.CONFIG,
}

_LONGEST_WAIT_DIGITS = 5  # a day has five


def _retry_after(reply: HttpReply) -> float | None:
    """Read ``Retry-After`` in seconds; its date form and nonsense count as not said."""
    value = reply.headers.get("retry-after", "")
    is_number = value.isascii() and value.isdigit() and len(value) <= _LONGEST_WAIT_DIGITS
    return float(value) if is_number else None
