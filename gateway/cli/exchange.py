"""Gathering the metrics of all workers, for whichever of them is asked for metrics."""

import asyncio
from collections.abc import Callable, Collection, Sequence

from gateway.cli.letters import Ask, Joined, line, to_supervisor
from gateway.metrics.families import Family
from gateway.metrics.joining import Estate, joined

_PATIENCE_SECONDS = 1.0
"""For so long a worker is waited for; then what it told before has to do."""


class Exchange:
    """The supervisor's side. Who asks while metrics are gathered gets the same as the others."""

    def __init__(
        self,
        tell: Callable[[int, bytes], None],
        living: Callable[[], Collection[int]],
        own: Callable[[], Sequence[Family]],
        *,
        patience_seconds: float = _PATIENCE_SECONDS,
    ) -> None:
        """Take what writes to a worker, who is there, and what the supervisor tells itself."""
        self._tell = tell
        self._living = living
        self._own = own
        self._patience_seconds = patience_seconds
        self._estate = Estate()
        self._asking: set[int] = set()
        self._awaited: set[int] = set()
        self._silent: set[int] = set()
        """Workers that were asked and have not answered yet, now or ever: they are not again."""
        self._timer: asyncio.TimerHandle | None = None

    def hear(self, worker: int, text: bytes) -> None:
        """Take in a line that a worker wrote."""
        told = to_supervisor(text)
        if told is None:
            return
        self._estate.note(worker, told.families)
        self._awaited.discard(worker)
        if told.is_asking:
            self._begin(worker)
        else:
            self._silent.discard(worker)
        self._end_if_whole()

    def bury(self, worker: int) -> None:
        """Take in that a worker has died."""
        self._estate.bury(worker)
        for each in (self._asking, self._awaited, self._silent):
            each.discard(worker)
        self._end_if_whole()

    def _begin(self, worker: int) -> None:
        self._asking.add(worker)
        if self._timer is not None:
            return
        self._awaited = {*self._living()} - self._silent - {worker}
        self._silent |= self._awaited
        self._timer = asyncio.get_running_loop().call_later(self._patience_seconds, self._end)
        for each in self._awaited:
            self._tell(each, line(Ask()))

    def _end_if_whole(self) -> None:
        if self._timer is not None and not self._awaited:
            self._timer.cancel()
            self._end()

    def _end(self) -> None:
        self._timer = None
        letter = line(Joined(joined([self._estate.whole(), self._own()])))
        asking, self._asking = self._asking, set()
        for each in asking:
            self._tell(each, letter)
