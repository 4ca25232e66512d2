"""How a vendor's record becomes a session: each field, from where, and read as what."""

from typing import Literal, TypeAlias

from pydantic import Field, model_validator

from adapters.declarative.language.part import (
    DottedPath,
    Expression,
    Name,
    Part,
    Pattern,
    Text,
)
from adapters.declarative.language.values import ZoneName

StatusWord: TypeAlias = Literal["active", "ended", "unknown"]
TextCast: TypeAlias = Literal["str"]
InstantCast: TypeAlias = Literal["iso", "epoch_s", "epoch_ms", "epoch_us"]
DurationCast: TypeAlias = Literal["seconds", "milliseconds", "iso_duration", "dotnet_duration"]


class Source(Part):
    """Where in a record a value stands: one of at and expr."""

    at: DottedPath | None = None
    """The way to the value. What is read so is no attribute any more."""
    or_at: tuple[DottedPath, ...] = ()
    """Other ways to it, in order, for records that come in several forms: the first that leads
    to a value counts."""
    expr: Expression | None = None
    """An expression that finds the value; what it looks at stays among the attributes."""
    none_if: tuple[str, ...] = ()
    """What stands for no value beside null and the empty text, such as 0001-01-01T00:00:00."""
    transform: Name | None = None
    """A function of a Python distribution, registered in session_gateway.transforms, that is
    given the value, before it is cast; what it was given stays among the attributes."""

    @model_validator(mode="after")
    def _has_one_place(self) -> "Source":
        if (self.at is None) == (self.expr is None):
            raise ValueError("needs one of at and expr")
        if self.or_at and self.at is None:
            raise ValueError("or_at goes with at")
        return self


class IdField(Source):
    """The vendor's own id of the session: what every record must have."""

    cast: TextCast = "str"
    """A text, or a whole number as its digits."""
    pattern: Pattern | None = None
    """What an id looks like (a regular expression): of others the vendor is not asked, and nobody
    has them."""
    required: Literal[True] = True
    """Without an id a record is no session."""


class TextField(Source):
    """A text."""

    cast: TextCast = "str"
    """A text; a number as its digits."""
    values: dict[str, str] | None = None
    """What stands for what: each of the vendor's words and the canonical text."""
    default: str | None = None
    """What stands where the record has no value."""
    required: bool = False
    """Whether every record has it: where it is missing, that is reported."""


class InstantField(Source):
    """A moment."""

    cast: InstantCast = "iso"
    """How it is written: ISO 8601, or a number since 1970 in seconds, milli- or microseconds."""
    zone: ZoneName | None = None
    """The time zone of ISO times that come without an offset, such as Europe/Paris, or the whole of
    it an option: ${options.zone}."""
    required: bool = False
    """Whether every record has it: where it is missing, that is reported."""


class DurationField(Source):
    """How long a session took, all in all. A session that goes on has none."""

    cast: DurationCast = "seconds"
    """How it is written: a number, PT1H5M, or 01:05:00 as .NET does."""


class CountField(Source):
    """A number of people."""

    cast: Literal["int"] = "int"
    """A whole number, also where it is written as a text."""


class TagsField(Source):
    """A list of texts."""

    cast: Literal["list", "comma"] = "list"
    """A list, or one text with commas."""


class StatusField(Part):
    """Whether a session goes on: read by the vendor's own words, or told from its end.

    It is one of at and expr, with values, or ended_with.
    """

    at: DottedPath | None = None
    """The way to the vendor's word, which also becomes the native status: a text, a number, or
    true and false, which are no words of the vendor's and so become none."""
    or_at: tuple[DottedPath, ...] = ()
    """Other ways to it, in order, for records that come in several forms: the first that leads
    to a value counts."""
    expr: Expression | None = None
    """An expression that finds the vendor's word; what it looks at stays among the attributes."""
    values: dict[str, StatusWord] = Field(default_factory=dict)
    """What each of the vendor's words means."""
    else_: StatusWord = Field(default="unknown", alias="else")
    """What a word means that is not listed."""
    ended_with: Literal["ended_at"] | None = None
    """The session has ended if it has an end, else it goes on: told so, not read."""
    active_for_s: float | Text | None = None
    """Without an end it goes on only this many seconds from its start; then it is unknown. It may
    be an option: ${options.seconds}."""

    @model_validator(mode="after")
    def _has_one_way(self) -> "StatusField":
        if [self.at, self.expr, self.ended_with].count(None) != 2:  # noqa: PLR2004  # of three
            raise ValueError("needs one of at, expr and ended_with")
        if self.or_at and self.at is None:
            raise ValueError("or_at goes with at")
        if self.ended_with is None and not self.values:
            raise ValueError("needs values: what each of the vendor's words means")
        if self.active_for_s is not None and self.ended_with is None:
            raise ValueError("active_for_s goes with ended_with")
        return self


SpaceKind: TypeAlias = str


class Mapping(Part):
    """How a record becomes a session. What no field reads is kept as an attribute."""

    native_id: IdField
    """The vendor's own id."""
    status: StatusField | None = None
    """Whether it goes on."""
    native_status: TextField | None = None
    """The vendor's own word for that; left out, it is what status reads."""
    title: TextField | None = None
    """A label for people."""
    started_at: InstantField | None = None
    """When it began."""
    ended_at: InstantField | None = None
    """When it ended."""
    last_activity_at: InstantField | None = None
    """When something last happened in it."""
    duration_s: DurationField | None = None
    """How long it took; left out, it is told from start and end."""
    user_id: TextField | None = Field(default=None, alias="user.id")
    """The id of who it is of."""
    user_name: TextField | None = Field(default=None, alias="user.name")
    """The name of who it is of."""
    device_id: TextField | None = Field(default=None, alias="device.id")
    """The id of the headset, phone or workstation."""
    device_name: TextField | None = Field(default=None, alias="device.name")
    """The name of the headset, phone or workstation."""
    client_name: TextField | None = Field(default=None, alias="client.name")
    """The application or operating system it runs in."""
    client_version: TextField | None = Field(default=None, alias="client.version")
    """The version of that."""
    space_kind: SpaceKind = Field(default="space", alias="space.kind", min_length=1, max_length=64)
    """What sort of place it is in, such as room or project: this word itself."""
    space_id: TextField | None = Field(default=None, alias="space.id")
    """The id of the place."""
    space_name: TextField | None = Field(default=None, alias="space.name")
    """The name of the place."""
    language: TextField | None = None
    """Its language."""
    tags: TagsField | None = None
    """Its tags."""
    participants_current: CountField | None = Field(default=None, alias="participants.current")
    """How many take part now."""
    participants_peak: CountField | None = Field(default=None, alias="participants.peak")
    """The most that took part at a time."""
    participants_total: CountField | None = Field(default=None, alias="participants.total")
    """How many took part in all."""
