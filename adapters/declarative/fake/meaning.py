"""What a record that a fake vendor holds means, read back as its file says. Pure."""

import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from adapters.declarative.fake.casting import read_instant
from adapters.declarative.fake.planting import found
from adapters.declarative.language.mapping import Mapping as Map
from adapters.declarative.language.mapping import Source, StatusField, TextField
from adapters.declarative.language.part import substituted
from gateway.spi import Json

INSTANTS = ("started_at", "ended_at", "last_activity_at")

KEYS: Mapping[str, tuple[str, ...]] = {
    "native_id": ("native_id",),
    "native_status": ("native_status",),
    "title": ("title",),
    "user": ("user_id", "user_name"),
    "device": ("device_id", "device_name"),
    "client": ("client_name",),
    "space": ("space_id", "space_name"),
    "language": ("language",),
}
"""The keys of the map by the field that an equality filters on."""

Texts = Mapping[str, frozenset[str]]


@dataclass(frozen=True, slots=True)
class Held:
    """One session as the vendor has it.

    By the field that is filtered on ``words`` are the vendor's own, and ``texts`` what they stand
    for.
    """

    native_id: str
    number: int
    record: dict[str, Json]
    status: str
    instants: Mapping[str, datetime | None]
    words: Texts
    texts: Texts

    @property
    def started_at(self) -> datetime | None:
        """Say when it started."""
        return self.instants["started_at"]

    @property
    def chance(self) -> int:
        """Give its place among those that no order tells apart."""
        return zlib.crc32(self.native_id.encode())


class Reader:
    """Reads records back by one map and the options of one backend."""

    def __init__(self, mapping: Map, options: Mapping[str, str]) -> None:
        self._map = mapping
        self._options = {"options": dict(options)}

    def held(self, number: int, record: dict[str, Json], now: datetime) -> Held:
        """Say what a record means at an instant."""
        words = {field: self._words(keys, record) for field, keys in KEYS.items()}
        texts = {field: self._texts(keys, record) for field, keys in KEYS.items()}
        instants = {name: self.instant(name, record) for name in INSTANTS}
        status, word = self._status(instants, record, now), self._word(record)
        told = frozenset() if word is None else frozenset({word})
        if self._map.native_status is None:
            words["native_status"] = texts["native_status"] = told
        tags = self._tags(record)
        words |= {"status": told, "tag": tags}
        texts |= {"status": frozenset({status}), "tag": tags}
        (native_id,) = texts["native_id"]
        return Held(native_id, number, record, status, instants, words, texts)

    def zone(self, name: str | None) -> str | None:
        """Give the name of a zone, where an option holds it."""
        return None if name is None else substituted(name, self._options)

    def instant(self, name: str, record: dict[str, Json]) -> datetime | None:
        """Read one of the instants."""
        source = getattr(self._map, name)
        value = None if source is None else look(source, record)
        if source is None or value is None:
            return None
        return read_instant(source.cast, self.zone(source.zone), value)

    def _status(
        self, instants: Mapping[str, datetime | None], record: dict[str, Json], now: datetime
    ) -> str:
        status = self._map.status
        if status is None:
            return "unknown"
        if status.ended_with is not None:
            return self._told_by_its_end(status, instants, now)
        word = self._word(record)
        return "unknown" if word is None else status.values.get(word, status.else_)

    def _told_by_its_end(
        self, status: StatusField, instants: Mapping[str, datetime | None], now: datetime
    ) -> str:
        if instants["ended_at"] is not None:
            return "ended"
        start, limit = instants["started_at"], status.active_for_s
        if start is None:
            return "active" if self._map.started_at is None and limit is None else "unknown"
        if limit is None:
            return "active"
        seconds = float(substituted(f"{limit}", self._options))
        return "active" if now - start < timedelta(seconds=seconds) else "unknown"

    def _word(self, record: dict[str, Json]) -> str | None:
        status = self._map.status
        if status is None or (status.at is None and status.expr is None):
            return None
        return word_of(look(status, record))

    def _words(self, keys: Iterable[str], record: dict[str, Json]) -> frozenset[str]:
        sources = [getattr(self._map, key) for key in keys]
        values = [word_of(look(source, record)) for source in sources if source is not None]
        return frozenset(value for value in values if value)

    def _texts(self, keys: Iterable[str], record: dict[str, Json]) -> frozenset[str]:
        sources = [getattr(self._map, key) for key in keys]
        values = [_text(source, record) for source in sources if source is not None]
        return frozenset(value for value in values if value)

    def _tags(self, record: dict[str, Json]) -> frozenset[str]:
        source = self._map.tags
        value = None if source is None else look(source, record)
        items = value.split(",") if isinstance(value, str) else value or []
        return frozenset(str(item).strip() for item in items)


def look(source: Source | StatusField, record: dict[str, Json]) -> Json:
    """Find what stands where a field is read; an empty text is nothing."""
    if source.expr is not None:
        values = [found(source.expr, record)]
    else:
        values = [_along(path, record) for path in paths_of(source)]
    nothing = source.none_if if isinstance(source, Source) else ()
    there = (v for v in values if v is not None and v != "" and word_of(v) not in nothing)
    return next(there, None)


def paths_of(source: Source | StatusField) -> tuple[str, ...]:
    """Give the ways to a value that is read by one of several."""
    return (source.at or "", *source.or_at)


def word_of(value: Json) -> str | None:
    """Give a word as a text, whatever kind of JSON it is."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, str | int | float) else None


def _along(path: str, record: dict[str, Json]) -> Json:
    value: Json = record
    for step in path.split("."):
        value = value.get(step) if isinstance(value, dict) else None
    return value


def _text(source: Source, record: dict[str, Json]) -> str | None:
    word = word_of(look(source, record))
    if not isinstance(source, TextField):
        return word
    return source.default if word is None else (source.values or {}).get(word, word)
