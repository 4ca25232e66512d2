"""From what aiohttp raises to what the gateway does next.

The messages of aiohttp's own exceptions hold headers and query strings, so nothing of them is
carried over: only their class and their code decide.
"""

import errno
import ssl
from dataclasses import dataclass
from http import HTTPStatus
from types import TracebackType
from typing import NamedTuple, TypeAlias

import aiohttp

from gateway.model.report import ErrorCode
from gateway.spi import BadAnswer, GiveUp, TryAgainLater, UpstreamError
from gateway.transport.egress import RefusedAddressError

_Action: TypeAlias = type[TryAgainLater | GiveUp | BadAnswer]


class _Meaning(NamedTuple):
    """What the gateway does next: how often in all it asks, none for as often as the kind says."""

    action: _Action
    code: ErrorCode
    words: str
    attempts: int | None = None


@dataclass(frozen=True, slots=True)
class Translated:
    """Raises the gateway's own error for any failure of a wire, named by what was being done."""

    what: str

    def __enter__(self) -> None:
        """Translate what is raised from now on."""

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if isinstance(error, (aiohttp.ClientError, OSError, ValueError)):
            raise failure(error, self.what) from None


def failure(cause: Exception, what: str) -> UpstreamError:
    """Say what the gateway does next about a failure of a wire."""
    meaning = _by_detail(cause) or _by_class(cause)
    return meaning.action(meaning.code, f"{what}: {meaning.words}", attempts=meaning.attempts)


def is_unanswered(cause: Exception) -> bool:
    """Say whether a connection ended before any answer, as far as can be told.

    One that was reset does not tell what had come.
    """
    if isinstance(cause, aiohttp.ServerDisconnectedError):
        # aiohttp puts the head of an answer there, as far as it came.
        return isinstance(cause.message, str)
    return not isinstance(cause, TimeoutError)


def _by_detail(cause: Exception) -> _Meaning | None:
    match cause:
        case OSError(errno=errno.EMFILE | errno.ENFILE | errno.EAGAIN):
            words = "no file descriptor, thread or port is left here"
            # More attempts would need more of what is wanting.
            return _Meaning(TryAgainLater, ErrorCode.OVERLOADED, words, attempts=1)
        case aiohttp.ClientConnectorError(os_error=os_error):
            return _by_reason(os_error, is_tls=cause.args[0].is_ssl)
        case aiohttp.WebSocketError(code=aiohttp.WSCloseCode.MESSAGE_TOO_BIG):
            return _Meaning(BadAnswer, ErrorCode.TOO_LARGE, "a message over the size limit")
        case aiohttp.ClientPayloadError(__cause__=aiohttp.http_exceptions.ContentEncodingError()):
            words = "the body cannot be decompressed"
            return _Meaning(BadAnswer, ErrorCode.BAD_PAYLOAD, words, attempts=2)
        case aiohttp.ClientResponseError():
            return _by_status(cause)
    return None


def _by_reason(cause: OSError, *, is_tls: bool) -> _Meaning | None:
    """Judge why there is no connection."""
    match cause:
        case RefusedAddressError():
            return _Meaning(GiveUp, ErrorCode.CONFIG, "not an address to connect to")
        # A server that dies as it accepts resets a plain connection too: that is none at all.
        case ConnectionResetError() | BrokenPipeError() if is_tls:
            words = "the TLS handshake was broken off"
            return _Meaning(TryAgainLater, ErrorCode.TLS, words, attempts=1)
    return None


def _by_status(cause: aiohttp.ClientResponseError) -> _Meaning | None:
    match cause:
        case aiohttp.WSServerHandshakeError(status=status):
            return _Meaning(*_refused_upgrade(status), f"no WebSocket, but status {status}")
        case aiohttp.ClientHttpProxyError(status=status):
            return _Meaning(*_refused_tunnel(status), f"the proxy answers {status}")
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


def _refused_tunnel(status: int) -> tuple[_Action, ErrorCode]:
    """Judge the HTTP status with which a proxy answered that it should connect to a vendor."""
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return TryAgainLater, ErrorCode.CONNECT
    # It does not know us, or does not go there.
    return GiveUp, ErrorCode.CONFIG


def _by_class(cause: Exception) -> _Meaning:
    return next(meaning for kind, meaning in _MEANINGS if isinstance(cause, kind))


# The order matters, because the classes overlap: a certificate that is not trusted is a
# connector's error and a ValueError too, and a time-out an error of the operating system.
_UNTRUSTED = _Meaning(GiveUp, ErrorCode.TLS, "the certificate is not trusted")
_IN_VAIN = "no answer in time"
_MEANINGS: tuple[tuple[type[Exception], _Meaning], ...] = (
    (aiohttp.ServerFingerprintMismatch, _UNTRUSTED),
    (aiohttp.ClientConnectorCertificateError, _UNTRUSTED),
    (ssl.SSLError, _Meaning(BadAnswer, ErrorCode.TLS, "no TLS connection")),
    # Silence once connected. It has cost a whole gap already.
    (aiohttp.SocketTimeoutError, _Meaning(TryAgainLater, ErrorCode.TIMEOUT, _IN_VAIN, 2)),
    # No connection, or no sign of life over one that is kept: another is soon made.
    (aiohttp.ServerTimeoutError, _Meaning(TryAgainLater, ErrorCode.TIMEOUT, _IN_VAIN)),
    # All the time that there was is spent.
    (TimeoutError, _Meaning(TryAgainLater, ErrorCode.TIMEOUT, _IN_VAIN, 1)),
    (
        aiohttp.ClientConnectorDNSError,
        _Meaning(TryAgainLater, ErrorCode.DNS, "the host name was not found", 2),
    ),
    (aiohttp.ClientConnectorError, _Meaning(TryAgainLater, ErrorCode.CONNECT, "no connection")),
    (
        aiohttp.ClientResponseError,
        _Meaning(BadAnswer, ErrorCode.PROTOCOL, "not an understandable reply"),
    ),
    (
        aiohttp.WebSocketError,
        _Meaning(BadAnswer, ErrorCode.PROTOCOL, "not an understandable message"),
    ),
    (ValueError, _Meaning(GiveUp, ErrorCode.CONFIG, "not a request that can be sent")),
    (Exception, _Meaning(TryAgainLater, ErrorCode.RESET, "the connection broke")),
)
