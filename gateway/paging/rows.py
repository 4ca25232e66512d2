"""A row of a merge: a session, or as much of one as is looked at, and its place in the order."""

from collections.abc import Callable
from operator import attrgetter
from typing import TypeAlias

from msgspec import Raw, Struct

from gateway.model.session import Outline, Placed, Session
from gateway.paging.order import Key

Make: TypeAlias = Callable[[Raw, Outline], Session]
"""Makes the session of a record that was outlined; raises an upstream error where it is none."""


class Row(Struct, gc=False):
    """A session, its place in the order, and the record it was.

    Of most no more than an outline is looked at, so the session is made when somebody asks for it.
    Like sessions it is passed by when garbage is collected: nothing in it can refer to it.
    """

    key: Key
    placed: Placed
    raw: Raw | None = None
    make: Make | None = None

    @property
    def session(self) -> Session:
        """Give the session, made once; raise an upstream error where its record turns out none."""
        placed = self.placed
        if isinstance(placed, Outline):
            if self.raw is None or self.make is None:
                raise TypeError("an outline comes with its record, and with what makes sessions")
            placed = self.placed = self.make(self.raw, placed)
        return placed


row_key: Callable[[Row], Key] = attrgetter("key")
"""Gives the key of a row."""
