"""Stretches of work, told to who traces: where nobody does, they cost a look at a variable.

What a span is told leaves the machine: names of routes, methods and backends, codes and counts, but
nothing that a client or a vendor chose.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
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


@contextmanager
def under(span: Span | None) -> Iterator[Span | None]:
    """Do all that is done meanwhile as parts of a span, and end it."""
    if span is None:
        yield None
        return
    token = _current.set(span)
    try:
        yield span
    except BaseException as error:
        span.fail(type(error).__name__)
        raise
    finally:
        _current.reset(token)
        span.end()
