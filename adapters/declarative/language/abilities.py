"""What a vendor can do itself. What is not said here the gateway does: nothing is guessed."""

from typing import Annotated, Literal, TypeAlias

from pydantic import Field, model_validator

from adapters.declarative.language.part import Part, Pattern
from adapters.declarative.language.requests import Place
from adapters.declarative.language.values import Granularity, ZoneName

Grade: TypeAlias = Literal["exact", "inexact"]


class SendEquality(Place):
    """Where the wanted values go, and how several are written."""

    as_: Literal["text", "list", "comma", "repeat"] = Field(default="text", alias="as")
    """One text, a list of JSON, one text with commas, or the parameter once for each.

    As one text only one value can be sent: a question for several is then checked here.
    """
    values: Literal["as_is", "from_map"] | dict[str, str | bool | int] = "as_is"
    """Each value as it is asked for; all words that the map has for it; or these for those.

    A value that is not among these is checked here, and so is always the status unknown.
    """


class EqualityFilter(Part):
    """The vendor filters for one value, or one of several.

    exact: its rows are those that match. inexact: every match is there, perhaps more. A filter
    that may lose a match must not be declared.
    """

    eq: Grade | None = None
    """How well it filters for one value."""
    in_: Grade | None = Field(default=None, alias="in")
    """How well it filters for one of several values."""
    pattern: Pattern | None = None
    """What a value must look like (a regular expression) to be sent; others are checked here."""
    send: SendEquality
    """Where the values go."""

    @model_validator(mode="after")
    def _does_something(self) -> "EqualityFilter":
        if self.eq is None and self.in_ is None:
            raise ValueError("needs eq, in, or both")
        return self


class SendRange(Part):
    """Where each bound goes."""

    ge: Place | None = None
    """Where the first moment goes that is wanted."""
    lt: Place | None = None
    """Where the first moment goes that is not wanted any more."""


class RangeFilter(Part):
    """The vendor filters for moments within bounds, by the field's own meaning."""

    ge: Grade | None = None
    """How well it leaves out what is earlier."""
    lt: Grade | None = None
    """How well it leaves out what is not earlier."""
    format: Literal["iso", "iso_local", "date", "epoch_s", "epoch_ms", "epoch_us"] = "iso"
    """How a bound is written: UTC with Z, local time without offset, a day, or a number."""
    granularity: Granularity = "1us"
    """How finely a bound may be written, where its format could hold more, such as 1s."""
    zone: ZoneName = "UTC"
    """The time zone of days and local times."""
    rounding: Literal["outward", "none"] = "outward"
    """A bound that cannot be written as finely is widened, so that no match is lost; or cut."""
    widen_days: Annotated[int, Field(ge=0, le=31)] = 0
    """How many days more each bound is widened, where the vendor's own days are not known."""
    past_only: bool = False
    """Whether a bound that lies in the future, once it is widened, is not sent but checked here."""
    send: SendRange
    """Where the bounds go."""

    @model_validator(mode="after")
    def _says_where(self) -> "RangeFilter":
        if self.ge is None and self.lt is None:
            raise ValueError("needs ge, lt, or both")
        for name in ("ge", "lt"):
            if (getattr(self, name) is None) != (getattr(self.send, name) is None):
                raise ValueError(f"{name} needs its place in send, and the other way round")
        return self


class Filters(Part):
    """The filters of the vendor, by the field of the session."""

    status: EqualityFilter | None = None
    native_status: EqualityFilter | None = None
    native_id: EqualityFilter | None = None
    title: EqualityFilter | None = None
    user: EqualityFilter | None = None
    device: EqualityFilter | None = None
    client: EqualityFilter | None = None
    space: EqualityFilter | None = None
    language: EqualityFilter | None = None
    tag: EqualityFilter | None = None
    started_at: RangeFilter | None = None
    ended_at: RangeFilter | None = None
    last_activity_at: RangeFilter | None = None


class Combination(Part):
    """Which filters cannot be sent together."""

    max_fields: Annotated[int, Field(ge=1, le=16)] | None = None
    """How many fields can be filtered on at a time. Those that filters describes first are sent."""
    exclusive: tuple[Annotated[tuple[str, ...], Field(min_length=2)], ...] = ()
    """Groups of fields of which only one can be filtered on at a time."""


class SendSort(Place):
    """Where the order goes, and by what word."""

    value: str
    """The vendor's word for this order, such as newest or -created."""


class SortOrder(Part):
    """An order the vendor delivers by this field."""

    send: SendSort | None = None
    """Where it is asked for; left out, the vendor lists in this order anyway."""
    granularity: Granularity = "1us"
    """How finely the vendor compares; within that, rows may come in any order."""
    ties: Literal["unspecified", "native_id_asc"] = "unspecified"
    """How rows with equal values are ordered; by ids only if they compare as texts do."""
    nulls: Literal["never", "first", "last"] = "last"
    """Where rows without a value are; never if there are none."""


class SortField(Part):
    """The orders by one field."""

    asc: SortOrder | None = None
    """Smallest or earliest first."""
    desc: SortOrder | None = None
    """Largest or latest first."""


class Sorts(Part):
    """The orders the vendor delivers, by the field of the session."""

    started_at: SortField | None = None
    ended_at: SortField | None = None
    last_activity_at: SortField | None = None


class AbilitiesPart(Part):
    """What the vendor can do itself. Declare only what its documents promise and a test shows."""

    filters: Filters = Filters()
    """What it filters for."""
    combine: Combination = Combination()
    """Which filters cannot be sent together."""
    sorts: Sorts = Sorts()
    """In which orders it lists."""
