"""What of a question is sent to the vendor: the conditions it filters for, as its file says."""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import datetime
from typing import Protocol, TypeAlias

from adapters.declarative.bounds import Bounds, Side
from adapters.declarative.drafts import Put
from adapters.declarative.language.abilities import (
    AbilitiesPart,
    Combination,
    EqualityFilter,
    Grade,
    RangeFilter,
)
from adapters.declarative.language.abilities import Filters as FiltersPart
from adapters.declarative.language.mapping import Mapping as MappingPart
from adapters.declarative.language.requests import Place
from adapters.declarative.words import together, translation
from gateway.spi import AnyOf, AtOrAfter, Before, Condition, Field, Json, Op, Support

Graded: TypeAlias = Mapping[Condition, Support]


class _Filter(Protocol):
    """The filter of one field."""

    def support(self) -> Mapping[Op, Support]:
        """Say how well it filters."""

    def can_say(self, condition: Condition) -> bool:
        """Say whether a condition can be sent."""

    def puts(self, conditions: Collection[Condition], now: datetime) -> Iterator[Put]:
        """Say what is sent by now for conditions that can be sent."""


class Filters:
    """The filters of a vendor, and which of them go together."""

    def __init__(
        self, part: AbilitiesPart, mapping: MappingPart, options: Mapping[str, str]
    ) -> None:
        """Prepare them. Raises ``ValueError`` for an option that is no time zone."""
        self._combine = part.combine
        self._filters: dict[Field, _Filter] = {}
        for name in FiltersPart.model_fields:
            match getattr(part.filters, name):
                case EqualityFilter() as equality:
                    field = Field(name)
                    self._filters[field] = _Equality(field, equality, mapping)
                case RangeFilter() as bounds:
                    self._filters[Field(name)] = _Range(bounds, options)

    def support(self) -> Mapping[tuple[Field, Op], Support]:
        """Say for what the vendor filters, and how well."""
        return {
            (field, op): support
            for field, known in self._filters.items()
            for op, support in known.support().items()
        }

    def chosen(self, conditions: Iterable[Condition]) -> Graded:
        """Choose those of the conditions that are sent."""
        said = [condition for condition in conditions if self._can_say(condition)]
        fields = _combined([field for field in self._filters if _has(field, said)], self._combine)
        support = self.support()
        chosen = _one_a_field(c for c in said if c.field in fields)
        return {condition: support[condition.field, condition.op] for condition in chosen}

    def puts(self, pushed: Iterable[Condition], now: datetime) -> Iterator[Put]:
        """Say what is sent by now for conditions that were chosen."""
        conditions = tuple(pushed)
        for field, known in self._filters.items():
            if on := [c for c in conditions if c.field is field]:
                yield from known.puts(on, now)

    def _can_say(self, condition: Condition) -> bool:
        known = self._filters.get(condition.field)
        return known is not None and known.can_say(condition)


def _has(field: Field, conditions: Iterable[Condition]) -> bool:
    return any(condition.field is field for condition in conditions)


def _combined(fields: list[Field], combine: Combination) -> set[Field]:
    """Leave out what cannot be sent beside what comes before it."""
    kept: set[Field] = set()
    for field in fields:
        is_full = combine.max_fields is not None and len(kept) >= combine.max_fields
        others = {name for group in combine.exclusive if field in group for name in group}
        if not is_full and not any(other in others for other in kept):
            kept.add(field)
    return kept


def _one_a_field(conditions: Iterable[Condition]) -> list[Condition]:
    """Leave out all but the first of several conditions that have one place: not so for bounds."""
    kept: list[Condition] = []
    for condition in conditions:
        if not (isinstance(condition, AnyOf) and _has(condition.field, kept)):
            kept.append(condition)
    return kept


class _Equality:
    """A filter for one value, or one of several."""

    def __init__(self, field: Field, part: EqualityFilter, mapping: MappingPart) -> None:
        self._part = part
        self._pattern = None if part.pattern is None else re.compile(part.pattern)
        self._translate = translation(field, part.send, mapping)

    def support(self) -> Mapping[Op, Support]:
        is_inexact = "inexact" in (self._part.eq, self._part.in_)
        return {Op.ANY_OF: Support.INEXACT if is_inexact else Support.EXACT}

    def can_say(self, condition: Condition) -> bool:
        if not isinstance(condition, AnyOf) or self._put(condition) is None:
            return False
        is_one = len(condition.values) == 1
        return self._part.in_ is not None or (is_one and self._part.eq is not None)

    def puts(
        self,
        conditions: Collection[Condition],
        now: datetime,  # noqa: ARG002  # whenever it is
    ) -> Iterator[Put]:
        for condition in conditions:
            put = self._put(condition) if isinstance(condition, AnyOf) else None
            if put is not None:
                yield put

    def _put(self, condition: AnyOf) -> Put | None:
        words: list[Json] = []
        for value in sorted(condition.values):
            meant = self._translate(value) if self._looks_right(value) else None
            if meant is None:
                return None
            words += meant
        sent = together(words, self._part.send)
        return None if sent is None else (self._part.send, sent)

    def _looks_right(self, value: str) -> bool:
        return self._pattern is None or self._pattern.fullmatch(value) is not None


class _Range:
    """A filter for moments within bounds."""

    def __init__(self, part: RangeFilter, options: Mapping[str, str]) -> None:
        self._part = part
        self._bounds = Bounds(part, options)

    def support(self) -> Mapping[Op, Support]:
        sides = ((Op.AT_OR_AFTER, self._part.ge), (Op.BEFORE, self._part.lt))
        return {op: self._graded(grade) for op, grade in sides if grade is not None}

    def can_say(self, condition: Condition) -> bool:
        match condition:
            case AtOrAfter(instant=instant):
                return self._part.ge is not None and self._is_writable("ge", instant)
            case Before(instant=instant):
                return self._part.lt is not None and self._is_writable("lt", instant)
            case _:
                return False

    def _is_writable(self, side: Side, instant: datetime) -> bool:
        return self._bounds.written(side, instant) is not None

    def puts(self, conditions: Collection[Condition], now: datetime) -> Iterator[Put]:
        """Send the closest of several bounds on a side: it stands for all."""
        firsts = [c.instant for c in conditions if isinstance(c, AtOrAfter)]
        if firsts and self._part.send.ge is not None:
            yield from self._put(self._part.send.ge, "ge", max(firsts), now)
        ends = [c.instant for c in conditions if isinstance(c, Before)]
        if ends and self._part.send.lt is not None:
            yield from self._put(self._part.send.lt, "lt", min(ends), now)

    def _put(self, place: Place, side: Side, instant: datetime, now: datetime) -> Iterator[Put]:
        bound = self._bounds.written(side, instant)
        if bound is not None and self._bounds.is_sent(side, instant, now):
            yield place, bound

    def _graded(self, grade: Grade) -> Support:
        """Give the grade; a bound that may be widened brings more than was asked for."""
        return Support(grade) if self._bounds.is_precise else Support.INEXACT
