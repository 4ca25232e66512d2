"""What was written to a backend, so that nothing read before passes for what is there now."""

from collections import deque
from collections.abc import Sequence
from types import TracebackType
from typing import TypeAlias

from msgspec import Raw

from gateway.model.session import Session

_REMEMBERED = 1_000
"""Writes remembered: more than a vendor takes while its whole list is read."""

Change: TypeAlias = tuple[Session, Raw]
"""A session as a write left it, and the record it was."""


class Changes:
    """The writes to one backend, in the order in which they ended.

    All are counted. What they changed is remembered for those who watch, and let go of when nobody
    does: whole sessions, with all that a vendor tells of one, would be held for nobody.
    """

    def __init__(self) -> None:
        self.count = 0
        """How many there were: what was begun at another count may lack some."""
        self.unknown = 0
        """How many of them nobody can say what they changed."""
        self._known: deque[tuple[int, Change]] = deque(maxlen=_REMEMBERED)
        self._watching = 0

    def watched(self) -> "_Watch":
        """Have writes be remembered for a block, which is given how many there were before."""
        return _Watch(self)

    def watch(self) -> None:
        """Have writes be remembered from now on."""
        self._watching += 1

    def leave(self) -> None:
        """Watch no more."""
        self._watching -= 1
        if not self._watching:
            self._known.clear()

    def note(self, change: Change | None) -> None:
        """Note a write that has ended, or may have; none where nobody knows what it changed."""
        self.count += 1
        if change is None:
            self.unknown += 1
        elif self._watching:
            self._known.append((self.count, change))

    def since(self, count: int) -> Sequence[Change] | None:
        """Give what was written since there were so many; none if not all of it is known.

        It is, since somebody began to watch who still does, but for more than can be remembered.
        """
        known = [change for number, change in self._known if number > count]
        return known if len(known) == self.count - count else None


class _Watch:
    """Watches for as long as a block lasts."""

    __slots__ = ("_changes",)

    def __init__(self, changes: Changes) -> None:
        self._changes = changes

    def __enter__(self) -> int:
        self._changes.watch()
        return self._changes.count

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._changes.leave()
