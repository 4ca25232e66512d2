"""One call to Cortex: what its result holds, or the error that says what happens next."""

from collections.abc import Mapping
from enum import StrEnum
from typing import TypeVar

import msgspec

from gateway.spi import (
    BadAnswer,
    ErrorCode,
    GiveUp,
    LogInAgain,
    RpcError,
    RpcTransport,
    TryAgainLater,
    UpstreamError,
)

T = TypeVar("T")


class Dialect(StrEnum):
    """What a service speaks: version 1, or any of the later ones, which share one document."""

    V1 = "v1"
    V2 = "v2"


async def call(
    transport: RpcTransport,
    dialect: Dialect,
    method: str,
    params: Mapping[str, object] | None,
    decoder: msgspec.json.Decoder[T],
) -> T:
    """Call a method and decode its result; raise an error of the closed set for any other end."""
    try:
        result = await transport.call(method, params)
    except RpcError as error:
        raise error_for(error, dialect) from error
    return decoded(result, dialect, method, decoder)


def decoded(
    result: msgspec.Raw, dialect: Dialect, method: str, decoder: msgspec.json.Decoder[T]
) -> T:
    """Decode the result of a method."""
    try:
        return decoder.decode(result)
    except (ValueError, RecursionError) as error:
        message = f"{method}: not the result that {dialect.value} has"
        raise BadAnswer(ErrorCode.SCHEMA, message) from error


def error_for(error: RpcError, dialect: Dialect) -> UpstreamError:
    """Say what happens next about an error code; one that is not listed is read as no answer."""
    message = str(error)
    if error.code in _LOGGED_OUT[dialect]:
        return LogInAgain(message)
    if error.code in _TROUBLE[dialect]:
        return TryAgainLater(_TROUBLE[dialect][error.code], message)
    if error.code in _REFUSED[dialect]:
        return GiveUp(_REFUSED[dialect][error.code], message)
    return BadAnswer(ErrorCode.UPSTREAM_ERROR, message)


def is_doubtful(error: RpcError, dialect: Dialect) -> bool:
    """Say whether a call that was answered so may yet have been carried out.

    A fault may come at any time, and what no document lists may be one. All others are refusals.
    """
    known = (_LOGGED_OUT, _TROUBLE, _REFUSED, _ABOUT_SESSIONS)
    return error.code in _FAULTS or not any(error.code in codes[dialect] for codes in known)


# Version 1: "Errors". Later: "Error Codes", which calls itself incomplete, and the codes that the
# vendor's own plugin and examples name (Emotiv/unity-plugin Config.cs, Emotiv/cortex-example).
# Numbers of later versions can mean something else: -32001 was about a password.
_TOKEN = {-32014, -32015, -32034}
_LOGGED_OUT = {
    Dialect.V1: _TOKEN | {-32033, -32035},
    Dialect.V2: _TOKEN | {-32033, -32108, -32109, -32135, -32170},
}
_FAULTS = {-32603, -32039, -32000}
_ALWAYS_TROUBLE = {
    -32603: ErrorCode.UPSTREAM_ERROR,
    -32039: ErrorCode.TIMEOUT,
    -32003: ErrorCode.UNAVAILABLE,  # no Internet connection
}
_TROUBLE = {
    Dialect.V1: _ALWAYS_TROUBLE,
    Dialect.V2: {
        **_ALWAYS_TROUBLE,
        -32000: ErrorCode.UPSTREAM_ERROR,  # of the vendor's cloud
        -32122: ErrorCode.UNAVAILABLE,  # Cortex is still starting
        -32130: ErrorCode.UNAVAILABLE,  # the token of the cloud is being renewed
        -32152: ErrorCode.UNAVAILABLE,  # the headset is not ready yet
    },
}

_MISTAKES = (-32700, -32600, -32601, -32602, -32018)
_CREDENTIALS = (-32002, -32021, -32023)
_LICENCE = (-32006, -32019, -32022, *range(-32029, -32023), -32041, -32043)
_COMMON = {
    **dict.fromkeys(_MISTAKES, ErrorCode.PROTOCOL),
    **dict.fromkeys(_CREDENTIALS, ErrorCode.AUTH),
    **dict.fromkeys(_LICENCE, ErrorCode.FORBIDDEN),
}
_REFUSED = {
    Dialect.V1: {**_COMMON, **dict.fromkeys((-32001, -32032, -32047), ErrorCode.AUTH)},
    # The application may not work with Cortex, or is not published.
    Dialect.V2: {**_COMMON, **dict.fromkeys((-32102, -32142), ErrorCode.FORBIDDEN)},
}
# The rest of what is listed: headsets, sessions, records and profiles.
_ABOUT_SESSIONS = {
    Dialect.V1: frozenset(range(-32047, -32000)),
    Dialect.V2: frozenset({-32001, -32004, -32005, -32007, -32012, -32016, -32046}),
}
