"""What reads one backend's rows for a page, and what it gives."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import TypeAlias

from msgspec import Struct

from gateway.federation.backend import Failed
from gateway.federation.budget import BUDGET, Allowance
from gateway.federation.freshness import Acceptance
from gateway.federation.ranges import KeptRange
from gateway.federation.tally import Tally
from gateway.model.report import Failure
from gateway.paging.order import Coarsening, Key
from gateway.paging.resume import Places
from gateway.paging.rows import Row


class Delivery(Struct, frozen=True):
    """Rows in the order in which they came, and whether no more will come.

    ``bound`` is a lower bound of every row to come, where the reader knows a better one than the
    last row it gave: none where it does not.
    """

    rows: Sequence[Row]
    is_end: bool
    bound: Key | None = None


Delivered: TypeAlias = Delivery | Failed


class Reader(ABC):
    """Reads one backend's rows, a stretch at a time."""

    coarsening: Coarsening

    def __init__(self) -> None:
        self.tally = Tally()

    @property
    def is_at_horizon(self) -> bool:
        """Say whether a horizon hides what may belong to what was read."""
        return False

    def places(self, reached: Key) -> Places:  # noqa: ARG002  # a default
        """Give where in the vendor's stream to go on beyond a key, where that helps."""
        return ()

    def forget(self, reached: Key) -> None:  # noqa: B027  # a default
        """Let go of what is held of the rows up to a key."""

    def keep(self) -> None:  # noqa: B027  # a default
        """Keep what was read for whoever asks next, where that helps."""

    def allowance(self) -> Allowance | None:
        """Begin a page: none where what is read of the vendor is bounded otherwise."""
        return Allowance.of(BUDGET, self.tally)

    def fall_back(self, failure: Failure) -> bool:  # noqa: ARG002  # a default
        """Turn to what is kept and is stale, since reading has failed; say whether there is any."""
        return False

    def kept(self, accepted: Acceptance) -> KeptRange | None:  # noqa: ARG002  # a default
        """Find the range that is given first, if there is one that may serve."""
        return None

    def at_hand(self) -> Delivered | None:
        """Give the next stretch, if it is a short one that is there already."""
        return None

    @abstractmethod
    async def read(self) -> Delivered:
        """Read the next stretch. Not to be called again after the end or a failure."""
