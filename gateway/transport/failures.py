"""From what aiohttp raises to what the gateway does next.

The messages of aiohttp's own exceptions hold headers and query strings, so nothing of them is
carried over: only their class decides.
"""

import ssl
from collections.abc import Iterator
from contextlib import contextmanager

import aiohttp

from gateway.model.report import ErrorCode
from gateway.spi import BadAnswer, GiveUp, TryAgainLater, UpstreamError


@contextmanager
def translated(what: str) -> Iterator[None]:
    """Raise the gateway's own error for any failure of a wire, named by what was being done."""
    try:
        yield
    except (aiohttp.ClientError, OSError, ssl.SSLError) as error:
        raise _error_for(error, what) from None


def _error_for(error: Exception, what: str) -> UpstreamError:
    if isinstance(error, aiohttp.ClientPayloadError) and _is_bad_encoding(error):
        return BadAnswer(ErrorCode.BAD_PAYLOAD, f"{what}: the body cannot be decompressed")
    for kinds, action, code, words in _MEANINGS:
        if isinstance(error, kinds):
            return action(code, f"{what}: {words}")
    return TryAgainLater(ErrorCode.RESET, f"{what}: the connection broke")


def _is_bad_encoding(error: BaseException) -> bool:
    return isinstance(error.__cause__, aiohttp.http_exceptions.ContentEncodingError)


# The order matters, because aiohttp's classes overlap: a pin that does not match is a connection
# error too, and a time-out an operating system error.
_MEANINGS: tuple[tuple[tuple[type[Exception], ...], type[UpstreamError], ErrorCode, str], ...] = (
    (
        (aiohttp.ServerFingerprintMismatch, aiohttp.ClientConnectorCertificateError),
        GiveUp,
        ErrorCode.TLS,
        "the certificate is not trusted",
    ),
    ((aiohttp.ClientSSLError, ssl.SSLError), GiveUp, ErrorCode.TLS, "no TLS connection"),
    ((TimeoutError,), TryAgainLater, ErrorCode.TIMEOUT, "no answer in time"),
    (
        (aiohttp.ClientConnectorDNSError,),
        TryAgainLater,
        ErrorCode.DNS,
        "the host name was not found",
    ),
    ((aiohttp.ClientConnectorError,), TryAgainLater, ErrorCode.CONNECT, "no connection"),
    ((aiohttp.ClientResponseError,), BadAnswer, ErrorCode.PROTOCOL, "not an understandable reply"),
    ((aiohttp.InvalidURL,), GiveUp, ErrorCode.CONFIG, "not a usable address"),
)
