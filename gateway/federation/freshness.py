"""How fresh an answer has to be: what of all that is kept may serve it."""

import math
from dataclasses import dataclass

from gateway.model.report import ErrorCode, Failure

ANY_INSTANT = -math.inf
"""Before everything that is kept."""

NOT_CACHED = Failure(ErrorCode.NOT_CACHED, retryable=False)

_SECONDS_BETWEEN_RENEWALS = 1.0


@dataclass(frozen=True, slots=True)
class Freshness:
    """What a client asks of the age of an answer.

    ``max_age_s`` is how long ago, at most, anything of it was read. If it ``is_renewed`` the
    vendors are asked whatever is kept; if it ``is_kept_only`` none of them is.
    """

    max_age_s: float | None = None
    is_renewed: bool = False
    is_kept_only: bool = False

    def since(self, now: float) -> float:
        """Give the instant from which on something was read that may serve."""
        if self.is_renewed:
            return now
        return ANY_INSTANT if self.max_age_s is None else now - self.max_age_s


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
