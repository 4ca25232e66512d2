"""The domain of conditions: what they leave possible, compared field by field.

Conditions on one value of a session become one part of the domain, so that ``5 <= a < 50`` is
seen to lie inside ``a < 100``. What is said here is sure: where it is in doubt, a domain is not
empty and does not lie in another.
"""

from collections.abc import Hashable, Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from math import inf
from typing import TypeAlias, TypeVar, assert_never

from gateway.model.query import (
    AnyOf,
    AtLeast,
    AtOrAfter,
    AttributeAnyOf,
    Before,
    Condition,
    Contains,
    Field,
    LessThan,
)
from gateway.model.session import Status

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)

# A user, a device or a space goes by its id or its name, and a session has many tags: it can
# satisfy two conditions on one of those by two different values.
_SINGLE_VALUED = frozenset(
    {
        Field.NATIVE_ID,
        Field.STATUS,
        Field.NATIVE_STATUS,
        Field.CLIENT,
        Field.LANGUAGE,
        Field.ATTRIBUTES,
    }
)


@dataclass(frozen=True, slots=True)
class Choice:
    """A value of the field, or of the attribute of this name, is one of these."""

    field: Field
    values: frozenset[str]
    attribute: str | None = None

    @property
    def subject(self) -> Hashable:
        """Name the one value that this is about; a choice among several is about itself alone."""
        return (self.field, self.attribute) if self.field in _SINGLE_VALUED else self

    @property
    def is_empty(self) -> bool:
        """Say whether there is nothing to choose from."""
        return not self.values

    def narrowed(self, by: "Choice") -> "Choice":
        """Give what this and another choice of the same subject leave."""
        return replace(self, values=self.values & by.values)

    def lies_in(self, outer: "Choice") -> bool:
        """Say whether this cannot hold without the outer one."""
        is_alike = (self.field, self.attribute) == (outer.field, outer.attribute)
        return is_alike and self.values <= outer.values


@dataclass(frozen=True, slots=True)
class Span:
    """The field has a value, from ``begin`` on and below ``end``.

    Instants are microseconds since 1970, durations microseconds.
    """

    field: Field
    begin: float = -inf
    end: float = inf

    @property
    def subject(self) -> Hashable:
        """Name the one value that this is about."""
        return self.field

    @property
    def is_empty(self) -> bool:
        """Say whether nothing lies between the ends."""
        return self.begin >= self.end

    def narrowed(self, by: "Span") -> "Span":
        """Give what this and another span of the same field have in common."""
        return Span(self.field, max(self.begin, by.begin), min(self.end, by.end))

    def lies_in(self, outer: "Span") -> bool:
        """Say whether this cannot hold without the outer one."""
        is_within = outer.begin <= self.begin and self.end <= outer.end
        return self.field is outer.field and is_within


@dataclass(frozen=True, slots=True)
class Search:
    """A text among these fields contains the folded words."""

    words: str
    within: frozenset[Field]

    def lies_in(self, outer: "Search") -> bool:
        """Say whether this cannot hold without the outer one."""
        return outer.words in self.words and self.within <= outer.within


Part: TypeAlias = Choice | Span | Search
P = TypeVar("P", Choice, Span)

# Every session has one of these; any other field may be null.
_STATUSES = Choice(Field.STATUS, frozenset(status.value for status in Status))


@dataclass(frozen=True, slots=True)
class Domain:
    """What conditions leave possible. All parts must hold."""

    choices: frozenset[Choice]
    spans: frozenset[Span]
    searches: frozenset[Search]

    @property
    def is_empty(self) -> bool:
        """Say whether the conditions contradict each other, so that no session can match."""
        parts: tuple[Choice | Span, ...] = (*self.choices, *self.spans)
        return any(part.is_empty for part in parts)

    def lies_in(self, outer: "Domain") -> bool:
        """Say whether every session that matches here surely matches there."""
        return self.is_empty or (
            all(any(mine.lies_in(part) for mine in self.choices) for part in outer.choices)
            and all(any(mine.lies_in(part) for mine in self.spans) for part in outer.spans)
            and all(any(mine.lies_in(part) for mine in self.searches) for part in outer.searches)
        )


def domain_of(conditions: Iterable[Condition]) -> Domain:
    """Give the domain of the sessions for which every condition holds."""
    parts = tuple(map(_part, conditions))
    return Domain(
        choices=_joined([_STATUSES, *(part for part in parts if isinstance(part, Choice))]),
        spans=_joined([part for part in parts if isinstance(part, Span)]),
        searches=frozenset(part for part in parts if isinstance(part, Search)),
    )


def _part(condition: Condition) -> Part:
    match condition:
        case AnyOf(field, values):
            return Choice(field, values)
        case AttributeAnyOf(name, values, field):
            return Choice(field, values, name)
        case Contains(words, within):
            return Search(words.casefold(), frozenset(within))
        case _:
            return _span(condition)


def _span(condition: AtOrAfter | Before | AtLeast | LessThan) -> Span:
    match condition:
        case AtOrAfter(field, instant):
            return Span(field, begin=(instant - _EPOCH) // _MICROSECOND)
        case Before(field, instant):
            return Span(field, end=(instant - _EPOCH) // _MICROSECOND)
        case AtLeast(length, field):
            # No session lasts less than nothing: a backend's answer that says so is refused.
            return Span(field, begin=max(0, length // _MICROSECOND))
        case LessThan(length, field):
            return Span(field, begin=0, end=length // _MICROSECOND)
        case _:
            assert_never(condition)


def _joined(parts: Iterable[P]) -> frozenset[P]:
    """Make one part of those about the same value."""
    joined: dict[Hashable, P] = {}
    for part in parts:
        known = joined.get(part.subject)
        joined[part.subject] = part if known is None else known.narrowed(part)
    return frozenset(joined.values())
