"""The deadline of an answer, and what its time is for."""

import asyncio
from dataclasses import dataclass

from gateway.federation.patience import Waiting

READ_AHEAD = 0.3
"""The share of the time after which others are read ahead of silent backends.

They may never answer, and the others may have many pages to go.
"""

GIVE_UP = 0.85
"""The share of the time after which silent backends are given up.

The rest is for the others: to fill the page without them, and to write the answer.
"""

_LEAST_SECONDS = 1e-6

CUT = 0.95
"""The share of the time after which a page ends where it has come to.

Backends that answer page after page, of which few rows match, hold it up then.
"""


@dataclass(frozen=True, slots=True)
class Deadline:
    """The instant, on the loop's clock, by which an answer is due."""

    begun: float
    due: float

    @classmethod
    def within(cls, seconds: float) -> "Deadline":
        """Begin now."""
        now = asyncio.get_running_loop().time()
        return cls(now, now + seconds)

    def handed_down(self) -> Waiting:
        """Have all that is done in a block know how long its outcome is waited for."""
        return Waiting(self.begun, self.patience)

    def left(self) -> float:
        """Give the seconds that are left."""
        return max(0.0, self.due - asyncio.get_running_loop().time())

    def has_come_to(self, share: float) -> bool:
        """Say whether this share of the time is over."""
        return asyncio.get_running_loop().time() >= self._at(share)

    def spent_share(self) -> float:
        """Give the share of the time that is over."""
        now = asyncio.get_running_loop().time()
        return (now - self.begun) / max(self.due - self.begun, _LEAST_SECONDS)

    def wait(self) -> float:
        """Give the seconds to wait for an answer before something has to be done."""
        now = asyncio.get_running_loop().time()
        instants = (self._at(share) for share in (READ_AHEAD, GIVE_UP, CUT))
        return next((instant - now for instant in instants if instant > now), 0.0)

    @property
    def patience(self) -> float:
        """Give the instant from which on what is left of the time is for the answer."""
        return self._at(GIVE_UP)

    def _at(self, share: float) -> float:
        return self.begun + (self.due - self.begun) * share
