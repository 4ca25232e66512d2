"""What a caller asks: conditions on sessions, an order, and how many."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import ClassVar, TypeAlias


class Field(StrEnum):
    """A field of the session that can be filtered or sorted on."""

    NATIVE_ID = "native_id"
    STATUS = "status"
    USER = "user"
    STARTED_AT = "started_at"


class Op(StrEnum):
    """How a condition compares."""

    ANY_OF = "any_of"
    AT_OR_AFTER = "at_or_after"
    BEFORE = "before"


@dataclass(frozen=True, slots=True)
class AnyOf:
    """The field equals one of the values. A field that is null never does."""

    op: ClassVar[Op] = Op.ANY_OF
    field: Field
    values: frozenset[str]


@dataclass(frozen=True, slots=True)
class AtOrAfter:
    """The field is an instant, and not earlier than this one."""

    op: ClassVar[Op] = Op.AT_OR_AFTER
    field: Field
    instant: datetime


@dataclass(frozen=True, slots=True)
class Before:
    """The field is an instant, and earlier than this one."""

    op: ClassVar[Op] = Op.BEFORE
    field: Field
    instant: datetime


Condition: TypeAlias = AnyOf | AtOrAfter | Before


@dataclass(frozen=True, slots=True)
class Sort:
    """One component of an order. Nulls come last in both directions."""

    field: Field
    is_descending: bool = False


Order: TypeAlias = tuple[Sort, ...]

NEWEST_FIRST: Order = (Sort(Field.STARTED_AT, is_descending=True),)


@dataclass(frozen=True, slots=True)
class Query:
    """Sessions of the named backends for which every condition holds, in this order."""

    backends: tuple[str, ...]
    conditions: tuple[Condition, ...] = ()
    order: Order = NEWEST_FIRST
