"""Session objects as they are held: those of the made-up world, and what calls made of them."""

import json
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeAlias

from adapters.simulators.world import Stay, World

Fields: TypeAlias = dict[str, Any]
Shape: TypeAlias = Callable[[Stay, datetime], Fields]
"""How a stay is written, but for its id."""

_A_LONG_TIME = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class Row:
    """A session object, and how it is written."""

    fields: Fields
    text: str

    @property
    def native_id(self) -> str:
        """Give the id."""
        return str(self.fields["id"])

    @property
    def is_open(self) -> bool:
        """Say whether it is opened or activated."""
        return bool(self.fields["status"] != "closed")


class Rows:
    """Every session object; once its stay is over it is written again only if a call changes it."""

    def __init__(self, world: World, seed: int, shape: Shape) -> None:
        self._world = world
        self._news = world.watch()
        self._seed = seed
        self._shape = shape
        self._rows: dict[int, Row] = {}
        self._stays: dict[int, Stay] = {}
        self._unsettled: set[int] = set()
        self._numbers: dict[str, int] = {}
        self._opened: dict[int, Fields] = {}
        self._changed: dict[int, Fields] = {}

    def at(self, now: datetime) -> list[Row]:
        """Give every row as it is by now, in the order in which they were begun."""
        self.catch_up(now)
        return [self._rows[number] for number in sorted(self._rows)]

    def find(self, native_id: object, now: datetime) -> Row | None:
        """Give the row of this id, if it is held."""
        self.catch_up(now)
        number = self._numbers.get(native_id) if isinstance(native_id, str) else None
        return self._rows.get(number) if number is not None else None

    def open(self, fields: Fields, now: datetime) -> Row:
        """Hold a new session with these fields."""
        stay = self._world.insert(now, now + _A_LONG_TIME)
        self._opened[stay.number] = fields
        self.catch_up(now)
        return self._rows[stay.number]

    def change(self, row: Row, fields: Mapping[str, object], now: datetime) -> Row:
        """Let a session have these fields from now on."""
        number = self._numbers[row.native_id]
        self._changed[number] = {**self._changed.get(number, {}), **fields}
        self._unsettled.add(number)
        self.catch_up(now)
        return self._rows[number]

    def drop(self, row: Row, now: datetime) -> None:
        """Hold a session no longer."""
        self._world.delete(self._numbers[row.native_id])
        self.catch_up(now)

    def catch_up(self, now: datetime) -> None:
        """Write what may have changed by now, and drop what was deleted."""
        for change in self._news():
            number = change.stay.number
            if change.is_deletion:
                self._forget(number)
            else:
                self._stays[number] = change.stay
                self._unsettled.add(number)
        for number in list(self._unsettled):
            self._write(number, now)
            if self._stays[number].end <= now:
                self._unsettled.remove(number)

    def _write(self, number: int, now: datetime) -> None:
        native_id = str(uuid.uuid5(uuid.NAMESPACE_OID, f"{self._seed}-{number}"))
        plain = self._opened.get(number) or self._shape(self._stays[number], now)
        fields = {"id": native_id, **plain, **self._changed.get(number, {})}
        self._numbers[native_id] = number
        self._rows[number] = Row(fields, json.dumps(fields))

    def _forget(self, number: int) -> None:
        row = self._rows.pop(number, None)
        if row is not None:
            del self._numbers[row.native_id]
        self._unsettled.discard(number)
        del self._stays[number]
