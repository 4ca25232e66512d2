"""Roundware: a bare REST list of everything.

Sources: "sessions/" of the Roundware API documentation, and ``tests/recordings/roundware``. Where
the two differ the recordings win: they are what a real server answered.
"""

import re
from collections.abc import Collection, Iterable
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import ClassVar
from urllib.parse import quote

import msgspec
from pydantic import Field as OptionField
from pydantic import SecretStr

from adapters.toolkit.credentials import token_header
from adapters.toolkit.durations import seconds_between
from adapters.toolkit.instants import iso_instant_in, not_before
from adapters.toolkit.record import Record, identifier, read_record, text
from adapters.toolkit.replies import decode, raise_for_status
from gateway.spi import (
    Abilities,
    AdapterOptions,
    Address,
    Client,
    Context,
    Field,
    HttpEndpoint,
    HttpRequest,
    HttpTransport,
    Mapped,
    Named,
    PagingAbility,
    PagingStyle,
    Provenance,
    RawPage,
    Rejected,
    ScanPlan,
    Session,
    SessionAdapter,
    Space,
    Status,
)

_A_YEAR_IN_SECONDS = 366 * 24 * 3600

_ID = re.compile("[0-9]{1,10}")
_LARGEST_ID = 2**31 - 1  # of a number in the column that holds them

# starttime and stoptime are naive text in UTC (list_unfiltered.json); the ``timezone`` of a row
# is the client's and says nothing about them.
_naive_utc = iso_instant_in(UTC)


_ABSENT = frozenset(
    {
        *(Field.USER, Field.TITLE, Field.TAG, Field.LAST_ACTIVITY_AT, Field.NATIVE_STATUS),
        # A row has the language's number; its code is known to another list.
        Field.LANGUAGE,
    }
)


class RoundwareOptions(AdapterOptions):
    """Where a Roundware server is and how to be let in. ``url`` ends in the API's version.

    ``full_list_every_s`` is how long a whole list serves while only the ids that come next are
    asked for. None: every listing is a whole list.
    """

    token: SecretStr
    active_window_s: float = OptionField(default=3600, gt=0, le=_A_YEAR_IN_SECONDS)
    full_list_every_s: float | None = OptionField(default=None, gt=0, le=_A_YEAR_IN_SECONDS)


_ROWS = msgspec.json.Decoder(list[msgspec.Raw])


class RoundwareAdapter(SessionAdapter[HttpTransport]):
    """Reads ``sessions/``, which answers every session there is in no promised order."""

    vendor: ClassVar[str] = "roundware"
    options_model = RoundwareOptions

    def __init__(self, options: RoundwareOptions) -> None:
        self._url = options.url
        every = options.full_list_every_s
        self._full_list_every = None if every is None else timedelta(seconds=every)
        self._active_window = timedelta(seconds=options.active_window_s)
        self._headers = {"Accept": "application/json", **token_header("Token", options.token)}

    def endpoint(self) -> HttpEndpoint:
        """Ask over HTTP."""
        return HttpEndpoint(self._url)

    def abilities(self) -> Abilities:
        """Say that all is to be done here.

        Paging, order and time parameters are accepted and ignored
        (list_limit_offset_ignored.json, list_ordering_ignored.json,
        list_starttime_gte_ignored.json), and an invalid value of a filter that works brings the
        whole table (list_project_id_not_a_number.json). A record names no user.
        """
        return Abilities(
            absent=_ABSENT,
            paging=PagingAbility(PagingStyle.SINGLE),
            has_detail=True,
            # No call changes a session, and ids count upwards with gaps (list_unfiltered.json).
            full_list_every=self._full_list_every,
        )

    async def fetch_page(
        self,
        plan: ScanPlan,  # noqa: ARG002  # there is nothing to push
        at: Address,  # noqa: ARG002  # there is one page
        context: Context[HttpTransport],
    ) -> RawPage:
        """Read the whole list."""
        # Without the trailing slash the server redirects (list_no_trailing_slash_301.json).
        request = HttpRequest("GET", "/sessions/", headers=self._headers)
        reply = await context.transport.send(request)
        rows = decode(request, reply, _ROWS)
        return RawPage(rows)

    async def get(self, native_id: str, context: Context[HttpTransport]) -> msgspec.Raw | None:
        """Read one session by its number."""
        if not _ID.fullmatch(native_id) or int(native_id) > _LARGEST_ID:
            return None  # The server fails on it: get_id_not_a_number_500.json.
        path = f"/sessions/{quote(native_id)}/"
        request = HttpRequest("GET", path, headers=self._headers)
        reply = await context.transport.send(request)
        if reply.status == HTTPStatus.NOT_FOUND:
            return None
        raise_for_status(request, reply)
        return msgspec.Raw(reply.body)

    def next_ids(self, known: Collection[str]) -> Iterable[str]:
        """Count on from the largest id."""
        last = max((int(each) for each in known if _ID.fullmatch(each)), default=0)
        return map(str, range(last + 1, _LARGEST_ID + 1))

    def normalise(self, record: msgspec.Raw, provenance: Provenance) -> Mapped | Rejected:
        """Map a row of the list, or the same row by its number."""
        return read_record(record, provenance, self._session)

    def _session(self, record: Record, provenance: Provenance) -> Session:
        native_id = record.native_id("id")
        started_at = record.take("starttime", _naive_utc)
        # POST accepts any stop time: one before the start is no end.
        ended_at = record.take("stoptime", not_before(started_at, _naive_utc))
        device = record.take("device_id", identifier)
        project = record.take("project_id", identifier)
        return Session(
            **provenance.identity(native_id),
            status=self._status(started_at, ended_at, provenance.as_of),
            started_at=started_at,
            ended_at=ended_at,
            duration_s=seconds_between(started_at, ended_at),
            device=Named(id=device) if device else None,
            client=_client(record),
            space=Space("project", id=project) if project else None,
            inferred=() if ended_at else ("status",),
            attributes=record.left,
        )

    def _status(
        self, started_at: datetime | None, ended_at: datetime | None, as_of: datetime
    ) -> Status:
        # The server never writes a stop time, so a session without one is not active for ever.
        if ended_at is not None:
            return Status.ENDED
        if started_at is not None and as_of - started_at < self._active_window:
            return Status.ACTIVE
        return Status.UNKNOWN


# iOS clients write "iOS 15.1"; web clients a user agent, cut at 127 characters.
_PLATFORM = re.compile(r"(?P<name>iOS|Android) (?P<version>[0-9.]+)")


def _client(record: Record) -> Client | None:
    """Name the client by its type, else by its platform; client_system stays an attribute."""
    system = record.peek("client_system")
    platform = _PLATFORM.fullmatch(system) if isinstance(system, str) else None
    name = record.take("client_type", text)
    if platform is None:
        return Client(name=name) if name else None
    return Client(name=name or platform["name"], version=platform["version"])
