"""Conditions that are worth asking of some sessions: what they hold, its borders, and nothing."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from gateway.model.matching import (
    instant_of,
    label,
    length_of,
    predicate,
    scalar_text,
    searched,
)
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
    Op,
)
from gateway.model.session import Session, Status
from gateway.paging.order import INSTANTS

_MICROSECOND = timedelta(microseconds=1)
_NOBODY = "nobody has this"


def conditions_on(sessions: Sequence[Session]) -> list[Condition]:
    """Give conditions of every kind: on values that are there, between them and beyond."""
    return [
        *_on_words(sessions),
        *_on_status(),
        *_on_instants(sessions),
        *_on_lengths(sessions),
        *_on_texts(sessions),
        *_on_attributes(sessions),
    ]


def samples_of_conditions(sessions: Sequence[Session]) -> list[Condition]:
    """Give one condition of every field and comparison: the one that comes closest to half."""
    best: dict[tuple[Field, Op], tuple[int, Condition]] = {}
    for condition in conditions_on(sessions):
        chosen = sum(map(predicate([condition]), sessions))
        bias = abs(2 * chosen - len(sessions))
        kind = (condition.field, condition.op)
        if kind not in best or bias < best[kind][0]:
            best[kind] = (bias, condition)
    return [condition for _, condition in best.values()]


def words_of(session: Session, field: Field) -> list[str]:
    """Give the texts that an equality on this field compares with."""
    match field:
        case Field.NATIVE_ID:
            found: list[str | None] = [session.native_id]
        case Field.NATIVE_STATUS:
            found = [session.native_status]
        case Field.CLIENT:
            found = [session.client.name] if session.client else []
        case Field.LANGUAGE:
            found = [session.language]
        case Field.TAG:
            found = [*session.tags]
        case Field.USER:
            found = [session.user.id, session.user.name] if session.user else []
        case Field.DEVICE:
            found = [session.device.id, session.device.name] if session.device else []
        case _:
            found = [session.space.id, session.space.name] if session.space else []
    return [word for word in found if word is not None]


_WORDS = (
    *(Field.NATIVE_ID, Field.NATIVE_STATUS, Field.CLIENT, Field.LANGUAGE, Field.TAG),
    *(Field.USER, Field.DEVICE, Field.SPACE),
)


def _on_words(sessions: Sequence[Session]) -> Iterable[Condition]:
    for field in _WORDS:
        there = sorted({word for session in sessions for word in words_of(session, field)})
        few = there[:: max(1, len(there) // 3)][:4]
        yield from (AnyOf(field, frozenset({word})) for word in few)
        if len(few) > 1:
            yield AnyOf(field, frozenset(few[:2]) | {_NOBODY})
            yield AnyOf(field, frozenset({few[0].swapcase()}))
        yield AnyOf(field, frozenset({_NOBODY}))


def _on_status() -> Iterable[Condition]:
    for status in Status:
        yield AnyOf(Field.STATUS, frozenset({status.value}))
    yield AnyOf(Field.STATUS, frozenset({Status.ACTIVE.value, Status.UNKNOWN.value}))
    yield AnyOf(Field.STATUS, frozenset({Status.ACTIVE.value, Status.ENDED.value}))


def _on_instants(sessions: Sequence[Session]) -> Iterable[Condition]:
    for field in INSTANTS:
        there = sorted({i for s in sessions if (i := instant_of(s, field)) is not None})
        for instant in _borders(there):
            yield AtOrAfter(field, instant)
            yield Before(field, instant)


def _borders(there: Sequence[datetime]) -> list[datetime]:
    """Give the middle, its neighbours, and the two ends with theirs."""
    if not there:
        return []
    chosen = (there[len(there) // 2], there[0], there[-1], there[len(there) // 4])
    return [instant + shift * _MICROSECOND for instant in chosen for shift in (0, 1, -1)]


def _on_lengths(sessions: Sequence[Session]) -> Iterable[Condition]:
    there = sorted({length for s in sessions if (length := length_of(s)) is not None})
    for length in there[len(there) // 2 :: max(1, len(there) // 2)]:
        yield AtLeast(length)
        yield LessThan(length)


def _on_texts(sessions: Sequence[Session]) -> Iterable[Condition]:
    texts = sorted({text for session in sessions for text in searched(session) if text})
    for text in texts[:: max(1, len(texts) // 3)]:
        yield Contains(text[len(text) // 2 :].upper())
    people = {name for session in sessions if (name := label(session.user))}
    yield from (Contains(name.lower()) for name in sorted(people)[:2])
    yield Contains(_NOBODY)


def _on_attributes(sessions: Sequence[Session]) -> Iterable[Condition]:
    names = sorted({name for session in sessions for name in session.attributes})
    for name in names[:3]:
        texts = {t for s in sessions if (t := scalar_text(s.attributes.get(name))) is not None}
        yield from (AttributeAnyOf(name, frozenset({text})) for text in sorted(texts)[:1])
