"""How much of one backend may be read for one page."""

from dataclasses import dataclass

from gateway.federation.tally import Tally


@dataclass(frozen=True, slots=True)
class Budget:
    """Bounds of what is read of one backend for one page: requests, records, and their bytes.

    Where one is reached the page ends, short, with a cursor that goes on from there.
    """

    requests: int = 100
    records: int = 50_000
    record_bytes: int = 64 * 1024 * 1024


BUDGET = Budget()


@dataclass(frozen=True, slots=True)
class Allowance:
    """What is left of a budget, by how a tally has grown since the page began."""

    budget: Budget
    requests: int
    records: int
    record_bytes: int

    @classmethod
    def of(cls, budget: Budget, tally: Tally) -> "Allowance":
        """Begin a page here."""
        return cls(budget, tally.requests, tally.received, tally.record_bytes)

    def is_spent(self, tally: Tally) -> bool:
        """Say whether nothing more may be read."""
        return (
            tally.requests - self.requests >= self.budget.requests
            or tally.received - self.records >= self.budget.records
            or tally.record_bytes - self.record_bytes >= self.budget.record_bytes
        )
