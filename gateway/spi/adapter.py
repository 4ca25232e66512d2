"""The contract between the gateway and an adapter.

An adapter turns one vendor's session API into pages of records and each record into a canonical
session. It keeps no state between calls: no cache, no retry, no clock. Log-ins, connections and
limits are the gateway's. Any number of calls may run on one adapter at the same time.

The least an adapter must do is ``endpoint``, ``fetch_page`` and ``normalise``: it is then a
correct, if slow, backend. Everything declared in ``abilities`` beyond that saves work, and the
gateway rechecks whatever the vendor claims to have filtered.
"""

from abc import ABC, abstractmethod
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from functools import cached_property
from pathlib import Path
from typing import ClassVar, Generic, TypeAlias, TypedDict, TypeVar

from msgspec import UNSET, Raw, Struct, UnsetType

from gateway.model.session import Json, Outline, Session
from gateway.spi.abilities import Abilities, Operation, SortAbility, Support
from gateway.spi.options import AdapterOptions
from gateway.spi.pages import Address, BackendQuery, RawPage, ScanPlan
from gateway.spi.transport import HttpEndpoint, HttpTransport, RpcEndpoint, RpcTransport

TransportT = TypeVar("TransportT", HttpTransport, RpcTransport)


@dataclass(frozen=True, slots=True)
class Ticket:
    """What a log-in brought, kept by the gateway and handed to every call until it is refused.

    ``lifetime_seconds`` is how long it lives, counted from its log-in, where the vendor says so:
    the gateway logs in anew shortly before that is over. Until then it serves.
    """

    values: Mapping[str, str] = field(repr=False)
    lifetime_seconds: float | None = None


NO_TICKET = Ticket({})


@dataclass(frozen=True, slots=True)
class Context(Generic[TransportT]):
    """What a call may use: the wire, the ticket of the last log-in, and the instant it is made."""

    transport: TransportT
    ticket: Ticket
    now: datetime


