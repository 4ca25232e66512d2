"""How often somebody may call: a bucket each, which fills up again as time goes by.

The header fields are those of draft-ietf-httpapi-ratelimit-headers-11.
"""

from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

MOST_SUBJECTS = 10_000
"""Subjects that one limiter remembers: those that called last."""

_NANOSECONDS = 1_000_000_000
_ROUNDING = 2_000
"""Nanoseconds."""


@dataclass(frozen=True, slots=True)
class Quota:
    """So many requests in so many seconds: at once, and evenly from then on."""

    name: str
    requests: int
    seconds: int

    def shared_by(self, count: int) -> "Quota":
        """Give each of so many its share: of what is let through at once, too, but never none."""
        requests = max(1, self.requests // count)
        return Quota(self.name, requests, -(-requests * self.seconds * count // self.requests))


@dataclass(frozen=True, slots=True)
class Standing:
    """Where somebody stands with a quota after a request.

    ``wait_s`` is in how many seconds, rounded up, one more request is let through.
    """

    quota: Quota
    is_within: bool
    remaining: int
    wait_s: int

    @property
    def headers(self) -> Mapping[str, str]:
        """Tell it to the client."""
        quota = self.quota
        told = {
            "RateLimit-Policy": f'"{quota.name}";q={quota.requests};w={quota.seconds}',
            "RateLimit": f'"{quota.name}";r={self.remaining};t={self.wait_s}',
        }
        return told if self.is_within else {**told, "Retry-After": str(self.wait_s)}


class Spent(Protocol):
    """What came of a request: whether it is within its quota.

    If it is, ``microseconds`` of the quota's time are left; if not, so many have to go by first.
    """

    @property
    def is_within(self) -> bool:
        """Say whether it is let through."""

    @property
    def microseconds(self) -> float:
        """Give what is left, or has to go by."""


class SharedRates(Protocol):
    """Who counts the requests of all replicas."""

    async def spend(self, subject: str, requests: int, seconds: int) -> Spent | None:
        """Count a request of a subject that may make so many in so long; none if nobody counts."""


def spend(quota: Quota, full_at: int, now_ns: int) -> tuple[int, Standing]:
    """Take a request from the bucket that will be full at an instant; give when it then will be.

    Instants are in ``quota.requests`` parts of a nanosecond, so that every figure is whole. A clock
    that was set back does not lengthen the wait beyond that of an empty bucket.
    """
    now, cost = now_ns * quota.requests, quota.seconds * _NANOSECONDS
    latest = now + cost * quota.requests
    after = min(max(full_at, now), latest) + cost
    if after > latest:
        return after - cost, _standing(quota, after - latest, is_within=False)
    remaining, rest = divmod(latest - after, cost)
    return after, _standing(quota, cost - rest, remaining)


def standing_of(quota: Quota, spent: Spent) -> Standing:
    """Say where somebody stands by what came of a request elsewhere."""
    cost = quota.seconds * _NANOSECONDS
    parts = round(spent.microseconds) * 1000 * quota.requests
    if not spent.is_within:
        return _standing(quota, max(1, parts), is_within=False)
    # What was rounded on the way is no part of a request.
    remaining = (parts + _ROUNDING * quota.requests) // cost
    return _standing(quota, cost - max(0, parts - remaining * cost), remaining)


class Limiter:
    """Holds everybody to one quota."""

    def __init__(
        self, quota: Quota, timer: Callable[[], float], most_subjects: int = MOST_SUBJECTS
    ) -> None:
        """Take what tells the time, in seconds from anywhere on."""
        self.quota = quota
        self._timer = timer
        self._most_subjects = most_subjects
        self._full_at: OrderedDict[str, int] = OrderedDict()

    def spend(self, subject: str) -> Standing:
        """Count a request of a subject. Who was forgotten starts with a full bucket."""
        now_ns = round(self._timer() * _NANOSECONDS)
        full_at = self._full_at.get(subject, now_ns * self.quota.requests)
        self._full_at[subject], standing = spend(self.quota, full_at, now_ns)
        self._full_at.move_to_end(subject)
        if len(self._full_at) > self._most_subjects:
            self._full_at.popitem(last=False)
        return standing

    def __len__(self) -> int:
        """Count the subjects that are remembered."""
        return len(self._full_at)


@dataclass(frozen=True, slots=True)
class SharedQuotas:
    """Quotas of callers, by their names, as all replicas together hold them to, and who counts."""

    quotas: Mapping[str, Quota]
    rates: SharedRates

    async def spend(self, subject: str) -> Standing | None:
        """Count a request of a subject; none if nobody counts at present."""
        quota = self.quotas[subject]
        spent = await self.rates.spend(subject, quota.requests, quota.seconds)
        return None if spent is None else standing_of(quota, spent)


def _standing(quota: Quota, wait: int, remaining: int = 0, *, is_within: bool = True) -> Standing:
    return Standing(quota, is_within, remaining, wait_s=-(-wait // (quota.requests * _NANOSECONDS)))
