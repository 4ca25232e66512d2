"""A clock that goes on only when a test says so."""

from dataclasses import dataclass


@dataclass
class Clock:
    """Tells the seconds that a test lets go by."""

    now: float = 0.0

    def __call__(self) -> float:
        return self.now
