"""From what aiohttp raises to what the gateway does next.

The messages of aiohttp's own exceptions hold headers and query strings, so nothing of them is
carried over: only their class and their code decide.
"""

import errno
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from typing import TypeAlias

import aiohttp

from gateway.model.report import ErrorCode
from gateway.spi import BadAnswer, GiveUp, TryAgainLater, UpstreamError

_Action: TypeAlias = type[TryAgainLater | GiveUp | BadAnswer]
_Meaning: TypeAlias = tuple[_Action, ErrorCode, str]


@contextmanager
def translated(what: str) -> Iterator[None]:
    """Raise the gateway's own error for any failure of a wire, named by what was being done."""
    try:
        yield
    except (aiohttp.ClientError, OSError, ValueError) as error:
        raise failure(error, what) from None


def failure(cause: Exception, what: str) -> UpstreamError:
    """Say what the gateway does next about a failure of a wire."""
    action, code, words = _by_detail(cause) or _by_class(cause)
    return action(code, f"{what}: {words}")


def _by_detail(cause: Exception) -> _Meaning | None:
    match cause:
        case OSError(errno=errno.EMFILE | errno.ENFILE):
            return TryAgainLater, ErrorCode.OVERLOADED, "no file descriptor is left here"
        # A connection that was just made can only be reset in the handshake of TLS.
        case aiohttp.ClientConnectorError(os_error=ConnectionResetError() | BrokenPipeError()):
            return TryAgainLater, ErrorCode.TLS, "the TLS handshake was broken off"
        case aiohttp.WSServerHandshakeError(status=status):
            return *_refused_upgrade(status), f"no WebSocket, but status {status}"
        case aiohttp.WebSocketError(code=aiohttp.WSCloseCode.MESSAGE_TOO_BIG):
            return BadAnswer, ErrorCode.TOO_LARGE, "a message over the size limit"
        case aiohttp.ClientPayloadError(__cause__=aiohttp.http_exceptions.ContentEncodingError()):
            return BadAnswer, ErrorCode.BAD_PAYLOAD, "the body cannot be decompressed"
    return None


def _refused_upgrade(status: int) -> tuple[_Action, ErrorCode]:
    """Judge the HTTP status with which a server answered the opening of a WebSocket."""
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR and status not in _REFUSED_UPGRADES:
        return TryAgainLater, ErrorCode.UPSTREAM_ERROR
    return _REFUSED_UPGRADES.get(status, (BadAnswer, ErrorCode.PROTOCOL))


_REFUSED_UPGRADES: dict[int, tuple[_Action, ErrorCode]] = {
    HTTPStatus.UNAUTHORIZED: (GiveUp, ErrorCode.AUTH),
    HTTPStatus.FORBIDDEN: (GiveUp, ErrorCode.FORBIDDEN),
    HTTPStatus.TOO_MANY_REQUESTS: (TryAgainLater, ErrorCode.RATE_LIMITED),
    HTTPStatus.SERVICE_UNAVAILABLE: (TryAgainLater, ErrorCode.UNAVAILABLE),
    # Nothing there, or a redirect: the configured address is wrong.
    HTTPStatus.NOT_FOUND: (GiveUp, ErrorCode.CONFIG),
    HTTPStatus.MOVED_PERMANENTLY: (GiveUp, ErrorCode.CONFIG),
    HTTPStatus.FOUND: (GiveUp, ErrorCode.CONFIG),
    HTTPStatus.SEE_OTHER: (GiveUp, ErrorCode.CONFIG),
    HTTPStatus.TEMPORARY_REDIRECT: (GiveUp, ErrorCode.CONFIG),
    HTTPStatus.PERMANENT_REDIRECT: (GiveUp, ErrorCode.CONFIG),
}


def _by_class(cause: Exception) -> _Meaning:
    return next(meaning for kind, meaning in _MEANINGS if isinstance(cause, kind))


# The order matters, because the classes overlap: a certificate that is not trusted is a
# connector's error and a ValueError too, and a time-out an error of the operating system.
_UNTRUSTED = GiveUp, ErrorCode.TLS, "the certificate is not trusted"
_MEANINGS: tuple[tuple[type[Exception], _Meaning], ...] = (
    (aiohttp.ServerFingerprintMismatch, _UNTRUSTED),
    (aiohttp.ClientConnectorCertificateError, _UNTRUSTED),
    (ssl.SSLError, (GiveUp, ErrorCode.TLS, "no TLS connection")),
    (TimeoutError, (TryAgainLater, ErrorCode.TIMEOUT, "no answer in time")),
    (
        aiohttp.ClientConnectorDNSError,
        (TryAgainLater, ErrorCode.DNS, "the host name was not found"),
    ),
    (aiohttp.ClientConnectorError, (TryAgainLater, ErrorCode.CONNECT, "no connection")),
    (
        aiohttp.ClientResponseError,
        (BadAnswer, ErrorCode.PROTOCOL, "not an understandable reply"),
    ),
    (aiohttp.WebSocketError, (BadAnswer, ErrorCode.PROTOCOL, "not an understandable message")),
    (ValueError, (GiveUp, ErrorCode.CONFIG, "not a request that can be sent")),
    (Exception, (TryAgainLater, ErrorCode.RESET, "the connection broke")),
)
