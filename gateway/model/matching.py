"""Whether a condition holds for a session: the meaning every backend is rechecked against."""

from collections.abc import Iterable
from datetime import datetime
from typing import assert_never

from gateway.model.query import AnyOf, AtOrAfter, Before, Condition, Field
from gateway.model.session import Session


def matches(session: Session, conditions: Iterable[Condition]) -> bool:
    """Say whether every condition holds for the session."""
    return all(_holds(condition, session) for condition in conditions)


def _holds(condition: Condition, session: Session) -> bool:
    match condition:
        case AnyOf(field, values):
            return not values.isdisjoint(words(session, field))
        case AtOrAfter(field, instant):
            own = instant_of(session, field)
            return own is not None and own >= instant
        case Before(field, instant):
            own = instant_of(session, field)
            return own is not None and own < instant
        case _:
            assert_never(condition)


def words(session: Session, field: Field) -> tuple[str, ...]:
    """Give the words that count as equal to the field: for a user both the id and the name."""
    match field:
        case Field.NATIVE_ID:
            return (session.native_id,)
        case Field.STATUS:
            return (session.status.value,)
        case Field.USER if session.user is not None:
            return tuple(word for word in (session.user.id, session.user.name) if word is not None)
        case Field.USER:
            return ()
        case Field.STARTED_AT:
            raise ValueError("started_at is an instant and compares as one")
        case _:
            assert_never(field)


def instant_of(session: Session, field: Field) -> datetime | None:
    """Give the instant a field holds, or none."""
    match field:
        case Field.STARTED_AT:
            return session.started_at
        case Field.NATIVE_ID | Field.STATUS | Field.USER:
            raise ValueError(f"{field} is not an instant")
        case _:
            assert_never(field)
