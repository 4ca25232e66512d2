"""Samples that may be shown: of the shapes and relations of real answers, with nobody's data.

Only what the map reads as a word that it knows, a number of people or a length of time is kept.
Moments are moved, all by as many days, so that lengths stay what they are; everything else that is
a text or a number is made up. What is the same stays the same throughout all samples.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import TypeAlias

import msgspec

from adapters.declarative.expressions import compiled
from adapters.declarative.language.spec import Spec
from adapters.declarative.pseudonyms import Pseudonyms
from adapters.declarative.shifting import day_of, days_from, is_moment, moment_in, moved
from adapters.declarative.treatments import (
    Steps,
    Treatment,
    by_expression,
    by_path,
    instants,
    names_in,
    words_of_expressions,
)
from gateway.spi import Json

_Found: TypeAlias = Mapping[tuple[type, Json], Treatment]
"""Treatments of single values, wherever they stand."""

_NEW_DAY = date(2026, 1, 31)
"""The day that the newest moment is moved to."""

_VERSION_OF_RPC = "2.0"

_FIELD = re.compile("[$@_]?[A-Za-z][A-Za-z0-9_-]{0,63}")
"""What a name looks like that is the vendor's: any other may be somebody's."""

_ENVELOPE: Steps = ("",)
"""A way that no path of a record takes."""


def samples_of(spec: Spec, answers: Sequence[bytes], key: bytes) -> list[bytes]:
    """Make a sample of each answer of the vendor's list.

    The key is what made-up values are made by: whoever knows it can try whose they are.
    """
    read = [_Answer(spec, answer) for answer in answers]
    moments = [moment for each in read for moment in each.moments()]
    days = days_from(max(moments), _NEW_DAY) if moments else 0
    values = frozenset(text for each in read for text in _texts(each.tree))
    scrubber = _Scrubber(spec, key, days, values)
    return [scrubber.sample(each) for each in read]


class _Answer:
    """One answer, and the records in it."""

    def __init__(self, spec: Spec, answer: bytes) -> None:
        self.tree: Json = msgspec.json.decode(answer)
        found = _found(compiled(spec.list.records), self.tree)
        self.records: list[Json] = found if isinstance(found, list) else []
        self._instants = instants(spec.map)

    def moments(self) -> Iterator[datetime]:
        """Give every moment that the map reads in its records."""
        for record in self.records:
            for cast, path in self._instants:
                moment = moment_in(cast, _along(record, path))
                if moment is not None:
                    yield moment


@dataclass(frozen=True, slots=True)
class _Where:
    """Where in an answer a value is. A record is known by being the same object."""

    records: frozenset[int]
    found: _Found
    path: Steps = _ENVELOPE

    def at(self, step: str) -> "_Where":
        return replace(self, path=(*self.path, step))


class _Scrubber:
    """Copies answers; ``values`` are all texts that are in them."""

    def __init__(self, spec: Spec, key: bytes, days: int, values: frozenset[str]) -> None:
        self._days = days
        self._values = values
        self._made_up = Pseudonyms(key)
        self._by_path = by_path(spec.map)
        self._by_expression = by_expression(spec.map)
        self._words = words_of_expressions(spec) | {_VERSION_OF_RPC}
        self._names = names_in(spec)
        total = spec.list.paginate.total
        self._total = None if total is None or total.at is None else compiled(total.at)

    def sample(self, answer: _Answer) -> bytes:
        """Write the sample of an answer."""
        ids = frozenset(map(id, answer.records))
        made = self._copy(answer.tree, _Where(ids, self._found_around(answer.tree)))
        return json.dumps(made, ensure_ascii=False, indent=2).encode() + b"\n"

    def _copy(self, value: Json, where: _Where) -> Json:
        if isinstance(value, list):
            return [self._copy(item, where.at("")) for item in value]
        if not isinstance(value, dict):
            return self._treated(value, where)
        if id(value) in where.records:
            where = replace(where, found=self._found_in(value), path=())
        return {self._name(name): self._copy(item, where.at(name)) for name, item in value.items()}

    def _treated(self, value: Json, where: _Where) -> Json:
        if value is None or isinstance(value, bool) or value == "":
            return value
        for treatment in (self._by_path.get(where.path), where.found.get((type(value), value))):
            made = None if treatment is None else treatment(value, self._days)
            if made is not None:
                return made
        return self._made_up_for(value)

    def _made_up_for(self, value: Json) -> Json:
        if not isinstance(value, str):
            return self._made_up.number(value)
        if value in self._words:
            return value
        day = day_of(value)
        if day is not None:
            return self._made_up.day(day).isoformat()
        later = moved("iso", value, self._days) if is_moment(value) else None
        return self._made_up.text(value) if later is None else later

    def _name(self, name: str) -> str:
        """Give the name of a field: where it may be data it is treated as such."""
        is_data = name in self._values or _FIELD.fullmatch(name) is None
        return self._made_up.text(name) if is_data and name not in self._names else name

    def _found_in(self, record: Json) -> _Found:
        found = {}
        for find, treatment in self._by_expression:
            value = _found(find, record)
            if isinstance(value, str | int | float):
                found[type(value), value] = treatment
        return found

    def _found_around(self, tree: Json) -> _Found:
        """Keep the number of all records, where it is told."""
        total = None if self._total is None else _found(self._total, tree)
        is_number = isinstance(total, int) and not isinstance(total, bool)
        return {(int, total): _as_it_is} if is_number else {}


def _found(find: Callable[[Json], Json], tree: Json) -> Json:
    try:
        return find(tree)
    except ValueError:
        return None


def _as_it_is(value: Json, _days: int) -> Json:
    return value


def _along(record: Json, path: Steps) -> Json:
    for step in path:
        record = record.get(step) if isinstance(record, dict) else None
    return record


def _texts(tree: Json) -> Iterator[str]:
    match tree:
        case str():
            yield tree
        case dict():
            for child in tree.values():
                yield from _texts(child)
        case list():
            for child in tree:
                yield from _texts(child)
