"""What is counted of calls, and of those who make them. Nothing of it is a client's own word."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field

from gateway.figures.histogram import Histogram

_CALL_SECONDS = (
    *(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5),
    *(1.0, 2.5, 5.0, 10.0, 30.0, 60.0),
)
_LAP_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0)


@dataclass(slots=True)
class CallFigures:
    """What is counted of calls, and how many there are now."""

    answered: Counter[tuple[str, ...]] = field(default_factory=Counter)
    """By route, method, class of the status, and code of the problem."""
    seconds: defaultdict[tuple[str, ...], Histogram] = field(
        default_factory=lambda: defaultdict(lambda: Histogram(_CALL_SECONDS))
    )
    """By route and method."""
    refused: Counter[str] = field(default_factory=Counter)
    """What did not come to the application, by the code of the problem."""
    admissions: Counter[str] = field(default_factory=Counter)
    """Who asked to be let in, by what came of it."""
    laps: Histogram = field(default_factory=lambda: Histogram(_LAP_SECONDS))
    under_way: int = 0
    most_at_a_time: int = 0
    connections: int = 0
