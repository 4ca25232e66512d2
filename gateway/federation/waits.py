"""Leaving alone for a while what has failed: twice as long each time it does so again."""

from collections.abc import Callable
from dataclasses import dataclass

from gateway.resilience.backoff import doubled

_FIRST_WAIT_SECONDS = 1.0
_LONGEST_WAIT_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Wait:
    """After how many failures in a row a backend is left alone, and until when."""

    failures: int
    until: float


class Waits:
    """Until when backends are left alone: a second at first, doubling to a minute.

    Backends are named by their identities.
    """

    def __init__(self, timer: Callable[[], float]) -> None:
        """Take what tells the time, in seconds."""
        self._timer = timer
        self._waits: dict[str, Wait] = {}

    def find(self, backend: str) -> Wait | None:
        """Give the wait that what failed last made for."""
        return self._waits.get(backend)

    def is_held_back(self, backend: str) -> bool:
        """Say whether a backend is left alone now."""
        wait = self._waits.get(backend)
        return wait is not None and self._timer() < wait.until

    def note(self, backend: str, *, has_gone_well: bool) -> None:
        """Note how something went: what went well ends the waits."""
        if has_gone_well:
            self.forget(backend)
            return
        before = self._waits.get(backend)
        failures = 1 if before is None else before.failures + 1
        seconds = doubled(_FIRST_WAIT_SECONDS, failures - 1, _LONGEST_WAIT_SECONDS)
        self._waits[backend] = Wait(failures, self._timer() + seconds)

    def forget(self, backend: str) -> None:
        """Forget what failed of a backend."""
        self._waits.pop(backend, None)
