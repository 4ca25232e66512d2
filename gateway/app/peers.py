"""Who serves beside this process, and what all of them tell together."""

from collections.abc import Callable, Sequence
from typing import Protocol

from gateway.metrics.families import Family
from gateway.metrics.reading import crew_families


class Peers(Protocol):
    """The processes behind one address, seen from one of them."""

    @property
    def worker(self) -> str:
        """Give the number of this one, beginning with 1."""

    async def begin(self, own: Callable[[], Sequence[Family]]) -> None:
        """Take in that this one serves, and what reads its metrics when others are asked."""

    async def metrics(self, own: Sequence[Family]) -> Sequence[Family]:
        """Give the metrics of all; raise a ``TimeoutError`` where they cannot be had in time."""


class Alone:
    """There is no other."""

    worker = "1"

    async def begin(self, own: Callable[[], Sequence[Family]]) -> None:
        """Do nothing: nobody else is asked."""

    async def metrics(self, own: Sequence[Family]) -> Sequence[Family]:
        """Give one's own."""
        return [*own, *crew_families(workers=1, restarts=0)]
