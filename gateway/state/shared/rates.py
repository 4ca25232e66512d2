"""How often callers may call, counted for all replicas in a shared cache.

The rule is that of :mod:`gateway.web.rates`, as a script: one number for each subject, the instant
at which its bucket is full again (GCRA). The cache's own clock counts, as those of replicas differ.
"""

from contextlib import suppress
from dataclasses import dataclass

from gateway.state.shared.link import Link, Unavailable
from gateway.state.shared.seals import Seals

_SPEND = """
local time = redis.call('TIME')
-- From a late instant on, so that a number holds fractions of a microsecond.
local now = (time[1] - 1760000000) * 1000000 + time[2]
local cost, window = tonumber(ARGV[1]), tonumber(ARGV[2])
local latest = now + window
local found = redis.pcall('GET', KEYS[1])
local full_at = type(found) == 'string' and tonumber(found) or now
if not (full_at >= now) then full_at = now end
if not (full_at <= latest) then full_at = latest end
local after = full_at + cost
if after > latest + 1 then return {0, string.format('%.3f', after - latest)} end
local kept = math.ceil((after - now) / 1000)
redis.call('SET', KEYS[1], string.format('%.3f', after), 'PX', kept)
return {1, string.format('%.3f', latest - after)}
"""

_MICROSECONDS = 1_000_000


@dataclass(frozen=True, slots=True)
class Spent:
    """What came of a request: whether it is within the quota.

    If it is, ``microseconds`` of its window are left; if not, so many have to go by first.
    """

    is_within: bool
    microseconds: float


class SharedRates:
    """Buckets of subjects in a shared cache."""

    def __init__(self, link: Link, seals: Seals) -> None:
        """Take the way to the cache, and what makes names that tell nothing."""
        self._link = link
        self._seals = seals

    async def spend(self, subject: str, requests: int, seconds: int) -> Spent | None:
        """Count a request of a subject that may make so many in so long; none if nobody counts."""
        name = self._seals.digest("rate", subject, str(requests), str(seconds))
        window = seconds * _MICROSECONDS
        cost = f"{window / requests:.6f}"
        with suppress(Unavailable):
            match await self._link.ask(_SPEND, [f"session-gateway:1:{name}:rate"], [cost, window]):
                case [int(is_within), bytes(left)]:
                    return _spent(is_within, left)
        return None


def _spent(is_within: int, left: bytes) -> Spent | None:
    try:
        return Spent(bool(is_within), float(left))
    except ValueError:
        return None
