"""Canopsis: a list of everybody's presence that ignores every parameter for paging and time.

Sources: the "Session" page of the Canopsis API documentation, and ``tests/recordings/canopsis``.
Where the two differ the recordings win: they are what the vendor's own code answered.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import ClassVar, Literal, Self
from urllib.parse import urlencode

import msgspec
from pydantic import Field as OptionField
from pydantic import SecretStr, field_validator, model_validator

from adapters.toolkit.credentials import basic_header
from adapters.toolkit.durations import seconds_between
from adapters.toolkit.instants import epoch_seconds, not_before
from adapters.toolkit.record import Record, read_record, text
from adapters.toolkit.replies import decode
from gateway.spi import (
    Abilities,
    AdapterOptions,
    Address,
    AnyOf,
    BackendQuery,
    Condition,
    Context,
    Field,
    HttpEndpoint,
    HttpRequest,
    HttpTransport,
    Mapped,
    Named,
    Op,
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
)

_A_YEAR_IN_SECONDS = 366 * 24 * 3600

# gunicorn, below the vendor's code, refuses a request line of more than 4094 bytes with 400
# ("limit_request_line" of its settings). The rest of the line needs room too.
_LONGEST_QUERY_BYTES = 3500


_ABSENT = frozenset(
    {
        *(Field.TITLE, Field.DEVICE, Field.CLIENT, Field.SPACE, Field.LANGUAGE, Field.TAG),
        Field.NATIVE_STATUS,
    }
)


class CanopsisOptions(AdapterOptions):
    """Where a Canopsis server's root is, and how to be let in: by a key, or as a user.

    ``active_window_s`` is the server's own ``alive_session_duration``, which no answer tells.
    """

    dialect: Literal["final"] = "final"
    auth_key: SecretStr | None = OptionField(default=None, min_length=1)
    username: str | None = OptionField(default=None, min_length=1)
    password: SecretStr | None = None
    active_window_s: float = OptionField(default=300, gt=0, le=_A_YEAR_IN_SECONDS)

    def credentials(self) -> dict[str, str]:
        """Make the header that lets a single request in; the key goes before the password.

        The key never goes into the query: it would begin a cookie session with every request,
        and stand in the server's logs (final-01-auth.json, steps 4 and 5).
        """
        if self.auth_key is not None:
            return {"x-canopsis-authkey": self.auth_key.get_secret_value()}
        if self.username is not None and self.password is not None:
            return basic_header(self.username, self.password)
        raise ValueError("nothing to log in with; give auth_key, or username and password")

    @field_validator("dialect", mode="before")
    @classmethod
    def _speak_final(cls, dialect: object) -> object:
        if dialect in ("auto", "v2020"):
            raise ValueError(f"dialect {dialect!r} is not in force yet; use final")
        return dialect

    @model_validator(mode="after")
    def _have_whole_credentials(self) -> Self:
        self.credentials()
        return self


class _Envelope(msgspec.Struct):
    """What the list comes in; its ``description`` is always the same."""

    sessions: list[msgspec.Raw]


_ENVELOPE = msgspec.json.Decoder(_Envelope)


class CanopsisAdapter(SessionAdapter[HttpTransport]):
    """Reads ``/api/v2/sessions``: each record is one stretch of presence of one log-in."""

    vendor: ClassVar[str] = "canopsis"
    options_model = CanopsisOptions

    def __init__(self, options: CanopsisOptions) -> None:
        self._url = options.url
        self._active_window = timedelta(seconds=options.active_window_s)
        self._headers = {"Accept": "application/json", **options.credentials()}

    def endpoint(self) -> HttpEndpoint:
        """Ask over HTTP."""
        return HttpEndpoint(self._url)

    def abilities(self) -> Abilities:
        """Say that only users are filtered by the vendor: exactly, letter case and all.

        All steps are of final-06-list-filters.json. ``usernames[]`` is exact and repeatable
        (9 to 17). ``limit`` and ``offset`` are ignored (27 to 30); ``started_after`` and
        ``stopped_before`` empty the list whatever they say (18 to 25). ``active`` works, but a
        session that was last seen exactly 300 seconds ago is in neither of its two lists
        (final-07-activity-boundary.json, steps 8 and 9), so it might lose a match.
        """
        return Abilities(
            filters={(Field.USER, Op.ANY_OF): Support.EXACT},
            absent=_ABSENT,
            paging=PagingAbility(PagingStyle.SINGLE),
        )

    def plan(self, query: BackendQuery) -> ScanPlan:
        """Push the users, unless they are more than the server takes in one request."""
        plan = super().plan(query)
        is_too_long = len(urlencode(_usernames(plan.pushed))) > _LONGEST_QUERY_BYTES
        return replace(plan, pushed={}) if is_too_long else plan

    async def fetch_page(
        self,
        plan: ScanPlan,
        at: Address,  # noqa: ARG002  # there is one page
        context: Context[HttpTransport],
    ) -> RawPage:
        """Read the whole list, or all that these users have in it."""
        query = _usernames(plan.pushed)
        request = HttpRequest("GET", "/api/v2/sessions", query, self._headers)
        reply = await context.transport.send(request)
        return RawPage(decode(request, reply, _ENVELOPE).sessions)

    def normalise(self, record: msgspec.Raw, provenance: Provenance) -> Mapped | Rejected:
        """Map a document of the list."""
        return read_record(record, provenance, self._session)

    def _session(self, record: Record, provenance: Provenance) -> Session:
        native_id = record.native_id("_id")
        started_at = record.take("start", epoch_seconds)
        last_ping = record.take("last_ping", not_before(started_at, epoch_seconds))
        username = record.take("username", text)
        status = self._status(last_ping, provenance.as_of)
        ended_at = last_ping if status is Status.ENDED else None
        return Session(
            **provenance.identity(native_id),
            status=status,
            started_at=started_at,
            ended_at=ended_at,
            last_activity_at=last_ping,
            duration_s=seconds_between(started_at, ended_at),
            user=Named(name=username) if username else None,
            inferred=_INFERRED[status],
            attributes=record.left,
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
