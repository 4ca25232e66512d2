"""Stretches of work, told to who traces: where nobody does, they cost a look at a variable.

What a span is told leaves the machine: names of routes, methods and backends, codes and counts, but
nothing that a client or a vendor chose.
"""

from collections.abc import Mapping
from contextvars import ContextVar, Token
from types import TracebackType
from typing import Protocol, TypeAlias

Told: TypeAlias = str | int | bool


class Span(Protocol):
    """A stretch of work that is traced."""

    @property
    def traceparent(self) -> str:
        """Write its place in the trace as W3C Trace Context does, for whoever works for it."""

    def child(self, name: str, told: Mapping[str, Told], *, is_outward: bool = False) -> "Span":
        """Begin a part of it; one that is outward is a request to somebody else."""

    def tell(self, name: str, value: Told) -> None:
        """Tell something of it."""

    def fail(self, code: str) -> None:
        """Tell that it failed, by a code of a closed list."""

    def end(self) -> None:
        """End it, once."""


_current: ContextVar[Span | None] = ContextVar("what is being traced", default=None)


def part(name: str, told: Mapping[str, Told], *, is_outward: bool = False) -> Span | None:
    """Begin a part of what is being traced, if anything is. Whoever begins it has to end it."""
    current = _current.get()
    return None if current is None else current.child(name, told, is_outward=is_outward)


class Under:
    """Does all that is done in a block as parts of a span, and ends it; without one, just does."""

    __slots__ = ("_span", "_token")

    def __init__(self, span: Span | None) -> None:
        self._span = span

    def __enter__(self) -> Span | None:
        if self._span is not None:
            self._token: Token[Span | None] = _current.set(self._span)
        return self._span

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._span is None:
            return
        if error is not None:
            self._span.fail(type(error).__name__)
        _current.reset(self._token)
        self._span.end()
