"""How often something may be done."""

from dataclasses import dataclass

_UNITS = {1: "s", 60: "min", 3600: "h"}


@dataclass(frozen=True, slots=True)
class Rate:
    """So many requests in so many seconds."""

    requests: int
    seconds: int

    @property
    def per_second(self) -> float:
        """Give how many they are a second, evenly."""
        return self.requests / self.seconds

    def shared_by(self, count: int) -> "Rate":
        """Give each of so many its even share."""
        return Rate(self.requests, self.seconds * count)

    def __str__(self) -> str:
        """Write it as a configuration has it, such as 50/s or 600/min."""
        return f"{self.requests}/{_UNITS.get(self.seconds, f'{self.seconds}s')}"
