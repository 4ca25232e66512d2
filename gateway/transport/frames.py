"""JSON-RPC 2.0 frames: how a call is written, and which frames are answers to one."""

from collections.abc import Mapping
from dataclasses import dataclass

import msgspec


@dataclass(frozen=True, slots=True)
class Refusal:
    """An answer that holds an error. ``code`` is none where the error has no whole number."""

    code: int | None


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer to the call with this id."""

    id: int
    outcome: msgspec.Raw | Refusal


class _Frame(msgspec.Struct):
    id: int
    result: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET
    error: object = None


class _AnyFrame(msgspec.Struct):
    result: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET
    error: object = None


_decode = msgspec.json.Decoder(_Frame).decode
_decode_any = msgspec.json.Decoder(_AnyFrame).decode
_encode = msgspec.json.Encoder().encode


def call_frame(call_id: int, method: str, params: Mapping[str, object] | None) -> bytes:
    """Write a call."""
    call: dict[str, object] = {"jsonrpc": "2.0", "id": call_id, "method": method}
    if params is not None:
        call["params"] = params
    return _encode(call)


def read_answer(frame: bytes) -> Answer | None:
    """Read an answer; none where the frame is anything else.

    An answer holds a result or an error, and an error counts where both are given. An id alone
    does not make an answer: a notice may carry one too. The result is a view of the frame and
    keeps it alive; as nearly all of the frame is the result, a copy would save nothing.
    """
    try:
        read = _decode(frame)
    except (ValueError, RecursionError):
        return None
    if read.error is not None:
        return Answer(read.id, Refusal(_code(read.error)))
    return Answer(read.id, read.result) if read.result is not msgspec.UNSET else None


def is_notice(frame: bytes) -> bool:
    """Say whether a frame makes sense though it answers nothing: a sample, a warning, a call."""
    try:
        read = _decode_any(frame)
    except (ValueError, RecursionError):
        return False
    return read.result is msgspec.UNSET and read.error is None


def _code(error: object) -> int | None:
    code = error.get("code") if isinstance(error, dict) else None
    return code if type(code) is int else None  # True is an int to isinstance
