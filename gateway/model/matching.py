"""Whether a condition holds for a session: the meaning every backend is rechecked against."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from functools import reduce
from operator import attrgetter
from typing import TypeAlias, TypeVar, assert_never, cast

import msgspec

from gateway.model.query import (
    SEARCHED,
    AnyOf,
    AtLeast,
    AtOrAfter,
    AttributeAnyOf,
    Before,
    Condition,
    Contains,
    Field,
    LessThan,
    Op,
)
from gateway.model.session import Client, Json, Named, Placed, Session, Space

Words: TypeAlias = tuple[str | None, ...]
Predicate: TypeAlias = Callable[[Session], bool]

OUTLINED = frozenset(
    {
        *(Field.BACKEND, Field.NATIVE_ID, Field.STATUS),
        *(Field.STARTED_AT, Field.ENDED_AT, Field.LAST_ACTIVITY_AT),
    }
)
"""The fields that an outline tells, too."""


T = TypeVar("T", datetime, timedelta)


def matches(session: Session, conditions: Iterable[Condition]) -> bool:
    """Say whether every condition holds for the session."""
    return predicate(conditions)(session)


def predicate(conditions: Iterable[Condition]) -> Predicate:
    """Make the test that many sessions are put to: whether every condition holds."""
    tests = tuple(map(_test, conditions))
    if not tests:
        return lambda _: True
    return reduce(_both, tests)


def outlined(conditions: Iterable[Condition]) -> Callable[[Placed], bool]:
    """Make the test for conditions on fields that outlines tell, too."""
    return cast("Callable[[Placed], bool]", predicate(conditions))


def _both(first: Predicate, second: Predicate) -> Predicate:
    return lambda session: first(session) and second(session)


def _test(condition: Condition) -> Predicate:
    match condition:
        case AnyOf(field, values) if field in _WORD:
            word_of = _WORD[field]
            return lambda session: word_of(session) in values
        case AnyOf(field, values):
            words_of = _WORDS[field]
            return lambda session: not values.isdisjoint(words_of(session))
        case AtOrAfter() | Before():
            return _bounded(_INSTANTS[condition.field], condition.op, condition.instant)
        case AtLeast() | LessThan():
            return _bounded(length_of, condition.op, condition.length)
        case Contains(words=sought, within=within):
            folded = sought.casefold()
            return lambda session: any(
                folded in text.casefold() for text in searched(session, within)
            )
        case AttributeAnyOf(name, texts):
            return lambda session: scalar_text(session.attributes.get(name)) in texts
        case _:
            assert_never(condition)


def _bounded(read: Callable[[Session], T | None], op: Op, bound: T) -> Predicate:
    """Test for a bound: from it on, or up to it. What has no value is on neither side."""
    is_upper = op in (Op.BEFORE, Op.LESS_THAN)

    def is_within(session: Session) -> bool:
        value = read(session)
        return value is not None and (value < bound if is_upper else value >= bound)

    return is_within


def instant_of(session: Placed, field: Field) -> datetime | None:
    """Give the instant a field holds, or none."""
    return _INSTANTS[field](session)


def length_of(session: Session) -> timedelta | None:
    """Give how long the session lasted, to the microsecond; none while it is not known."""
    return None if session.duration_s is None else timedelta(seconds=session.duration_s)


def label(named: Named | Space | None) -> str | None:
    """Give what a person would call somebody or something: the name, else the id."""
    return None if named is None else named.name or named.id


def searched(session: Session, within: Iterable[Field] = SEARCHED) -> tuple[str, ...]:
    """Give the texts that a search looks into."""
    texts = (_TEXTS[field](session) for field in within)
    return tuple(text for text in texts if text is not None)


def scalar_text(value: Json) -> str | None:
    """Write a scalar as JSON does, a text without its quotes; none for anything else."""
    if isinstance(value, str):
        return value
    if value is None or isinstance(value, list | dict):
        return None
    return msgspec.json.encode(value).decode()


def _named(named: Named | Space | None) -> Words:
    return () if named is None else (named.id, named.name)


def _client(client: Client | None) -> Words:
    return () if client is None else (client.name,)


_WORD: Mapping[Field, Callable[[Session], str | None]] = {
    Field.NATIVE_ID: attrgetter("native_id"),
    Field.STATUS: attrgetter("status"),
    Field.NATIVE_STATUS: attrgetter("native_status"),
    Field.LANGUAGE: attrgetter("language"),
}

_WORDS: Mapping[Field, Callable[[Session], Words]] = {
    Field.USER: lambda session: _named(session.user),
    Field.DEVICE: lambda session: _named(session.device),
    Field.CLIENT: lambda session: _client(session.client),
    Field.SPACE: lambda session: _named(session.space),
    Field.TAG: lambda session: session.tags,
}

_TEXTS: Mapping[Field, Callable[[Session], str | None]] = {
    Field.TITLE: lambda session: session.title,
    Field.USER: lambda session: label(session.user),
    Field.DEVICE: lambda session: label(session.device),
    Field.SPACE: lambda session: label(session.space),
}

_INSTANTS: Mapping[Field, Callable[[Placed], datetime | None]] = {
    Field.STARTED_AT: attrgetter("started_at"),
    Field.ENDED_AT: attrgetter("ended_at"),
    Field.LAST_ACTIVITY_AT: attrgetter("last_activity_at"),
}
