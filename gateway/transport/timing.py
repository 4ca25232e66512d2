"""How long the requests of a call took, so that silence is told from the wait for a turn."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar, Token
from dataclasses import dataclass
from types import TracebackType
from typing import Self


class Timing:
    """The requests of one call: what the running task sends, and has others send for it.

    ``seconds`` are those that a vendor had for one that was then cancelled, from its turn on.
    """

    __slots__ = ("_token", "seconds")

    def __init__(self) -> None:
        """Begin to count with the block."""
        self.seconds = 0.0

    def __enter__(self) -> Self:
        self._token: Token[Timing | None] = _current.set(self)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        _current.reset(self._token)


_current: ContextVar[Timing | None] = ContextVar("whose requests are under way", default=None)


@dataclass(slots=True)
class _Request:
    begun: float


_request: ContextVar[_Request | None] = ContextVar("the request that is under way", default=None)


class Counted:
    """Counts the time of a request, if it is cancelled, to whoever wants to know it."""

    __slots__ = ("_request", "_token", "_watching")

    def __init__(self) -> None:
        """Begin to count with the block."""
        self._watching = _current.get()

    def __enter__(self) -> None:
        if self._watching is not None:
            self._request = _Request(_now())
            self._token = _request.set(self._request)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._watching is None:
            return
        _request.reset(self._token)
        if isinstance(error, asyncio.CancelledError):
            self._watching.seconds = _now() - self._request.begun


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
