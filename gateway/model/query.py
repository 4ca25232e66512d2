"""What a caller asks: conditions on sessions, and an order."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import ClassVar, Literal, TypeAlias

from msgspec import Struct

from gateway.model.session import Instant


class Field(StrEnum):
    """A field of the session that can be filtered or sorted on.

    ``TEXT`` stands for the words a person would search in: title, user, device and space.
    """

    # Plans and kept things are looked up by fields: that of enumerations is written in Python.
    __hash__ = str.__hash__

    BACKEND = "backend"
    VENDOR = "vendor"
    NATIVE_ID = "native_id"
    STATUS = "status"
    NATIVE_STATUS = "native_status"
    TITLE = "title"
    USER = "user"
    DEVICE = "device"
    CLIENT = "client"
    SPACE = "space"
    LANGUAGE = "language"
    TAG = "tag"
    TEXT = "q"
    ATTRIBUTES = "attributes"
    STARTED_AT = "started_at"
    ENDED_AT = "ended_at"
    LAST_ACTIVITY_AT = "last_activity_at"
    DURATION = "duration_s"


SEARCHED = (Field.TITLE, Field.USER, Field.DEVICE, Field.SPACE)
"""What a search looks into."""


class Op(StrEnum):
    """How a condition compares."""

    __hash__ = str.__hash__

    ANY_OF = "any_of"
    CONTAINS = "contains"
    AT_OR_AFTER = "at_or_after"
    BEFORE = "before"
    AT_LEAST = "at_least"
    LESS_THAN = "less_than"


class AnyOf(Struct, frozen=True):
    """The field equals one of the values. A field that is null never does."""

    op: ClassVar[Op] = Op.ANY_OF
    field: Field
    values: frozenset[str]


class AttributeAnyOf(Struct, frozen=True):
    """The attribute of this name is a scalar whose JSON text is one of the values."""

    op: ClassVar[Op] = Op.ANY_OF
    name: str
    values: frozenset[str]
    field: Literal[Field.ATTRIBUTES] = Field.ATTRIBUTES


class Contains(Struct, frozen=True):
    """A text of the session contains these words, whatever the letter case.

    ``within`` names the fields looked into: all that a search knows, but for a caller from whom
    some are hidden.
    """

    op: ClassVar[Op] = Op.CONTAINS
    words: str
    within: tuple[Field, ...] = SEARCHED
    field: Literal[Field.TEXT] = Field.TEXT


class AtOrAfter(Struct, frozen=True):
    """The field is an instant, and not earlier than this one."""

    op: ClassVar[Op] = Op.AT_OR_AFTER
    field: Field
    instant: Instant


class Before(Struct, frozen=True):
    """The field is an instant, and earlier than this one."""

    op: ClassVar[Op] = Op.BEFORE
    field: Field
    instant: Instant


class AtLeast(Struct, frozen=True):
    """The session has ended, and lasted as long as this or longer."""

    op: ClassVar[Op] = Op.AT_LEAST
    length: timedelta
    field: Literal[Field.DURATION] = Field.DURATION


class LessThan(Struct, frozen=True):
    """The session has ended, and lasted less than this."""

    op: ClassVar[Op] = Op.LESS_THAN
    length: timedelta
    field: Literal[Field.DURATION] = Field.DURATION


Condition: TypeAlias = AnyOf | AttributeAnyOf | Contains | AtOrAfter | Before | AtLeast | LessThan


class Sort(Struct, frozen=True):
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
