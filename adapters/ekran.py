"""Ekran System, now Syteca: monitored log-ins, asked for by a window of time.

Sources, all of the Ekran System documentation: "4.1.3. Sessions (Post) Endpoint", whose table of
answer fields is empty; "4.1.2. Sessions (Get) Endpoint", which names five of them; "4.1.9.
Endpoint Access Control Access Requests (Get) Endpoint" for the key; "Monitoring Windows Clients"
for the longest session. No exchange with a server is known, so names are read with tolerance.
"""

from collections.abc import Callable, Collection, Mapping
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec
from pydantic import SecretStr, field_validator

from adapters.toolkit.durations import dotnet_time_span, is_short_time_span, seconds_between
from adapters.toolkit.instants import iso_instant_in, not_before
from adapters.toolkit.outlines import outlined, told, told_end
from adapters.toolkit.paginators import may_be_no_page, next_page_index
from adapters.toolkit.record import Record, identifier, read_record, text
from adapters.toolkit.replies import decode
from gateway.spi import (
    Abilities,
    AdapterOptions,
    Address,
    AtOrAfter,
    Before,
    Context,
    ErrorCode,
    Field,
    GiveUp,
    HttpEndpoint,
    HttpRequest,
    HttpTransport,
    Json,
    Mapped,
    Named,
    Op,
    Outline,
    PageIndex,
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
    VendorTotal,
)

# A thousand is the most, and what comes unasked (4.1.3). So a page of a thousand shows that the
# server looks for the parameters elsewhere: it would send the same page again and again.
_LARGEST_PAGE = 999

_WIDENING = timedelta(hours=26)

# The product is younger than this, so an earlier bound would leave nothing out; and databases
# have first dates of their own, behind which a bound might be refused.
_BEFORE_ALL_SESSIONS = datetime(2000, 1, 1, tzinfo=UTC)

_NO_DATE = "0001-01-01"  # What .NET writes for a date that was never set.

_ABSENT = frozenset(
    {
        *(Field.TITLE, Field.CLIENT, Field.SPACE, Field.LANGUAGE, Field.TAG),
        *(Field.NATIVE_STATUS, Field.LAST_ACTIVITY_AT),
    }
)

# Watching people is what the product does, and most names of fields are not documented: any of
# them might hold a name, an address or a host.
_PERSONAL = frozenset({"user", "device", "attributes"})
_ORIGINS = {
    "user": frozenset({"userId", "userName", "login"}),
    "device": frozenset({"clientGuid", "clientName", "hostName", "client"}),
}


