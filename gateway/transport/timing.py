"""How long the requests of a call took, so that silence is told from the wait for a turn."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass


@dataclass(slots=True)
class Timing:
    """The requests of one call: ``seconds`` are those of the last, from its turn on."""

    seconds: float = 0.0

    @contextmanager
    def watched(self) -> Iterator[None]:
        """Count what the running task sends, and what it has others send for it."""
        token = _current.set(self)
        try:
            yield
        finally:
            _current.reset(token)


_current: ContextVar[Timing | None] = ContextVar("whose requests are under way", default=None)


@contextmanager
def counted() -> Iterator[None]:
    """Count the time of a request to whoever wants to know it."""
    watching = _current.get()
    if watching is None:
        yield
        return
    clock = asyncio.get_running_loop().time
    begun = clock()
    try:
        yield
    finally:
        watching.seconds = clock() - begun
