"""What a backend can do itself: the gateway does the rest.

The default of everything is "cannot". An adapter declares only what the vendor's documents
promise and a test shows.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum

from gateway.model.query import SEARCHED, Condition, Contains, Field, Op, Sort
from gateway.spi.rates import Rate


class Support(StrEnum):
    """How well a vendor filters on a field.

    ``EXACT``: the vendor's rows are those that match. ``INEXACT``: every match is there, perhaps
    more. A filter that may lose a match is ``UNSUPPORTED``. ``ABSENT``: the vendor's records do
    not have the field at all, so a condition on it cannot be answered for this backend.
    """

    EXACT = "exact"
    INEXACT = "inexact"
    UNSUPPORTED = "unsupported"
    ABSENT = "absent"


ATTRIBUTES = "attributes."
"""What the name of an attribute begins with, where it stands among the fields of a session."""

HIDEABLE = frozenset(
    {
        *("title", "user", "device", "client", "space", "language", "tags", "participants"),
        *("native_status", "attributes"),
    }
)
"""The fields of a session that may be hidden whole."""


def is_hideable(name: str) -> bool:
    """Say whether a name is that of a field, or of an attribute, that may be hidden."""
    return name in HIDEABLE or (name.startswith(ATTRIBUTES) and name != ATTRIBUTES)


class Ties(StrEnum):
    """How a vendor orders rows whose sort fields are equal."""

    UNSPECIFIED = "unspecified"
    NATIVE_ID_ASCENDING = "native_id_asc"


class Nulls(StrEnum):
    """Where a vendor puts rows whose sort field is null; ``NEVER``: it has none."""

    NEVER = "never"
    FIRST = "first"
    LAST = "last"


class PagingStyle(StrEnum):
    """How a vendor is asked for the next page."""

    SINGLE = "single"
    OFFSET = "offset"
    PAGE_INDEX = "page_index"
    CURSOR = "cursor"
    AFTER_ID = "after_id"
    LINK = "link"


class VendorTotal(StrEnum):
    """What the number of rows that a vendor tells counts."""

    NONE = "none"
    PUSHED = "pushed"
    ALL = "all"
    ESTIMATE = "estimate"


class Operation(StrEnum):
    """A write."""

    CREATE = "create"
    KEEPALIVE = "keepalive"
    HIDE = "hide"
    END = "end"


class FieldKind(StrEnum):
    """What a field of a write may hold."""

    TEXT = "text"
    WHOLE_NUMBER = "whole_number"
    BOOLEAN = "boolean"


@dataclass(frozen=True, slots=True)
class WriteField:
    """A field that a write may name: a value of this kind, or null where it is not required."""

    kind: FieldKind = FieldKind.TEXT
    is_required: bool = False


@dataclass(frozen=True, slots=True)
class SortAbility:
    """An order the vendor delivers: one field, one direction.

    ``granularity`` is how finely the vendor compares; within it rows may come in any order.
    """

    sort: Sort
    granularity: timedelta = timedelta(microseconds=1)
    ties: Ties = Ties.UNSPECIFIED
    nulls: Nulls = Nulls.LAST


@dataclass(frozen=True, slots=True)
class PagingAbility:
    """How a vendor pages, and the page sizes it accepts.

    ``is_stable``: its tokens name the same place whatever is inserted or deleted before it.
    """

    style: PagingStyle = PagingStyle.SINGLE
    max_size: int | None = None
    total: VendorTotal = VendorTotal.NONE
    is_stable: bool = False


@dataclass(frozen=True, slots=True)
class Usual:
    """What holds for backends of a vendor whose own part of the configuration does not say.

    None leaves it to the defaults of the configuration. ``max_body_bytes`` caps those.
    """

    timeout_seconds: float | None = None
    max_body_bytes: int | None = None
    ttl_seconds: float | None = None
    stale_while_revalidate_seconds: float | None = None
    stale_if_error_seconds: float | None = None


@dataclass(frozen=True, slots=True)
class Abilities:
    """What one configured backend can do. The empty record is the least able backend."""

    filters: Mapping[tuple[Field, Op], Support] = field(default_factory=dict)
    absent: frozenset[Field] = frozenset()
    always: frozenset[Field] = frozenset()
    """Fields that every record has: no filter on one hides a record for want of it."""
    sorts: tuple[SortAbility, ...] = ()
    paging: PagingAbility = PagingAbility()
    has_detail: bool = False
    personal: frozenset[str] = frozenset()
    """What tells of a person: names, birth dates, addresses, notes, serial numbers, licences.

    Named as in the session document: ``user``, ``attributes`` for all of them, or
    ``attributes.NAME``, with further dots for what lies deeper. It is hidden from callers who may
    not see what is personal; ids, times and the status are told to all.
    """
    origins: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """The vendor's own fields by the field of the session that they are read from.

    What could not be read stays an attribute, as does what holds more than the field can: it is
    hidden wherever the field is. ``user``, ``device`` and all that is personal need theirs, but
    for those of the same name.
    """
    operations: Mapping[Operation, Mapping[str, WriteField]] = field(default_factory=dict)
    """The writes the vendor can do, each with the fields that it takes, as ``device.id``."""
    max_concurrency: int | None = None
    max_rate: Rate | None = None
    """How many requests the vendor takes in what time, where its documents say so."""
    usual: Usual = Usual()
    """How the vendor is best asked and kept, where the configuration of a backend is silent."""
    full_list_every: timedelta | None = None
    """How long one whole list serves while only the ids that come next are asked for.

    For a vendor that has a detail call, whose ids tell what is new, and whose sessions do not
    change but by time, and then in their status alone. None if that cannot be said: then each
    listing is a list.
    """
    keep_vanished_for: timedelta | None = None
    """How long a session is kept as ended that is gone from the vendor's list.

    For a vendor that lists everything, has no detail call, and lists a session as long as it goes
    on. None where what is gone is to be gone here too.
    """

    def support(self, condition: Condition) -> Support:
        """Say how well the vendor itself can check this condition.

        A vendor's search looks into everything. It is not asked for less: how much it brings
        would tell what the fields hold that are hidden.
        """
        if isinstance(condition, Contains) and condition.within != SEARCHED:
            is_absent = self.absent.issuperset(condition.within)
            return Support.ABSENT if is_absent else Support.UNSUPPORTED
        if self.lacks(condition.field):
            return Support.ABSENT
        return self.filters.get((condition.field, condition.op), Support.UNSUPPORTED)

    def lacks(self, field: Field) -> bool:
        """Say whether the vendor's records cannot answer for a field.

        A search looks into several: it lacks them only if it lacks all.
        """
        if field is Field.TEXT:
            return self.absent.issuperset(SEARCHED)
        return field in self.absent
