"""What becomes of each value of a record in a sample, by what the map reads it as. Pure."""

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import TypeAlias

import jmespath

from adapters.declarative import casts
from adapters.declarative.compiling import Part, parts_of
from adapters.declarative.expressions import compiled
from adapters.declarative.language import mapping as written
from adapters.declarative.language.paging import AfterIdPaging
from adapters.declarative.language.spec import Spec
from adapters.declarative.shifting import moment_in, moved
from gateway.spi import Json

Steps: TypeAlias = tuple[str, ...]
Treatment: TypeAlias = Callable[[Json, int], Json]
"""Gives what a value becomes where moments are moved by so many days; none if it is no such."""


def by_path(mapping: written.Mapping) -> Mapping[Steps, Treatment]:
    """Give the treatments of values that the map reads by the way to them."""
    return {
        tuple(path.split(".")): treatment
        for part in parts_of(mapping).values()
        if part.at is not None and (treatment := _treatment(part)) is not None
        for path in (part.at, *part.or_at)
    }


def by_expression(mapping: written.Mapping) -> list[tuple[Callable[[Json], Json], Treatment]]:
    """Give what finds a value by an expression, and the treatment of what it finds."""
    return [
        (compiled(part.expr), treatment)
        for part in parts_of(mapping).values()
        if part.expr is not None and (treatment := _treatment(part)) is not None
    ]


def instants(mapping: written.Mapping) -> list[tuple[written.InstantCast, Steps]]:
    """Give the moments of the map that stand where a path leads: how they are read, and the way."""
    return [
        (part.cast, tuple(path.split(".")))
        for part in parts_of(mapping).values()
        if isinstance(part, written.InstantField) and part.at is not None
        for path in (part.at, *part.or_at)
    ]


def names_in(spec: Spec) -> frozenset[str]:
    """Name the fields that the file speaks of."""
    steps = (step for path in _paths(spec) for step in path.split("."))
    fields = (each for expression in _expressions(spec) for each in _of_kind("field", expression))
    return frozenset((*steps, *fields))


def words_of_expressions(spec: Spec) -> frozenset[str]:
    """Give the texts that expressions compare with, as in ``people[?role=='subject']``."""
    return frozenset(
        each
        for expression in _expressions(spec)
        for each in _of_kind("literal", expression)
        if isinstance(each, str)
    )


def _paths(spec: Spec) -> Iterator[str]:
    for part in parts_of(spec.map).values():
        if part.at is not None:
            yield from (part.at, *part.or_at)
    paging = spec.list.paginate
    if isinstance(paging, AfterIdPaging) and paging.id is not None:
        yield paging.id


def _expressions(spec: Spec) -> Iterator[str]:
    yield spec.list.records
    yield from (part.expr for part in parts_of(spec.map).values() if part.expr is not None)
    paging = spec.list.paginate
    if paging.total is not None and paging.total.at is not None:
        yield paging.total.at
    for name in ("has_more", "next"):
        expression = getattr(paging, name, None)
        if expression is not None:
            yield expression


def _of_kind(kind: str, expression: str) -> Iterator[Json]:
    """Give what the nodes of a kind hold."""
    nodes: list[Json] = [jmespath.compile(expression).parsed]
    while nodes:
        node = nodes.pop()
        if node["type"] == kind:
            yield node["value"]
        nodes += node["children"]


def _treatment(part: Part) -> Treatment | None:
    nothing = part.none_if if isinstance(part, written.Source) else ()
    plain = _plain(part)
    if not nothing:
        return plain
    return lambda value, days: _unless(frozenset(nothing), plain, value, days)


def _unless(nothing: frozenset[str], plain: Treatment | None, value: Json, days: int) -> Json:
    """Keep what stands for no value."""
    is_nothing = isinstance(value, str | int | float) and casts.word(value) in nothing
    if is_nothing:
        return value
    return None if plain is None else plain(value, days)


def _plain(part: Part) -> Treatment | None:
    if isinstance(part, written.Source) and part.transform is not None:
        return None
    match part:
        case written.InstantField(cast=cast):
            return partial(_later, cast)
        case written.DurationField(cast=cast):
            return partial(_kept, casts.duration(cast))
        case written.CountField():
            return partial(_kept, casts.count)
        case written.StatusField(values=words) | written.TextField(values=words) if words:
            return partial(_known, frozenset(words))
    return None


def _later(cast: written.InstantCast, value: Json, days: int) -> Json:
    return None if moment_in(cast, value) is None else moved(cast, value, days)


def _kept(cast: Callable[[Json], float], value: Json, _days: int) -> Json:
    try:
        cast(value)
    except (ValueError, OverflowError):
        return None
    return value


def _known(words: frozenset[str], value: Json, _days: int) -> Json:
    return value if isinstance(value, str | int | float) and casts.word(value) in words else None
