"""All that is counted in one process. It is one object, whatever configuration is served."""

import time
from collections import Counter
from dataclasses import dataclass, field

from gateway.figures.backends import BackendFigures
from gateway.figures.calls import CallFigures


@dataclass(slots=True)
class ReloadFigures:
    """What is counted of reloads. ``loaded_at`` is when what is in force came to be."""

    outcomes: Counter[str] = field(default_factory=Counter)
    has_last_failed: bool = False
    generation: int = 1
    loaded_at: float = field(default_factory=time.time)

    def note(self, *, is_done: bool, now: float) -> None:
        """Count a reload, by whether what was read is served now."""
        self.outcomes["done" if is_done else "refused"] += 1
        self.has_last_failed = not is_done
        if is_done:
            self.generation += 1
            self.loaded_at = now


@dataclass(slots=True)
class Figures:
    """What is counted of calls, of each backend by its name, and of reloads."""

    calls: CallFigures = field(default_factory=CallFigures)
    reloads: ReloadFigures = field(default_factory=ReloadFigures)
    _backends: dict[str, BackendFigures] = field(default_factory=dict)

    def of(self, backend: str) -> BackendFigures:
        """Give those of a backend: one that comes back goes on where it was."""
        return self._backends.setdefault(backend, BackendFigures())
