"""The calls that are made to a Roundware server, and what its rows mean."""

import re
from collections.abc import Collection, Iterable
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from urllib.parse import quote

import msgspec

from adapters.roundware.clients import client_of
from adapters.roundware.creating import (
    FIELDS,
    LARGEST_NUMBER,
    Fields,
    body_of,
    outcome_of,
    wrong_field,
)
from adapters.roundware.options import RoundwareOptions
from adapters.toolkit.credentials import token_header
from adapters.toolkit.durations import seconds_between
from adapters.toolkit.instants import iso_instant_in, later, not_before
from adapters.toolkit.outlines import outlined, told, told_end
from adapters.toolkit.record import Record, identifier, read_record
from adapters.toolkit.replies import decode, raise_for_status
from gateway.spi import (
    Abilities,
    Address,
    BadAnswer,
    Context,
    ErrorCode,
    Field,
    HttpEndpoint,
    HttpRequest,
    HttpTransport,
    Mapped,
    Named,
    Operation,
    Outline,
    PagingAbility,
    PagingStyle,
    Provenance,
    RawPage,
    Refusal,
    Refused,
    Rejected,
    ScanPlan,
    Session,
    SessionAdapter,
    Space,
    Status,
    Unclear,
    UpstreamError,
    Write,
    WriteOutcome,
)

_ID = re.compile("[0-9]{1,10}")

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

# The id of a device is what the server knows people by ("users/", POST).
_PERSONAL = frozenset({"device"})
_ORIGINS = {
    "device": frozenset({"device_id"}),
    "client": frozenset({"client_type", "client_system"}),
    "space": frozenset({"project_id"}),
}


class _Language(msgspec.Struct):
    id: int
    language_code: str


class _Project(msgspec.Struct):
    id: int


class _Envelope(msgspec.Struct):
    """What this server's other lists come in, since 2023 (v2023_listenevents_paginated.json)."""

    results: list[msgspec.Raw]
    next: str | None


class _Row(msgspec.Struct, gc=False):
    """Of a row all that a session is made of, ``client_system`` aside: it may hold anything."""

    id: str | int
    starttime: str | None = None
    started_at: str | None = None
    stoptime: str | None = None
    stopped_at: str | None = None
    device_id: str | int | None = None
    project_id: str | int | None = None
    client_type: str | None = None


_ROW = msgspec.json.Decoder(_Row)
_LANGUAGES = msgspec.json.Decoder(list[_Language])
_PROJECTS = msgspec.json.Decoder(list[_Project])
_LIST = msgspec.json.Decoder(list[msgspec.Raw] | _Envelope)


