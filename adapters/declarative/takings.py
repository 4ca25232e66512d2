"""Taking out of a record what has become part of the session."""

from collections.abc import Iterable

from adapters.toolkit.record import Record
from gateway.spi import Json


class Takings:
    """The paths of all that the fields of a session are read from.

    Two fields may read the same, and one what lies in another: what one of them could not read
    stays whole.
    """

    def __init__(self, taken: Iterable[str], known: Iterable[str]) -> None:
        """Prepare to take the ``taken`` paths; ``known`` are all that may have to be kept."""
        taken, known = (*dict.fromkeys(taken),), {*known}
        self._names = tuple(path for path in taken if "." not in path)
        self._deeper = tuple(tuple(path.split(".")) for path in taken if "." in path)
        self._related = {
            path: {each for each in known if _is_related(path, each)} for path in taken
        }

    def take(self, record: Record, kept: list[str]) -> None:
        """Take out what was read, but for what is unreadable and what is to be kept."""
        fields = record.left
        if record.unreadable or kept:
            self._take_but_for({*record.unreadable, *kept}, fields)
            return
        for name in self._names:
            fields.pop(name, None)
        for steps in self._deeper:
            _take(fields, steps)

    def _take_but_for(self, held: set[str], fields: dict[str, Json]) -> None:
        for path, related in self._related.items():
            if related.isdisjoint(held):
                _take(fields, path.split("."))


def _is_related(path: str, other: str) -> bool:
    """Say whether two paths are the same, or one leads through the other."""
    return f"{path}.".startswith(f"{other}.") or f"{other}.".startswith(f"{path}.")


def _take(fields: dict[str, Json], steps: Iterable[str]) -> None:
    """Take out what a path leads to, and the objects around it that are empty then."""
    *parents, last = steps
    above: list[tuple[dict[str, Json], str]] = []
    at: Json = fields
    for step in parents:
        above.append((at, step))
        at = at.get(step)
        if not isinstance(at, dict):
            return
    if last not in at:
        return
    del at[last]
    for parent, step in reversed(above):
        if parent[step]:
            return
        del parent[step]
