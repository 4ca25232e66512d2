"""The count of what was met while a backend was read."""

import math
from collections.abc import Callable
from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace

from gateway.federation.flaws import FLAWLESS, Flaws
from gateway.federation.freshness import Acceptance, Life, Need, need
from gateway.federation.mapping import BackendPage
from gateway.model.report import Failure, ServedFrom
from gateway.model.session import Placed


class Tally(Struct):
    """What a reader has seen: the report of its backend is made from it."""

    served_from: ServedFrom = ServedFrom.LIVE
    as_of: datetime | None = None
    requests: int = 0
    flaws: Flaws = FLAWLESS
    duplicates: int = 0
    received: int = 0
    record_bytes: int = 0
    vendor_total: int | None = None
    has_drifted: bool = False
    """Whether rows moved between pages in a way that may have hidden some."""
    fresh_until: float | None = None
    """Until when all of it is fresh, by the timer of what is kept."""
    serves_until: float = math.inf
    """Until when all of it serves everybody."""
    need: Need = Need.MISS
    """Why the vendor was read, if it was."""
    fallen_back: Failure | None = None
    """Why what is stale has to serve."""
    seconds: float = 0.0
    """How long was waited for it."""

    def so_far(self) -> "Tally":
        """Give what has been counted, which stays so while the count goes on."""
        return replace(self)

    def of_no_use(self) -> "Tally":
        """Give what is left of it where nothing of what was met is given: what it cost."""
        return Tally(
            requests=self.requests,
            received=self.received,
            record_bytes=self.record_bytes,
            seconds=self.seconds,
        )

    def add(self, page: BackendPage[Placed]) -> None:
        """Count a page in."""
        self.as_of = self.as_of or page.as_of
        self.received += page.received
        self.record_bytes += page.size
        self.flaws += page.flaws
        if page.total is not None:
            self.vendor_total = page.total

    def note_fresh_until(self, instant: float) -> None:
        """Note that what was read is fresh until then; the earliest counts."""
        before = self.fresh_until
        self.fresh_until = instant if before is None else min(before, instant)

    def note_life(self, life: Life) -> None:
        """Note how long something serves that was read or kept; the shortest life counts."""
        self.note_fresh_until(life.fresh_until)
        self.serves_until = min(self.serves_until, life.serves_until)

    def note_need(self, is_kept: Callable[[Acceptance], bool], on_error: Acceptance) -> None:
        """Note why the vendor is read: for the rest, where some of what is kept has served."""
        self.need = need(is_kept, on_error) if self.as_of is None else Need.PARTIAL

    def note_live(self) -> None:
        """Note that the vendor has been read: what was stale before is stale all the same."""
        if self.served_from is not ServedFrom.STALE:
            self.served_from = ServedFrom.LIVE

    def note_kept(self, life: Life, now: float) -> None:
        """Note that what is kept serves, and whether it is stale by now."""
        self.note_life(life)
        if life.is_stale(now):
            self.served_from = ServedFrom.STALE
        elif self.served_from is not ServedFrom.STALE:
            self.served_from = ServedFrom.CACHE

    def count_request(self) -> None:
        """Count a request that was sent."""
        self.requests += 1
