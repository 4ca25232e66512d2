"""Reading Canopsis: which of its sessions are asked for, and what becomes of a document."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from urllib.parse import urlencode

import msgspec

from adapters.canopsis import log_in, writes
from adapters.canopsis.account import Account
from adapters.canopsis.calls import listing, read_list
from adapters.canopsis.log_in import LogIn
from adapters.canopsis.options import CanopsisOptions
from adapters.toolkit.durations import seconds_between
from adapters.toolkit.instants import epoch_seconds, later, not_before
from adapters.toolkit.outlines import outlined, told, told_end
from adapters.toolkit.record import Record, identifier, read_record, text
from gateway.spi import (
    Abilities,
    Address,
    AnyOf,
    BackendQuery,
    Condition,
    Context,
    Field,
    HttpEndpoint,
    HttpTransport,
    Mapped,
    Named,
    Op,
    Outline,
    PagingAbility,
    PagingStyle,
    Provenance,
    RawPage,
    Rejected,
    ScanPlan,
    Session,
    SessionAdapter,
    Status,
    Support,
    Ticket,
    Write,
    WriteOutcome,
)

# gunicorn, below the vendor's code, refuses a request line of more than 4094 bytes with 400
# ("limit_request_line" of its settings). The rest of the line needs room too.
_LONGEST_QUERY_BYTES = 3500

_ABSENT = frozenset(
    {
        *(Field.TITLE, Field.DEVICE, Field.CLIENT, Field.SPACE, Field.LANGUAGE, Field.TAG),
        Field.NATIVE_STATUS,
    }
)

# A document is about one account. ``session_id`` is in those of the later server, and is the
# cookie of a log-in.
_PERSONAL = frozenset({"user", "attributes.session_id"})
# The log-in's identity is the name and a second, in base64 (final-09-same-user-twice.json).
_ORIGINS = {"user": frozenset({"username", "user_id", "id_beaker_session"})}


class _Document(msgspec.Struct, gc=False):
    """Of a document all that a session is made of."""

    id: str | int = msgspec.field(name="_id")
    start: int | float | None = None
    last_ping: int | float | None = None
    username: str | None = None


_DOCUMENT = msgspec.json.Decoder(_Document)


class CanopsisAdapter(SessionAdapter[HttpTransport]):
    """Reads ``/api/v2/sessions``: each record is one stretch of presence of one log-in."""

    vendor = "canopsis"
    options_model = CanopsisOptions

    def __init__(self, options: CanopsisOptions) -> None:
        self._options = options
        self._active_window = timedelta(seconds=options.active_window_s)

    def endpoint(self) -> HttpEndpoint:
        """Ask over HTTP."""
        return HttpEndpoint(self._options.url)

    def abilities(self) -> Abilities:
        """Say that only users are filtered by the vendor: exactly, letter case and all.

        All steps are of final-06-list-filters.json. ``usernames[]`` is exact and repeatable
        (9 to 17). ``limit`` and ``offset`` are ignored (27 to 30); ``started_after`` and
        ``stopped_before`` empty the list whatever they say (18 to 25). ``active`` works, but a
        session that was last seen exactly 300 seconds ago is in neither of its two lists
        (final-07-activity-boundary.json, steps 8 and 9), so it might lose a match. Both dialects
        do the same. Writes are for who has a cookie, and a name to find its session by.
        """
        return Abilities(
            filters={(Field.USER, Op.ANY_OF): Support.EXACT},
            absent=_ABSENT,
            personal=_PERSONAL,
            origins=_ORIGINS,
            paging=PagingAbility(PagingStyle.SINGLE),
            operations=writes.OPERATIONS if self._options.username is not None else {},
        )

    def plan(self, query: BackendQuery) -> ScanPlan:
        """Push the users, unless they are more than the server takes in one request."""
        plan = super().plan(query)
        is_too_long = len(urlencode(_usernames(plan.pushed))) > _LONGEST_QUERY_BYTES
        return replace(plan, pushed={}) if is_too_long else plan

    async def log_in(self, transport: HttpTransport) -> Ticket:
        """Log in, unless the key is enough for each request."""
        return await log_in.log_in(self._options, transport)

    async def fetch_page(
        self,
        plan: ScanPlan,
        at: Address,  # noqa: ARG002  # there is one page
        context: Context[HttpTransport],
    ) -> RawPage:
        """Read the whole list, or all that these users have in it."""
        headers = LogIn.of(context.ticket, self._options).headers
        request = listing(_usernames(plan.pushed), headers)
        reply = await context.transport.send(request)
        return RawPage(read_list(request, reply))

    async def write(self, write: Write, context: Context[HttpTransport]) -> WriteOutcome:
        """Carry out a write with the session of the account's own log-in."""
        ticket = LogIn.of(context.ticket, self._options)
        account = Account(context.transport, self._options.username or "", ticket)
        return await writes.carry_out(write, account)

    def normalise(self, record: msgspec.Raw, provenance: Provenance) -> Mapped | Rejected:
        """Map a document of the list."""
        return read_record(record, provenance, self._session)

    def outline(self, record: msgspec.Raw, provenance: Provenance) -> Outline | None:
        """Place a document by its two instants."""
        return outlined(record, _DOCUMENT, provenance, self._outline)

    def _outline(self, document: _Document, provenance: Provenance) -> Outline:
        started_at = told(document.start, epoch_seconds)
        last_ping = told_end(document.last_ping, started_at, epoch_seconds)
        return self._placed(identifier(document.id), started_at, last_ping, provenance)

    def _session(self, record: Record, provenance: Provenance) -> Session:
        native_id = record.native_id("_id")
        started_at = record.take("start", epoch_seconds)
        last_ping = record.take("last_ping", not_before(started_at, epoch_seconds))
        username = record.take("username", text)
        placed = self._placed(native_id, started_at, last_ping, provenance)
        record.holds_until = placed.holds_until
        return Session(
            id=provenance.id_of(native_id),
            backend=provenance.backend,
            vendor=provenance.vendor,
            native_id=native_id,
            status=placed.status,
            started_at=started_at,
            ended_at=placed.ended_at,
            last_activity_at=last_ping,
            duration_s=seconds_between(started_at, placed.ended_at),
            user=Named(name=username) if username else None,
            inferred=_INFERRED[placed.status],
            attributes=record.left,
        )

    def _placed(
        self,
        native_id: str,
        started_at: datetime | None,
        last_ping: datetime | None,
        provenance: Provenance,
    ) -> Outline:
        status = self._status(last_ping, provenance.as_of)
        return Outline(
            backend=provenance.backend,
            native_id=native_id,
            status=status,
            started_at=started_at,
            ended_at=last_ping if status is Status.ENDED else None,
            last_activity_at=last_ping,
            as_of=provenance.as_of,
            holds_until=later(last_ping, self._active_window) if status is Status.ACTIVE else None,
        )

    def _status(self, last_ping: datetime | None, as_of: datetime) -> Status:
        # Nothing ends a session but silence, and the record does not say that it fell.
        if last_ping is None:
            return Status.UNKNOWN
        return Status.ACTIVE if as_of - last_ping < self._active_window else Status.ENDED


# The last ping is also the best end there is: the vendor's own ``stopped_before`` goes by it.
_INFERRED: dict[Status, tuple[str, ...]] = {
    Status.ACTIVE: ("status",),
    Status.ENDED: ("status", "ended_at"),
    Status.UNKNOWN: (),
}


def _usernames(conditions: Iterable[Condition]) -> tuple[tuple[str, str], ...]:
    """Write conditions on the user as query parameters.

    The vendor joins its parameters by "or", so of several conditions only what is common is
    sent; and where that is nothing an empty name, which nobody has (step 14).
    """
    wanted = [condition.values for condition in conditions if isinstance(condition, AnyOf)]
    if not wanted:
        return ()
    common = frozenset.intersection(*wanted) or {""}
    return tuple(("usernames[]", name) for name in sorted(common))