class EkranOptions(AdapterOptions):
    """Where an Ekran server is and how to be let in. ``url`` ends in ``/ekranapi``."""

    api_key: SecretStr | None = None
    """The key of the API; null where the server asks for none."""
    timezone: str = "UTC"
    """The server's own zone (IANA): times are sent in it, and read where they have no offset."""
    parameters_in: Literal["body", "query"] = "body"
    """Where the server looks for parameters, which its document does not say."""

    @field_validator("api_key")
    @classmethod
    def _fits_a_header(cls, key: SecretStr | None) -> SecretStr | None:
        if key is None:
            return None
        value = key.get_secret_value()
        if not value or not value.isprintable() or value != value.strip():
            raise ValueError(
                "api_key must be one line without spaces around it;"
                " leave it out if the server asks for none"
            )
        return key

    @field_validator("timezone")
    @classmethod
    def _is_a_known_zone(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:
            raise ValueError(
                f"timezone {name!r} is not a zone of the IANA time zone database;"
                " use a name such as Europe/Paris"
            ) from error
        return name


class _Envelope(msgspec.Struct, rename="camel"):
    sessions: list[msgspec.Raw]
    total_count: int | None = None


class _Row(msgspec.Struct, rename="camel", forbid_unknown_fields=True, gc=False):
    """A row in the usual spelling: any field that is none of these may be one of them in another.

    Of the last three no session is made.
    """

    session_id: str | int
    login_date: str | msgspec.UnsetType | None = msgspec.UNSET
    logout_date: str | msgspec.UnsetType | None = msgspec.UNSET
    duration: str | None = None
    user_id: str | int | None = None
    user_name: str | None = None
    client_guid: str | int | None = None
    client_name: str | None = None
    host_name: str | None = None
    productivity_time: msgspec.Raw = msgspec.Raw()
    idle_time: msgspec.Raw = msgspec.Raw()
    alert_risk_level: msgspec.Raw = msgspec.Raw()


_ENVELOPE = msgspec.json.Decoder(_Envelope)
_ROW = msgspec.json.Decoder(_Row)


class EkranAdapter(SessionAdapter[HttpTransport]):
    """Reads ``POST sessions``: pages by number in no promised order, of a window of time."""

    vendor = "ekran"
    options_model = EkranOptions

    def __init__(self, options: EkranOptions) -> None:
        self._url = options.url
        self._zone = ZoneInfo(options.timezone)
        self._instant = iso_instant_in(self._zone)
        self._end = _unless_never_set(self._instant)
        self._parameters_in = options.parameters_in
        self._headers = {"Accept": "application/json"}
        if options.api_key is not None:
            self._headers["ApiKey"] = options.api_key.get_secret_value()

    def endpoint(self) -> HttpEndpoint:
        """Ask over HTTP."""
        return HttpEndpoint(self._url)

    def abilities(self) -> Abilities:
        """Say that the vendor can choose by start, roughly, and nothing else.

        ``totalCount`` counts the widened window, so it is a true total only where nothing is
        asked of the start. The window is the one filter there is, and there is no sort (4.1.3).
        """
        return Abilities(
            filters={
                (Field.STARTED_AT, Op.AT_OR_AFTER): Support.INEXACT,
                (Field.STARTED_AT, Op.BEFORE): Support.INEXACT,
            },
            absent=_ABSENT,
            personal=_PERSONAL,
            origins=_ORIGINS,
            # A session begins with a log-in ("When are New Client Sessions Started?"), so the
            # server knows when, even where the date it writes cannot be read.
            always=frozenset({Field.STARTED_AT}),
            paging=PagingAbility(
                PagingStyle.PAGE_INDEX, max_size=_LARGEST_PAGE, total=VendorTotal.PUSHED
            ),
            # The product's own dashboards take up to half a minute over large data ("Dashboards
            # (on the Dashboards Page)"), so the server is not asked for many at once.
            max_concurrency=2,
        )

    async def fetch_page(
        self, plan: ScanPlan, at: Address, context: Context[HttpTransport]
    ) -> RawPage:
        """Read one page of the window."""
        size = plan.page_size or _LARGEST_PAGE
        here = at if isinstance(at, PageIndex) else PageIndex(0, size, seen=0)
        window = _window(plan, self._zone, context.now)
        request = self._request({"sessionCount": here.size, "pageIndex": here.index, **window})
        reply = await context.transport.send(request)
        # Only its number tells this page from the first, which was answered.
        if reply.status == HTTPStatus.BAD_REQUEST and may_be_no_page(here):
            return RawPage([])
        page = decode(request, reply, _ENVELOPE)
        if len(page.sessions) > here.size:
            other = "body" if self._parameters_in == "query" else "query"
            raise GiveUp(ErrorCode.CONFIG, f"{request}: unheard; try parameters_in: {other}")
        received = len(page.sessions)
        following = next_page_index(here, size=here.size, received=received, total=page.total_count)
        # 4.1.3 does not say what totalCount counts. The rows of one page of several are no total.
        is_of_page = page.total_count == received and (here.index > 0 or following is not None)
        return RawPage(page.sessions, following, None if is_of_page else page.total_count)

    def normalise(self, record: msgspec.Raw, provenance: Provenance) -> Mapped | Rejected:
        """Map a session of the list."""
        return read_record(record, provenance, self._session)

    def outline(self, record: msgspec.Raw, provenance: Provenance) -> Outline | None:
        """Place a session of the list."""
        return outlined(record, _ROW, provenance, self._outline)

    def _request(self, parameters: Mapping[str, str | int]) -> HttpRequest:
        # 4.1.3 does not say where the parameters go, so it is an option.
        if self._parameters_in == "query":
            query = tuple((name, str(value)) for name, value in parameters.items())
            return HttpRequest("POST", "/sessions", query=query, headers=self._headers)
        headers = {**self._headers, "Content-Type": "application/json"}
        body = msgspec.json.encode(parameters)
        return HttpRequest("POST", "/sessions", headers=headers, body=body)

    def _outline(self, row: _Row, provenance: Provenance) -> Outline:
        has_times = row.login_date is not msgspec.UNSET or row.logout_date is not msgspec.UNSET
        started_at = told(row.login_date or None, self._instant)
        ended_at = told_end(row.logout_date or None, started_at, self._end)
        if ended_at and row.duration and not is_short_time_span(row.duration):
            raise ValueError("no session outlasts a midnight")
        return Outline(
            native_id=identifier(row.session_id),
            status=_status(ended_at, is_clear=has_times),
            started_at=started_at,
            ended_at=ended_at,
            last_activity_at=None,
            as_of=provenance.as_of,
        )

    def _session(self, record: Record, provenance: Provenance) -> Session:
        spelled = _Spellings(record.left).of
        native_id = record.native_id(spelled("sessionId"))
        login, logout = spelled("loginDate"), spelled("logoutDate")
        has_times = login in record.left or logout in record.left
        started_at = record.take(login, self._instant)
        ended_at = record.take(logout, _unless_never_set(not_before(started_at, self._instant)))
        is_clear = has_times and logout not in record.left
        # While a session goes on its duration is only what it has lasted so far.
        duration = record.take(spelled("duration"), _length) if ended_at else None
        status = _status(ended_at, is_clear=is_clear)
        return Session(
            id=provenance.id_of(native_id),
            backend=provenance.backend,
            vendor=provenance.vendor,
            native_id=native_id,
            status=status,
            started_at=started_at,
            ended_at=ended_at,
            duration_s=seconds_between(started_at, ended_at) if duration is None else duration,
            user=_named(record, spelled("userId"), spelled("userName")),
            device=_named(record, spelled("clientGuid"), spelled("clientName", "hostName")),
            # The API has no field for it.
            inferred=() if status is Status.UNKNOWN else ("status",),
            attributes=record.left,
        )


def _window(plan: ScanPlan, zone: ZoneInfo, now: datetime) -> dict[str, str]:
    """Give the parameters for what is pushed: bounds widened by 26 hours, in local time.

    The vendor chooses sessions that overlap the window and clips them to it: one that reaches
    over a bound is shown to start or end inside (4.1.3, notes 2 and 3). No session outlasts a
    midnight, so none is longer than the 25 hours of a day on which clocks are set back.
    Therefore:

    - A match starts, and so lies, inside the wider window: all of them are there.
    - A session clipped by ``start`` was going on then, and is shown to start less than 25 hours
      later. That is still before the start that was asked for, so the gateway's recheck drops it.
    - A match is over less than 25 hours after the asked ``before``, so ``end`` clips none.
    - A session still going on may be shown as ended at its last activity before ``end``. It
      started less than 25 hours ago, so an ``end`` that has passed does this to no match. One
      that is yet to come might, and leaves nothing out, so it is not sent.

    The 26th hour is for a local time that occurs twice, which the vendor may take for the other.
    """
    after = max((c.instant for c in plan.pushed if isinstance(c, AtOrAfter)), default=None)
    before = min((c.instant for c in plan.pushed if isinstance(c, Before)), default=None)
    window = {}
    if after is not None and after > _BEFORE_ALL_SESSIONS:
        window["start"] = _local(after.astimezone(UTC) - _WIDENING, zone)
    # What a window does that ends before it starts is not documented.
    is_empty = after is not None and before is not None and before <= after
    if before is not None and not is_empty and before <= now - _WIDENING:
        end = max(before, _BEFORE_ALL_SESSIONS).astimezone(UTC) + _WIDENING
        window["end"] = _local(end + timedelta(seconds=1), zone)  # for the fraction that is cut
    return window


def _local(instant: datetime, zone: ZoneInfo) -> str:
    """Write full seconds without an offset: no documented form of a bound has more."""
    return instant.astimezone(zone).replace(tzinfo=None).isoformat(timespec="seconds")


class _Spellings:
    """How a record spells the names of its fields, in upper or lower case."""

    def __init__(self, fields: Collection[str]) -> None:
        self._fields = fields
        self._own = {name.lower(): name for name in fields}

    def of(self, *names: str) -> str:
        """Find a field's own spelling: that of the first of these names there is."""
        if names[0] in self._fields:
            return names[0]
        found = (self._own.get(name.lower()) for name in names)
        return next(filter(None, found), names[0])


def _unless_never_set(read: Callable[[Json], datetime]) -> Callable[[Json], datetime | None]:
    """Read an end, or none where the date was never set."""

    def read_end(value: Json) -> datetime | None:
        is_set = not (isinstance(value, str) and value.startswith(_NO_DATE))
        return read(value) if is_set else None

    return read_end


def _length(value: Json) -> float:
    span = dotnet_time_span(value)
    if span < timedelta(0):
        raise ValueError("a negative duration")
    return span.total_seconds()


def _status(ended_at: datetime | None, *, is_clear: bool) -> Status:
    """Take a session without an end for active, unless its times are not understood at all."""
    if ended_at is not None:
        return Status.ENDED
    return Status.ACTIVE if is_clear else Status.UNKNOWN


def _named(record: Record, id_field: str, name_field: str) -> Named | None:
    number = record.take(id_field, identifier)
    name = record.take(name_field, text)
    return Named(number, name) if number or name else None