class RoundwareAdapter(SessionAdapter[HttpTransport]):
    """Reads ``sessions/``, which answers every session there is in no order, and adds to it."""

    vendor = "roundware"
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
            personal=_PERSONAL,
            origins=_ORIGINS,
            paging=PagingAbility(PagingStyle.SINGLE),
            has_detail=True,
            # No call changes a session, and ids count upwards with gaps (list_unfiltered.json).
            full_list_every=self._full_list_every,
            # All other calls that would change one are refused (patch_session_405.json).
            operations={Operation.CREATE: FIELDS},
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
        listed = decode(request, reply, _LIST)
        if isinstance(listed, list):
            return RawPage(listed)
        if listed.next is not None:
            raise BadAnswer(ErrorCode.SCHEMA, f"{request}: only the first page of several")
        return RawPage(listed.results)

    async def get(self, native_id: str, context: Context[HttpTransport]) -> msgspec.Raw | None:
        """Read one session by its number."""
        if not _ID.fullmatch(native_id) or int(native_id) > LARGEST_NUMBER:
            return None  # The server fails on it: get_id_not_a_number_500.json.
        path = f"/sessions/{quote(native_id)}/"
        request = HttpRequest("GET", path, headers=self._headers)
        reply = await context.transport.send(request)
        if reply.status == HTTPStatus.NOT_FOUND:
            return None
        raise_for_status(request, reply)
        return msgspec.Raw(reply.body)

    async def write(self, write: Write, context: Context[HttpTransport]) -> WriteOutcome:
        """Create a session, which begins now; twice the same makes two."""
        wrong = wrong_field(write.fields)
        if wrong is not None:
            return Refused(Refusal.INVALID_FIELD, wrong)
        language_id = None
        if (code := write.fields.get("language")) is not None:
            language_id = await self._language_id(str(code), context)
            if language_id is None:
                return Refused(Refusal.INVALID_FIELD, "language")
        return await self._create(write.fields, language_id, context)

    def next_ids(self, known: Collection[str]) -> Iterable[str]:
        """Count on from the largest id."""
        last = max((int(each) for each in known if _ID.fullmatch(each)), default=0)
        return map(str, range(last + 1, LARGEST_NUMBER + 1))

    def normalise(self, record: msgspec.Raw, provenance: Provenance) -> Mapped | Rejected:
        """Map a row of the list, or the same row by its number."""
        return read_record(record, provenance, self._session)

    def outline(self, record: msgspec.Raw, provenance: Provenance) -> Outline | None:
        """Place a row by its start and its stop."""
        return outlined(record, _ROW, provenance, self._outline)

    async def _create(
        self, fields: Fields, language_id: int | None, context: Context[HttpTransport]
    ) -> WriteOutcome:
        # Without the slash it is redirected (post_no_trailing_slash_301.json), and in the form of a
        # form it fails (post_form_encoded_500.json).
        headers = {**self._headers, "Content-Type": "application/json"}
        body = body_of(fields, language_id)
        request = HttpRequest("POST", "/sessions/", headers=headers, body=body)
        reply = await context.transport.send(request)
        outcome = outcome_of(reply, fields)
        if outcome is not None:
            return outcome
        if reply.status < HTTPStatus.INTERNAL_SERVER_ERROR:
            raise_for_status(request, reply)
        is_of_no_project = reply.status == HTTPStatus.INTERNAL_SERVER_ERROR and (
            await self._lacks_project(str(fields["space.id"]), context)
        )
        return Refused(Refusal.INVALID_FIELD, "space.id") if is_of_no_project else Unclear()

    async def _language_id(self, code: str, context: Context[HttpTransport]) -> int | None:
        """Find the number of a language by its code (languages_list.json)."""
        request = HttpRequest("GET", "/languages/", headers=self._headers)
        languages = decode(request, await context.transport.send(request), _LANGUAGES)
        return next((each.id for each in languages if each.language_code == code), None)

    async def _lacks_project(self, project: str, context: Context[HttpTransport]) -> bool:
        """Say whether the server surely has no such project.

        It fails on a project it does not know before it has written anything, and does not say so
        (post_unknown_project_500.json).
        """
        request = HttpRequest("GET", "/projects/", headers=self._headers)
        try:
            projects = decode(request, await context.transport.send(request), _PROJECTS)
        except UpstreamError:
            return False
        return all(str(each.id) != project for each in projects)

    def _outline(self, row: _Row, provenance: Provenance) -> Outline:
        started_at = told(row.starttime or row.started_at, _naive_utc)
        ended_at = told_end(row.stoptime or row.stopped_at, started_at, _naive_utc)
        status = self._status(started_at, ended_at, provenance.as_of)
        return Outline(
            backend=provenance.backend,
            native_id=identifier(row.id),
            status=status,
            started_at=started_at,
            ended_at=ended_at,
            last_activity_at=None,
            as_of=provenance.as_of,
            holds_until=later(started_at, self._active_window) if status is Status.ACTIVE else None,
        )

    def _session(self, record: Record, provenance: Provenance) -> Session:
        native_id = record.native_id("id")
        # The other names are those that the web administration of 2023 reads.
        started_at = record.take_either("starttime", "started_at", _naive_utc)
        # POST accepts any stop time: one before the start is no end.
        ended = not_before(started_at, _naive_utc)
        ended_at = record.take_either("stoptime", "stopped_at", ended)
        device = record.take("device_id", identifier)
        project = record.take("project_id", identifier)
        status = self._status(started_at, ended_at, provenance.as_of)
        record.holds_until = self._until(started_at, status)
        return Session(
            id=provenance.id_of(native_id),
            backend=provenance.backend,
            vendor=provenance.vendor,
            native_id=native_id,
            status=status,
            started_at=started_at,
            ended_at=ended_at,
            duration_s=seconds_between(started_at, ended_at),
            device=Named(id=device) if device else None,
            client=client_of(record),
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

    def _until(self, started_at: datetime | None, status: Status) -> datetime | None:
        """Say when time alone makes another session of it."""
        return later(started_at, self._active_window) if status is Status.ACTIVE else None
