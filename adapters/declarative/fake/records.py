"""How a fake vendor writes sessions down: the inverse of the map of its file. Pure."""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime

from adapters.declarative.fake.casting import (
    as_fine_as,
    written_instant,
    written_length,
    written_word,
)
from adapters.declarative.fake.lives import Life, candidates, native_ids
from adapters.declarative.fake.meaning import INSTANTS, KEYS, Reader, look, paths_of
from adapters.declarative.fake.planting import NotPlantableError, planted
from adapters.declarative.language.mapping import InstantField, Source, StatusField
from adapters.declarative.language.paging import AfterIdPaging
from adapters.declarative.language.spec import Spec
from gateway.spi import Json
from gateway.spi.abilities import ATTRIBUTES
from gateway.spi.documents import Finding

_TEXTS = (
    *("native_status", "title", "user_id", "user_name", "device_id", "device_name"),
    *("client_name", "client_version", "space_id", "space_name", "language"),
)
_COUNTS = ("participants_current", "participants_peak", "participants_total")

_STRANGE_WORD = "nobody-knows-this-word"
"""A word for the status that is in no file."""

_EVERY_TEXT = 6
"""Of so many sessions one lacks a text."""


class Writer:
    """Writes records as the vendor of one file does."""

    def __init__(self, spec: Spec, reader: Reader) -> None:
        self._spec = spec
        self._map = spec.map
        self._reader = reader
        self._patterns = frozenset(_patterns(spec))
        self._never_null = frozenset(_without_nulls(spec))

    def record(self, life: Life) -> dict[str, Json]:
        """Write a session down, with what no field reads besides."""
        record: dict[str, Json] = {"remark": None, "extra": {"nested": [1, {"deep": None}]}}
        written: list[tuple[Source | StatusField, Json]] = []
        for source, value in self._values(life):
            record = _added(record, source, value, written, life.number)
        return self._with_row_id(record, life.number)

    def changed(self, record: dict[str, Json], changes: Mapping[str, Json]) -> dict[str, Json]:
        """Give a record in which fields, by their names in the map, hold something else."""
        for name, value in changes.items():
            source = getattr(self._map, name.replace(".", "_"), None)
            if source is not None:
                record = _put(record, source, value)
            elif name.startswith(ATTRIBUTES):
                record = {**record, name.removeprefix(ATTRIBUTES): value}
        return record

    def begun(self, record: dict[str, Json], changes: Mapping[str, Json]) -> dict[str, Json]:
        """Give the record of a session that has just begun."""
        return self.changed(record, {**self._first_word("active"), **changes})

    def ended(self, record: dict[str, Json], now: datetime) -> dict[str, Json]:
        """Give the record of a session that has ended."""
        return self.changed(record, {**self._at("ended_at", now), **self._first_word("ended")})

    def touched(self, record: dict[str, Json], now: datetime) -> dict[str, Json]:
        """Give the record of a session that goes on."""
        return self.changed(record, self._at("last_activity_at", now))

    def _at(self, key: str, instant: datetime) -> dict[str, Json]:
        source = getattr(self._map, key)
        return {} if source is None else {key: self._instant(source, instant)}

    def _first_word(self, status: str) -> dict[str, Json]:
        words = self._known_words(status)
        return {"status": written_word(words[0])} if words else {}

    def _values(self, life: Life) -> Iterator[tuple[Source | StatusField, Json]]:
        """Give what is written of a session, the most important first."""
        yield self._map.native_id, self._native_id(life.number)
        for key in INSTANTS:
            source, instant = getattr(self._map, key), getattr(life, key)
            if source is None:
                continue
            if instant is not None and not self._is_missing(key, life):
                yield source, self._instant(source, instant)
            elif source.none_if:
                yield source, _nothing(source, life)
        if self._map.status is not None and self._map.status.ended_with is None:
            yield self._map.status, self._word(life)
        if self._map.duration_s is not None and life.length is not None:
            yield self._map.duration_s, written_length(self._map.duration_s.cast, life.length)
        for key in _TEXTS:
            source = getattr(self._map, key)
            if source is not None:
                is_missing = self._is_missing(key, life)
                yield source, _nothing(source, life) if is_missing else self._text(key, life)
        yield from self._counted(life)

    def _counted(self, life: Life) -> Iterator[tuple[Source, Json]]:
        for key in _COUNTS:
            source = getattr(self._map, key)
            if source is not None:
                yield source, str(life.people) if life.number % 2 else life.people
        tags = self._map.tags
        if tags is not None:
            yield tags, [*life.tags] if tags.cast == "list" else ",".join(life.tags)

    def _native_id(self, number: int) -> Json:
        native_id = next(each for each in native_ids(number) if self._fits("native_id", each))
        return number if native_id == f"{number}" else native_id

    def _instant(self, source: InstantField, instant: datetime) -> Json:
        fitting = as_fine_as(source.cast, instant)
        return written_instant(source.cast, self._reader.zone(source.zone), fitting)

    def _is_missing(self, key: str, life: Life) -> bool:
        """Leave out every tenth start and activity, and every sixth text, where that may be."""
        if key in self._never_null:
            return False
        every = 10 if key in INSTANTS else _EVERY_TEXT
        return key != "ended_at" and life.number % every == every - 1

    def _word(self, life: Life) -> Json:
        """Give a word for the status, at times one that is not known, and at times none."""
        if life.number % 7 == 5 and self._may_be_strange(life):  # noqa: PLR2004  # at times
            return _STRANGE_WORD
        words = self._known_words("ended" if life.ended_at else "active")
        words = words or self._known_words("unknown")
        if not words or life.number % 11 == 7:  # noqa: PLR2004  # at times
            return None
        return written_word(words[life.number // 2 % len(words)])

    def _may_be_strange(self, life: Life) -> bool:
        """Say whether a strange word can be taken for what is so: nothing goes on that ended."""
        status = self._map.status
        return life.ended_at is None or status is None or status.else_ != "active"

    def _known_words(self, status: str) -> list[str]:
        meanings = self._map.status.values if self._map.status is not None else {}
        return [word for word, meant in meanings.items() if meant == status]

    def _text(self, key: str, life: Life) -> Json:
        source = getattr(self._map, key)
        if source.values:
            words = [*source.values]
            return written_word(words[life.number % len(words)])
        texts = candidates(key, life.number)
        return next((text for text in texts if self._fits(key, text)), texts[0])

    def _fits(self, key: str, value: str) -> bool:
        return _fits(self._patterns, key, value)

    def _with_row_id(self, record: dict[str, Json], number: int) -> dict[str, Json]:
        """Write the id that pages go on behind, where that is another than the session's."""
        paging = self._spec.list.paginate
        if not isinstance(paging, AfterIdPaging) or paging.id is None:
            return record
        source = Source(at=paging.id)
        return record if look(source, record) is not None else _put(record, source, number + 700)


def unplayable(spec: Spec) -> Iterator[Finding]:
    """Find why nobody can play the vendor of a file that is in order."""
    patterns = frozenset(_patterns(spec))
    if not any(_fits(patterns, "native_id", each) for each in native_ids(1)):
        message = "no id that is made up looks like this, so no fake vendor can be made"
        yield ("map", "native_id"), message


def _nothing(source: Source, life: Life) -> Json:
    """Give what stands for no value: of several sessions different ones."""
    ways: Sequence[Json] = (*source.none_if, None)
    return ways[life.number // _EVERY_TEXT % len(ways)]


def _added(
    record: dict[str, Json],
    source: Source | StatusField,
    value: Json,
    written: list[tuple[Source | StatusField, Json]],
    form: int,
) -> dict[str, Json]:
    """Write a value where nothing stands yet, unless what was written before would be lost.

    Where there are several ways to it, records come in as many forms.
    """
    if source.transform if isinstance(source, Source) else False:
        return record
    if look(source, record) is not None:
        return record
    try:
        made = _put(record, source, value, form)
    except NotPlantableError:
        return record
    if any(look(other, made) != known for other, known in written):
        return record
    written.append((source, look(source, made)))
    return made


def _put(
    record: dict[str, Json], source: Source | StatusField, value: Json, form: int = 0
) -> dict[str, Json]:
    """Write a value where a field is read; raise ``NotPlantableError`` where that cannot be."""
    if source.expr is not None:
        made = planted(source.expr, value, record)
        if not isinstance(made, dict):
            raise NotPlantableError(source.expr)
        return made
    paths = paths_of(source)
    return _set(record, paths[form % len(paths)].split("."), value)


def _set(record: dict[str, Json], steps: list[str], value: Json) -> dict[str, Json]:
    step, *deeper = steps
    if not deeper:
        return {**record, step: value}
    inner = record.get(step)
    if not isinstance(inner, dict | None):
        raise NotPlantableError(step)
    return {**record, step: _set(inner or {}, deeper, value)}


def _fits(patterns: Collection[tuple[str, str]], key: str, value: str) -> bool:
    return all(re.fullmatch(each, value) for of, each in patterns if of == key)


def _patterns(spec: Spec) -> Iterator[tuple[str, str]]:
    """Give what values must look like to be asked for, each with its key of the map."""
    if spec.map.native_id.pattern is not None:
        yield "native_id", spec.map.native_id.pattern
    for field, keys in KEYS.items():
        ability = getattr(spec.abilities.filters, field)
        if ability is not None and ability.pattern is not None:
            yield from ((key, ability.pattern) for key in keys)


def _without_nulls(spec: Spec) -> Iterator[str]:
    """Name the keys that every record has."""
    for key in (*INSTANTS, *_TEXTS):
        source = getattr(spec.map, key)
        if source is not None and source.required:
            yield key
    for key in INSTANTS:
        sort = getattr(spec.abilities.sorts, key)
        orders = [order for order in (sort and sort.asc, sort and sort.desc) if order]
        if any(order.nulls == "never" for order in orders):
            yield key
