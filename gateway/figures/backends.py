"""What is counted of each backend. It goes by the name, so it outlasts how one was configured."""

from collections import Counter
from dataclasses import dataclass, field

from gateway.figures.histogram import Histogram

OK = "ok"
CANCELLED = "cancelled"
"""Of a call that those who waited for it have given up."""

_SECONDS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)


@dataclass(slots=True)
class Traffic:
    """The requests that went out to a vendor, by what came back, and how long that took.

    That is the class of a status, such as ``2xx``, ``ok`` or ``rpc_error`` of a call over a
    WebSocket, or the code of what went wrong on the way. Seconds are from the request's turn on.
    """

    requests: Counter[str] = field(default_factory=Counter)
    seconds: Histogram = field(default_factory=lambda: Histogram(_SECONDS))


@dataclass(slots=True)
class BackendFigures:
    """What is counted of one backend.

    Outcomes are ``ok``, ``cancelled``, or the code of a failure. Of calls to its vendor, each is
    counted once, however often it was repeated; ``records`` are those that came, and ``rejected``
    those of them that are no sessions. ``parts`` are its parts in answers, by status and whence
    they were served, and what follows is what stood in those.
    """

    traffic: Traffic = field(default_factory=Traffic)
    calls: Counter[str] = field(default_factory=Counter)
    repetitions: int = 0
    log_ins: Counter[str] = field(default_factory=Counter)
    refreshes: Counter[str] = field(default_factory=Counter)
    refreshing: int = 0
    """How many refreshes are under way now."""
    records: int = 0
    rejected: int = 0
    parts: Counter[tuple[str, str]] = field(default_factory=Counter)
    rows: int = 0
    late: int = 0
    duplicates: int = 0

    def note_call(self, outcome: str, attempts: int) -> None:
        """Count a call to the vendor that has ended, after so many attempts."""
        self.calls[outcome] += 1
        self.repetitions += max(0, attempts - 1)
