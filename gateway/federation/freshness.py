"""How fresh an answer has to be: what of all that is kept may serve it."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from msgspec import Struct
from msgspec.structs import replace

from gateway.model.report import ErrorCode, Failure

ANY_INSTANT = -math.inf
"""Before everything that is kept."""


@dataclass(frozen=True, slots=True)
class Lifetimes:
    """For how many seconds what was read of a backend serves.

    As it is for ``fresh_s``; after that for another ``revalidating_s``, while it is read anew
    behind the scenes; and where reading anew fails, for ``on_error_s`` after it was fresh. What is
    not to be fresh for any time is not served while it is read anew either.
    """

    fresh_s: float
    revalidating_s: float = 0.0
    on_error_s: float = 0.0

    @property
    def is_kept(self) -> bool:
        """Say whether anything is kept."""
        return self.fresh_s > 0 or self.on_error_s > 0

    def begin(self, read_at: float, now: float | None = None) -> "Life":
        """Begin the life of what was asked for at an instant, and has come now, or at once."""
        fresh_until = (read_at if now is None else now) + self.fresh_s
        revalidating_s = self.revalidating_s if self.fresh_s > 0 else 0.0
        return Life(
            read_at,
            fresh_until,
            serves_until=fresh_until + revalidating_s,
            ends=fresh_until + max(revalidating_s, self.on_error_s),
        )


class Acceptance(Struct, frozen=True):
    """What of all that is kept may serve: what was read at ``since`` or later.

    It may be stale for so many seconds beyond the time that it is fresh. If it ``is_kept_only``
    nothing else may serve. If it ``is_refresh`` it is for nobody but what is kept: whatever is
    fresh elsewhere will do.
    """

    since: float = ANY_INSTANT
    stale_s: float = 0.0
    is_kept_only: bool = False
    is_refresh: bool = False

    def second(self, now: float) -> int | None:
        """Say with whom a reading may be shared, none with everybody.

        Who wants it so young shares what was begun within this second: what was begun before may
        tell of what was there long ago.
        """
        return None if self.since == ANY_INSTANT else math.floor(now)

    def of_what_is_kept(self) -> "Acceptance":
        """Accept the same, but nothing else."""
        return replace(self, is_kept_only=True)

    def of_others(self, now: float) -> "Acceptance | None":
        """Say what may serve of what other replicas have read; none where nothing can."""
        if self.is_refresh:
            return AS_IT_SERVES
        return None if self.is_kept_only or self.since >= now else self


AS_IT_SERVES = Acceptance()
"""Whatever serves everybody."""


class Need(StrEnum):
    """Why a vendor is read, in the words of RFC 9211.

    Nothing is kept, or not all of it; it is stale; or the client wants none of it.
    """

    MISS = "miss"
    PARTIAL = "partial"
    STALE = "stale"
    REQUEST = "request"


def need(is_kept: Callable[[Acceptance], bool], on_error: Acceptance) -> Need:
    """Say why nothing that is kept serves, by whether anything would serve others, or in need."""
    # What serves everybody serves in need too: where nothing does, one look tells.
    if not is_kept(on_error):
        return Need.MISS
    return Need.REQUEST if is_kept(AS_IT_SERVES) else Need.STALE


class Life(Struct, frozen=True):
    """The instants in the life of what is kept: when it was read, and until when it is what.

    It is fresh, then it still serves, then it helps where reading anew fails.
    """

    read_at: float
    fresh_until: float
    serves_until: float
    ends: float

    def serves(self, now: float, accepted: Acceptance) -> bool:
        """Say whether it may serve somebody."""
        until = max(self.serves_until, self.fresh_until + accepted.stale_s)
        return accepted.since <= self.read_at and now < min(until, self.ends)

    def is_stale(self, now: float) -> bool:
        """Say whether it serves only those who want it or cannot get better."""
        return now >= self.serves_until


NOT_CACHED = Failure(ErrorCode.NOT_CACHED, retryable=False)

_SECONDS_BETWEEN_RENEWALS = 1.0


@dataclass(frozen=True, slots=True)
class Freshness:
    """What a client asks of the age of an answer.

    ``max_age_s`` is how long ago, at most, anything of it was read. If it ``is_renewed`` the
    vendors are asked whatever is kept; if it ``is_kept_only`` none of them is. What is stale may
    be so for ``max_stale_s``; none where it may not. If it ``is_refresh`` no client asks.
    """

    max_age_s: float | None = None
    is_renewed: bool = False
    is_kept_only: bool = False
    max_stale_s: float | None = None
    is_refresh: bool = False

    def accepted(self, now: float) -> Acceptance:
        """Say what of all that is kept may serve."""
        if self.is_renewed:
            return Acceptance(now, is_kept_only=self.is_kept_only)
        since = ANY_INSTANT if self.max_age_s is None else now - self.max_age_s
        stale_s = self.max_stale_s or 0.0
        return Acceptance(since, stale_s, self.is_kept_only, self.is_refresh)


AS_KEPT = Freshness()
"""Whatever is kept serves, as long as it is kept."""


class Renewals:
    """When each backend was last asked because a client wanted nothing that is kept.

    It is so once a second at most: a page that is reloaded does not reach the vendor each time.
    Backends are named by their identities.
    """

    def __init__(self) -> None:
        self._last: dict[str, float] = {}

    def grant(self, backend: str, now: float) -> bool:
        """Say whether a backend may be asked again for that, and note that it is."""
        last = self._last.get(backend)
        if last is not None and now - last < _SECONDS_BETWEEN_RENEWALS:
            return False
        self._last[backend] = now
        return True

    def forget(self, backend: str) -> None:
        """Forget a backend that nobody asks any more."""
        self._last.pop(backend, None)
