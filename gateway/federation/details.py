"""Single sessions as vendors' detail calls told them, kept for whoever asks for the same."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from cachetools import TLRUCache

from gateway.federation.flaws import Flaws
from gateway.federation.freshness import Acceptance, Life, Lifetimes
from gateway.model.session import Session

MOST_DETAILS = 10_000

_LONGEST_ABSENCE_SECONDS = 5.0
"""How long a session that was not there serves as such: it may be made at any time."""


@dataclass(frozen=True, slots=True)
class Detail:
    """A session, or that there was none, as of an instant."""

    session: Session | None
    as_of: datetime
    flaws: Flaws
    life: Life


class KeptDetails:
    """Details of all backends, the last used within a bound, each for its time to live."""

    def __init__(self, *, timer: Callable[[], float], most: int = MOST_DETAILS) -> None:
        """Keep up to ``most``, by a monotonic timer in seconds."""
        self.timer = timer
        self._kept: TLRUCache[tuple[str, str], Detail] = TLRUCache(
            most, ttu=lambda _key, detail, _now: detail.life.ends, timer=timer
        )

    def __len__(self) -> int:
        """Count the sessions that are kept."""
        return len(self._kept)

    def find(self, backend: str, native_id: str, accepted: Acceptance) -> Detail | None:
        """Find what is kept of a session, if it may serve."""
        kept = self._kept.get((backend, native_id))
        return kept if kept is not None and kept.life.serves(self.timer(), accepted) else None

    def keep(self, backend: str, native_id: str, detail: Detail) -> None:
        """Keep what was told of a session, unless what is kept was asked for later."""
        before = self._kept.get((backend, native_id))
        if before is not None and detail.life.read_at < before.life.read_at:
            return
        self._kept[backend, native_id] = detail

    def drop(self, backend: str) -> None:
        """Drop all details of a backend."""
        for key in [key for key in self._kept if key[0] == backend]:
            self._kept.pop(key, None)


def lifetimes_of_absence(lifetimes: Lifetimes) -> Lifetimes:
    """Say how long it serves that a session was not there: briefly, and never beyond that."""
    return Lifetimes(min(lifetimes.fresh_s, _LONGEST_ABSENCE_SECONDS))
