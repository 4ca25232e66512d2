"""Who a request belongs to: its id, and its place in a trace (W3C Trace Context)."""

import random
import re
from collections.abc import Mapping, Sequence
from contextvars import ContextVar
from typing import Protocol

from msgspec import Struct

from gateway.spans import Span, Told

_SANE_ID = re.compile(r"[A-Za-z0-9._~:+/=@-]{1,128}")
_TRACEPARENT = re.compile(
    r"(?P<version>[0-9a-f]{2})-(?P<trace>[0-9a-f]{32})-(?P<parent>[0-9a-f]{16})"
    r"-(?P<flags>[0-9a-f]{2})(?P<more>-.*)?"
)
_FLAGS_WE_KNOW = 0b11
"""That the caller may have recorded it, and that its id was drawn at random."""


class Trace(Struct, frozen=True):
    """One request's place in a trace. Ids are hexadecimal, of 16 and of 8 bytes.

    ``parent_id`` is the span of whoever sent it, where that was told.
    """

    trace_id: str
    span_id: str
    flags: int
    parent_id: str | None = None

    def __str__(self) -> str:
        return f"00-{self.trace_id}-{self.span_id}-{self.flags:02x}"


class Identity(Struct, frozen=True):
    """A request as logs call it."""

    request_id: str
    trace: Trace


_current: ContextVar[Identity | None] = ContextVar("which request is being served", default=None)


def current() -> Identity | None:
    """Give the request that the running task works for, if it does for one."""
    return _current.get()


def begin(identity: Identity) -> None:
    """Have the running task, and what it starts from now on, work for a request."""
    _current.set(identity)


class Tracer(Protocol):
    """Who traces calls."""

    def call(self, name: str, trace: Trace, told: Mapping[str, Told]) -> Span:
        """Begin the span of a call, at its place in its trace, under the id it has there."""

    def close(self) -> None:
        """Let go of what was told, within a few seconds, which are waited for."""


def request_id(given: Sequence[str]) -> str:
    """Take the id a client gave to its request, if it is one that a log can hold; else make one."""
    if len(given) == 1 and _SANE_ID.fullmatch(given[0]):
        return given[0]
    return _drawn(64)


def traced(traceparents: Sequence[str]) -> Trace:
    """Go on with the trace that a client sent, under an id of our own; without one begin another.

    What is not valid, or sent twice, is taken for none.
    """
    parent = _parent(traceparents[0]) if len(traceparents) == 1 else None
    if parent is None:
        drawn = _drawn(128 + 64)
        return Trace(drawn[:32], drawn[32:], 0)
    return Trace(parent.trace_id, _drawn(64), parent.flags, parent.span_id)


def _drawn(bits: int) -> str:
    """Draw an id. It names something and opens nothing, so that it may be guessed."""
    return random.getrandbits(bits).to_bytes(bits // 8).hex()


def _parent(text: str) -> Trace | None:
    found = _TRACEPARENT.fullmatch(text)
    if found is None or found["version"] == "ff":
        return None
    # Later versions may say more behind what this one says.
    if found["version"] == "00" and found["more"]:
        return None
    if not found["trace"].strip("0") or not found["parent"].strip("0"):
        return None
    return Trace(found["trace"], found["parent"], int(found["flags"], 16) & _FLAGS_WE_KNOW)
