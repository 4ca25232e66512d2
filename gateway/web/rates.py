"""How often somebody may call: a bucket each, which fills up again as time goes by.

The header fields are those of draft-ietf-httpapi-ratelimit-headers-11.
"""

from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass

MOST_SUBJECTS = 10_000
"""Subjects that one limiter remembers: those that called last."""

_NANOSECONDS = 1_000_000_000


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


def _standing(quota: Quota, wait: int, remaining: int = 0, *, is_within: bool = True) -> Standing:
    return Standing(quota, is_within, remaining, wait_s=-(-wait // (quota.requests * _NANOSECONDS)))
