"""The sessions that a listing remembers: outlines, until somebody wants to see the rest."""

import asyncio
from collections.abc import Iterable, Mapping
from contextlib import suppress
from datetime import datetime
from typing import Protocol

from msgspec import Raw

from gateway.model.report import ErrorCode
from gateway.model.session import Outline, Placed, Session
from gateway.paging.order import Key
from gateway.paging.rows import Row
from gateway.spi.errors import BadAnswer, UpstreamError

_STRETCH = 100
"""Sessions made at a stretch: several listings may be read in the same turn of the loop."""


class Maker(Protocol):
    """Makes sessions of the records of one backend; raises an upstream error where it cannot."""

    def remade(self, records: Iterable[Raw], as_of: datetime) -> list[Session]:
        """Map records again that were sessions at this instant."""

    def replaced(
        self, records: Iterable[Raw], as_of: datetime, *, is_outlined: bool
    ) -> list[Placed]:
        """Map records again, or outline those of which there are outlines, if that will do."""

    def made(self, record: Raw, outline: Outline) -> Session:
        """Map a record that was outlined."""


class Remembered:
    """Sessions by native id; each that is made of its outline is made once.

    One whose record turns out to be none is forgotten.
    """

    def __init__(
        self, placed: dict[str, Placed], records: Mapping[str, bytes], maker: Maker
    ) -> None:
        """Take what is known of each record, and what makes the rest of it."""
        self.placed = placed
        self._records = records
        self._maker = maker
        self._none: dict[str, Outline] = {}
        """Those whose records turned out to be none."""
        self.are_made = False
        """Whether it is known that no outline is left of which a session could be made."""

    def session(self, native_id: str) -> Session:
        """Give the session of an id; raise an upstream error where its record turns out none."""
        placed = self.placed.get(native_id)
        if placed is None:
            raise BadAnswer(ErrorCode.SCHEMA, "a record that turned out to be no session")
        if isinstance(placed, Outline):
            placed = self.placed[native_id] = self._made(placed)
        return placed

    def row(self, key: Key) -> Row:
        """Give the row of a key."""
        native_id = str(key[-1])
        placed = self.placed.get(native_id) or self._none[native_id]
        return Row(key, placed, Raw(self._records[native_id]), self.made)

    def made(self, _record: Raw, outline: Outline) -> Session:
        """Give the session of an outline, likewise."""
        return self.session(outline.native_id)

    def _made(self, outline: Outline) -> Session:
        try:
            return self._maker.made(Raw(self._records[outline.native_id]), outline)
        except BadAnswer as error:
            if error.code is ErrorCode.SCHEMA:
                self._none[outline.native_id] = outline
                del self.placed[outline.native_id]
            raise

    async def make_all(self) -> None:
        """Make the sessions of all outlines that are left, of which any can be made."""
        if self.are_made:
            return
        left = [each.native_id for each in self.placed.values() if isinstance(each, Outline)]
        for begin in range(0, len(left), _STRETCH):
            for native_id in left[begin : begin + _STRETCH]:
                with suppress(UpstreamError):
                    self.session(native_id)
            await asyncio.sleep(0)
        self.are_made = True
