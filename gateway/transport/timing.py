"""How long the requests of a call took, so that silence is told from the wait for a turn."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass


@dataclass(slots=True)
class Timing:
    """The requests of one call.

    ``seconds`` are those that a vendor had for one that was then cancelled, from its turn on.
    """

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


@dataclass(slots=True)
class _Request:
    begun: float


_request: ContextVar[_Request | None] = ContextVar("the request that is under way", default=None)


@contextmanager
def counted() -> Iterator[None]:
    """Count the time of a request, if it is cancelled, to whoever wants to know it."""
    watching = _current.get()
    if watching is None:
        yield
        return
    request = _Request(_now())
    token = _request.set(request)
    try:
        yield
    except asyncio.CancelledError:
        watching.seconds = _now() - request.begun
        raise
    finally:
        _request.reset(token)


@contextmanager
def uncounted() -> Iterator[None]:
    """Leave out of a request's time what goes by meanwhile: nobody waits for a vendor."""
    request, begun = _request.get(), _now()
    try:
        yield
    finally:
        if request is not None:
            request.begun += _now() - begun


def _now() -> float:
    return asyncio.get_running_loop().time()