class Identity(TypedDict):
    """The fields of a session that say which one it is."""

    id: str
    backend: str
    vendor: str
    native_id: str


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where a record is from and the instant it was read at, in UTC."""

    backend: str
    vendor: str
    as_of: datetime

    def id_of(self, native_id: str) -> str:
        """Give the id of the session of this native id, which no other backend has."""
        return f"{self.backend}:{native_id}"

    def identity(self, native_id: str) -> Identity:
        """Give the fields that identify the session of this native id.

        To name the four, rather than to spread these, spares a session half a microsecond.
        """
        return {
            "id": self.id_of(native_id),
            "backend": self.backend,
            "vendor": self.vendor,
            "native_id": native_id,
        }


# No cycle can go through it, as none can through a session, so it is not tracked (``gc=False``).
class Mapped(Struct, frozen=True, gc=False):
    """A record in canonical words.

    ``unreadable`` names the vendor fields whose values could not be read: each is null in the
    session and untouched in its attributes. ``is_status_unknown`` where the vendor's word for the
    status is none that the adapter knows. ``holds_until`` is when time alone makes another session
    of the record, none if it never does: until then one that comes again is not read again. Unset
    where the adapter does not say.
    """

    session: Session
    unreadable: tuple[str, ...] = ()
    is_status_unknown: bool = False
    holds_until: datetime | UnsetType | None = UNSET


@dataclass(frozen=True, slots=True)
class Rejected:
    """A record that is no session, for want of a usable id. ``reason`` goes to the log."""

    reason: str


@dataclass(frozen=True, slots=True)
class Write:
    """What is to be done to a session, or to a new one where ``native_id`` is none.

    ``fields`` holds what the client named, all of it declared in the abilities and of the declared
    kind: canonical names with dots, as ``space.id`` or ``attributes.timezone``.
    """

    operation: Operation
    native_id: str | None
    fields: Mapping[str, str | int | bool | None] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Done:
    """The vendor did it.

    ``record`` is the session as it is now, for ``normalise``: none where the vendor does not tell
    it apart from others. ``is_new`` says that it was not there before.
    """

    record: Raw | None
    is_new: bool = False


class Refusal(StrEnum):
    """Why a vendor did not do what it was asked for: the closed list."""

    INVALID_FIELD = "invalid_field"
    NOT_FOUND = "not_found"
    NOT_OWN_SESSION = "not_own_session"


@dataclass(frozen=True, slots=True)
class Refused:
    """The vendor did not do it, surely. ``field`` names what of the write was wrong."""

    refusal: Refusal
    field: str | None = None


@dataclass(frozen=True, slots=True)
class Unclear:
    """The call reached the vendor, or may have, and nobody knows whether it was carried out."""


WriteOutcome: TypeAlias = Done | Refused | Unclear


class SessionAdapter(ABC, Generic[TransportT]):
    """One configured backend's side of the contract."""

    api: ClassVar[int] = 1
    vendor: str
    """The name of the vendor in every session."""
    options_model: ClassVar[type[AdapterOptions]]

    def __init__(self, options: AdapterOptions) -> None:
        """Take validated options. No I/O: an adapter is built to check a configuration too."""

    @classmethod
    def options_model_for(
        cls,
        options: Mapping[str, Json],  # noqa: ARG003  # a default
        folder: Path,  # noqa: ARG003  # a default
    ) -> type[AdapterOptions]:
        """Give the model that these options are to be read by.

        An adapter whose options name a file that says more of them reads it here: relative to the
        folder, which is that of the configuration. It raises
        :class:`~gateway.spi.documents.ConfigurationError` with all that is wrong with the file.
        """
        return cls.options_model

    @abstractmethod
    def endpoint(self) -> HttpEndpoint | RpcEndpoint:
        """Say where the vendor is. The kind of endpoint decides the kind of transport."""

    def abilities(self) -> Abilities:
        """Say what the vendor can do itself. Pure, and the same at every call."""
        return Abilities()

    @cached_property
    def declared(self) -> Abilities:
        """What ``abilities`` says, which is asked once: each plan looks at it several times."""
        return self.abilities()

    def plan(self, query: BackendQuery) -> ScanPlan:
        """Choose what of the query is sent to the vendor. Pure.

        Conditions may be left out, never invented; a field may have several bounds on a side. By
        default every condition is pushed whose support is declared, and an order is asked for
        where one of the declared sorts begins the wanted order. A condition may be pushed as
        exact although its filter is declared inexact, where that is known of the values asked for.
        """
        abilities = self.declared
        support = {condition: abilities.support(condition) for condition in query.conditions}
        sendable = (Support.EXACT, Support.INEXACT)
        return ScanPlan(
            pushed={c: how for c, how in support.items() if how in sendable},
            sorted_by=_usable(abilities.sorts, query),
            page_size=abilities.paging.max_size,
        )

    async def log_in(self, transport: TransportT) -> Ticket:  # noqa: ARG002  # a default
        """Log in, where the vendor wants it.

        Called before the first call, again when a call raised
        :class:`~gateway.spi.errors.LogInAgain`, and before the ticket's lifetime is over; never
        twice at once.
        """
        return NO_TICKET

    @abstractmethod
    async def fetch_page(
        self, plan: ScanPlan, at: Address, context: Context[TransportT]
    ) -> RawPage:
        """Ask the vendor for one page, with exactly one request.

        The pages from the first to the one without a next, joined, are the vendor's stream:
        every record that matches what was pushed, in the order of ``plan.sorted_by``. Raises
        :class:`~gateway.spi.errors.UpstreamError`; never answers less than a whole page, and lets
        a cancellation pass: the answer waits for it.
        """

    @abstractmethod
    def normalise(self, record: Raw, provenance: Provenance) -> Mapped | Rejected:
        """Put one record into canonical words. Pure, and total: it never raises.

        Every field of the record ends in a canonical field or in the attributes. A native id of
        more than 1,000 bytes is rejected by the gateway: no cursor and no path could hold it.
        """

    def outline(
        self,
        record: Raw,  # noqa: ARG002  # a default
        provenance: Provenance,  # noqa: ARG002  # a default
    ) -> Outline | None:
        """Read just what places a record among others, where that is the quicker way. Pure, total.

        Where all of a record is as it should be it says what ``normalise`` says, of which no field
        is unreadable and no status unknown: then only those records are normalised that somebody
        is to see. Where the clock alone tells that a session is active, it says until when that
        ``holds_until``. It is none wherever there is a doubt. Of fields that ``normalise`` only
        carries over it need not see that they are JSON at all.
        """
        return None

    async def get(self, native_id: str, context: Context[TransportT]) -> Raw | None:
        """Ask the vendor for one record in its detailed form; none if the vendor has no such.

        It tells at least what the list tells of the session: where the vendor's detail call leaves
        some of that out, a second request asks for the row, and the record is both joined, each
        value as it came. What is kept of lists takes no part, lest a session look different by
        what was read before it. Called only where ``abilities().has_detail``; ``normalise`` must
        read the record too.
        """
        raise NotImplementedError

    def next_ids(self, known: Collection[str]) -> Iterable[str]:  # noqa: ARG002  # a default
        """Name the ids that the next new sessions will have, in order, perhaps without end. Pure.

        ``known`` are the ids of all sessions that are known. Called only where
        ``abilities().full_list_every`` is not none.
        """
        return ()

    async def write(self, write: Write, context: Context[TransportT]) -> WriteOutcome:
        """Carry out a write. Called only for what ``abilities().operations`` names.

        Sent once: what may have reached the vendor is never sent again. An error raised means that
        the vendor surely did nothing, unless it says that it ``has_been_sent``.
        """
        raise NotImplementedError


def _usable(sorts: tuple[SortAbility, ...], query: BackendQuery) -> SortAbility | None:
    wanted = query.order[0]
    return next((ability for ability in sorts if ability.sort == wanted), None)
