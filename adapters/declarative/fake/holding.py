"""The sessions that a fake vendor holds, which come and go."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from adapters.declarative.fake.lives import Life, life, newcomer
from adapters.declarative.fake.meaning import Held, Reader
from adapters.declarative.fake.records import Writer
from adapters.declarative.language.spec import Spec
from gateway.spi import Json


class Sessions:
    """What is held now, and what was held once."""

    def __init__(
        self, spec: Spec, options: Mapping[str, str], rows: int, clock: Callable[[], datetime]
    ) -> None:
        self.reader = Reader(spec.map, options)
        self._writer = Writer(spec, self.reader)
        self._clock = clock
        self._held: dict[str, Held] = {}
        self._gone: list[Held] = []
        self._last_number = 0
        for number in range(1, rows + 1):
            self._add(life(number, clock()))

    def all(self) -> Sequence[Held]:
        """Give everything that is held."""
        return [*self._held.values()]

    def known(self) -> Sequence[Held]:
        """Give everything that is held, and what was held once."""
        return [*self._held.values(), *self._gone]

    def find(self, native_id: str | None) -> Held | None:
        """Give the session of this id."""
        return self._held.get(native_id or "")

    def insert(self) -> None:
        """Hold one more: at times the newest, at times one between others."""
        self._add(newcomer(self._last_number + 1, self._clock()))

    def delete(self, native_id: str) -> None:
        """Hold a session no longer. KeyError: it is not held."""
        self._gone.append(self._held.pop(native_id))

    def create(self, changes: Mapping[str, Json]) -> Held:
        """Begin a session now, of which fields, by their names in the map, hold these values."""
        now = self._clock()
        begun = Life(self._last_number + 1, started_at=now, ended_at=None, last_activity_at=now)
        held = self._add(begun)
        return self._keep(held, self._writer.begun(held.record, changes))

    def end(self, held: Held) -> Held:
        """End a session now."""
        return self._keep(held, self._writer.ended(held.record, self._clock()))

    def touch(self, held: Held) -> Held:
        """Let something happen in a session now."""
        return self._keep(held, self._writer.touched(held.record, self._clock()))

    def _add(self, life_: Life) -> Held:
        self._last_number = life_.number
        held = self.reader.held(life_.number, self._writer.record(life_), self._clock())
        self._held[held.native_id] = held
        return held

    def _keep(self, held: Held, record: dict[str, Json]) -> Held:
        changed = self.reader.held(held.number, record, self._clock())
        self._held[held.native_id] = changed
        return changed
