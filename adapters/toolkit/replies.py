"""From an HTTP reply to what it holds, or to the error that says what happens next."""

import codecs
import re
from email.utils import parsedate_to_datetime
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

_PIECE_BYTES = 64 * 1024
_utf_8 = codecs.getincrementaldecoder("utf-8")


def decode(request: HttpRequest, reply: HttpReply, decoder: msgspec.json.Decoder[T]) -> T:
    """Decode the body of a good reply to a list or detail request; raise for every other one."""
    raise_for_status(request, reply)
    return decode_whatever(request, reply, decoder)


def decode_whatever(request: HttpRequest, reply: HttpReply, decoder: msgspec.json.Decoder[T]) -> T:
    """Decode the body of a reply, whatever its status; raise for one that cannot be read."""
    try:
        _require_utf_8(reply.body)
        return decoder.decode(reply.body.removeprefix(codecs.BOM_UTF8))
    except msgspec.ValidationError as error:
        raise BadAnswer(ErrorCode.SCHEMA, f"{request}: not the documented envelope") from error
    except (ValueError, RecursionError) as error:
        # A body may have been cut where nothing told its length: another may come whole.
        attempts = 2 if _is_cut(error) else 1
        raise BadAnswer(ErrorCode.BAD_PAYLOAD, f"{request}: not JSON", attempts=attempts) from error


def _require_utf_8(body: bytes) -> None:
    """Raise ``ValueError`` for a body in another encoding: the decoder reads no text it skips."""
    if body.isascii():
        return
    decoder = _utf_8()
    # Piece by piece: the text of a whole list may be four times as large as its bytes.
    for begin in range(0, len(body), _PIECE_BYTES):
        decoder.decode(body[begin : begin + _PIECE_BYTES])
    decoder.decode(b"", final=True)


def _is_cut(error: Exception) -> bool:
    """Say whether a body ended too soon. The decoder tells that by its words alone."""
    return isinstance(error, msgspec.DecodeError) and "truncated" in str(error)


def raise_for_status(request: HttpRequest, reply: HttpReply) -> None:
    """Raise the error that belongs to a status other than success."""
    if not HTTPStatus.OK <= reply.status < HTTPStatus.MULTIPLE_CHOICES:
        raise _error_for(reply, f"{request}: {reply.status}")


def _error_for(reply: HttpReply, message: str) -> UpstreamError:
    match reply.status:
        case HTTPStatus.UNAUTHORIZED:
            error: UpstreamError = LogInAgain(message)
        case HTTPStatus.TOO_MANY_REQUESTS:
            error = SlowDown(message, retry_after_seconds=retry_after(reply))
        case HTTPStatus.SERVICE_UNAVAILABLE:
            wait = retry_after(reply)
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
    # Only a proxy says so, and only to whoever was to log in to it.
    HTTPStatus.PROXY_AUTHENTICATION_REQUIRED: ErrorCode.CONFIG,
}

_SECONDS = re.compile("[0-9]{1,5}", re.ASCII)
_LONGEST_WAIT_SECONDS = 24 * 3600


def retry_after(reply: HttpReply) -> float | None:
    """Read ``Retry-After``, in seconds; nonsense, and more than a day, count as not said."""
    value = reply.headers.get("retry-after", "")
    wait = float(value) if _SECONDS.fullmatch(value) else _seconds_until(value, reply)
    return wait if wait is not None and wait <= _LONGEST_WAIT_SECONDS else None


def _seconds_until(value: str, reply: HttpReply) -> float | None:
    """Count to the date that may stand there instead, by the clock of who sent it.

    A server that does not tell its own ``Date`` has not said how long to wait.
    """
    try:
        wait = parsedate_to_datetime(value) - parsedate_to_datetime(reply.headers.get("date", ""))
    except (TypeError, ValueError, OverflowError):
        return None
    return max(wait.total_seconds(), 0.0)
