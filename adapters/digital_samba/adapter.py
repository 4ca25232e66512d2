"""Digital Samba: a REST list that is paged after the last id.

Sources: "List" (of sessions), "Pagination" and "Authenticate to the API" of the Digital Samba REST
API documentation, and the vendor's OpenAPI document of January 2026. They print different forms
of the same records: all are read.
"""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from http import HTTPStatus
from typing import Annotated, ClassVar, Literal, Self
from urllib.parse import quote

import msgspec
from pydantic import Field as OptionField
from pydantic import SecretStr, model_validator

from adapters.toolkit.credentials import basic_header, bearer_pair_header, token_header
from adapters.toolkit.durations import seconds_between
from adapters.toolkit.instants import iso_instant_in, not_before
from adapters.toolkit.paginators import next_after_id
from adapters.toolkit.record import (
    Record,
    UnusableRecordError,
    boolean,
    identifier,
    read_record,
    text,
    whole_number,
)
from adapters.toolkit.replies import decode, raise_for_status
from gateway.spi import (
    Abilities,
    AdapterOptions,
    Address,
    AfterId,
    AnyOf,
    AtOrAfter,
    BackendQuery,
    Before,
    Condition,
    Context,
    Field,
    First,
    HttpEndpoint,
    HttpRequest,
    HttpTransport,
    Json,
    Mapped,
    Nulls,
    Op,
    PagingAbility,
    PagingStyle,
    Participants,
    Provenance,
    RawPage,
    Rejected,
    ScanPlan,
    Session,
    SessionAdapter,
    Sort,
    SortAbility,
    Space,
    StartOver,
    Status,
    Support,
    VendorTotal,
)

_LARGEST_PAGE = 100  # "Pagination": default and maximum.

# "List": live=true filters those that have not ended yet, live=false those that have.
_LIVE = {frozenset[str]({Status.ACTIVE}): "true", frozenset[str]({Status.ENDED}): "false"}

# What a server says to the id of a session that is gone is not documented.
_MAY_BE_A_LOST_PLACE = {400, 404, 422}

# "List" prints some times without an offset. All that have one, everywhere, are in UTC.
_utc = iso_instant_in(UTC)


_ABSENT = frozenset(
    {
        # Users, and what they use, are known to the participants of a session alone.
        *(Field.USER, Field.DEVICE, Field.CLIENT),
        *(Field.LANGUAGE, Field.TAG, Field.NATIVE_STATUS),
    }
)


class DigitalSambaOptions(AdapterOptions):
    """Where Digital Samba is and how to be let in. ``url`` ends in the API's version.

    Without ``auth`` the team's id and key are sent as Basic, and a key alone as Bearer;
    ``bearer_pair`` is the form of the Java samples.
    """

    team_id: Annotated[str, OptionField(pattern="^[^:]+$")] | None = None
    developer_key: SecretStr
    auth: Literal["basic", "bearer", "bearer_pair"] | None = None

    @model_validator(mode="after")
    def _have_whole_credentials(self) -> Self:
        if self.team_id is None and self.auth in ("basic", "bearer_pair"):
            raise ValueError(f"auth {self.auth} needs a team_id; give one, or say auth: bearer")
        return self


class _Envelope(msgspec.Struct):
    data: list[msgspec.Raw]
    total_count: Json = None


_ENVELOPE = msgspec.json.Decoder(_Envelope)


class DigitalSambaAdapter(SessionAdapter[HttpTransport]):
    """Reads ``sessions``, newest or oldest first, up to a hundred at a time."""

    vendor: ClassVar[str] = "digital_samba"
    options_model = DigitalSambaOptions

    def __init__(self, options: DigitalSambaOptions) -> None:
        self._url = options.url
        self._headers = {"Accept": "application/json", **_credentials(options)}

    def endpoint(self) -> HttpEndpoint:
        """Ask over HTTP."""
        return HttpEndpoint(self._url)

    def abilities(self) -> Abilities:
        """Say what ``sessions`` can do."""
        return Abilities(
            filters={
                (Field.STATUS, Op.ANY_OF): Support.EXACT,
                # "List": days only.
                (Field.STARTED_AT, Op.AT_OR_AFTER): Support.INEXACT,
                (Field.STARTED_AT, Op.BEFORE): Support.INEXACT,
            },
            absent=_ABSENT,
            # "Pagination": by time of creation. A session is created by its start.
            sorts=tuple(
                SortAbility(Sort(Field.STARTED_AT, newest), timedelta(seconds=1), nulls=Nulls.NEVER)
                for newest in (True, False)
            ),
            # "List": total_count is of all sessions that happened. No word of those filtered for.
            paging=PagingAbility(PagingStyle.AFTER_ID, _LARGEST_PAGE, VendorTotal.ALL),
            has_detail=True,
        )

    def plan(self, query: BackendQuery) -> ScanPlan:
        """Leave out what ``live`` cannot say: several statuses at once, and ``unknown``."""
        plan = super().plan(query)
        sendable = [c for c in plan.pushed if not isinstance(c, AnyOf) or c.values in _LIVE]
        return replace(plan, pushed={c: plan.pushed[c] for c in sendable})

    async def fetch_page(
        self, plan: ScanPlan, at: Address, context: Context[HttpTransport]
    ) -> RawPage:
        """Read the page behind the session of that id, or the first."""
        place = at if isinstance(at, AfterId) else First()
        size = min(plan.page_size or _LARGEST_PAGE, _LARGEST_PAGE)
        query = (*_paging(plan, place, size).items(), *_filters(plan.pushed).items())
        request = HttpRequest("GET", "/sessions", query, self._headers)
        reply = await context.transport.send(request)
        if isinstance(place, AfterId) and reply.status in _MAY_BE_A_LOST_PLACE:
            raise StartOver(f"{request}: {reply.status}, after a session that may be gone")
        page = decode(request, reply, _ENVELOPE)
        rows = page.data
        after = next_after_id(place, size=size, received=len(rows), last_id=_last_id(rows))
        return RawPage(rows, after, total=None if plan.pushed else _count(page.total_count))

    async def get(self, native_id: str, context: Context[HttpTransport]) -> msgspec.Raw | None:
        """Read one session with its statistics."""
        if native_id in {"", ".", ".."}:
            return None  # The path of another call, which would be answered.
        path = f"/sessions/{quote(native_id, safe='')}"
        request = HttpRequest("GET", path, headers=self._headers)
        reply = await context.transport.send(request)
        if reply.status == HTTPStatus.NOT_FOUND:
            return None
        raise_for_status(request, reply)
        return msgspec.Raw(reply.body)

    def normalise(self, record: msgspec.Raw, provenance: Provenance) -> Mapped | Rejected:
        """Map a row of the list, or the statistics of one session, which have other names."""
        return read_record(record, provenance, _session)


def _credentials(options: DigitalSambaOptions) -> dict[str, str]:
    if options.team_id is None or options.auth == "bearer":
        return token_header("Bearer", options.developer_key)
    if options.auth == "bearer_pair":
        return bearer_pair_header(options.team_id, options.developer_key)
    return basic_header(options.team_id, options.developer_key)


def _paging(plan: ScanPlan, place: First | AfterId, size: int) -> dict[str, str]:
    is_ascending = plan.sorted_by is not None and not plan.sorted_by.sort.is_descending
    after = {"after": place.native_id} if isinstance(place, AfterId) else {}
    return {"limit": str(size), "order": "asc" if is_ascending else "desc", **after}


def _filters(conditions: Iterable[Condition]) -> dict[str, str]:
    """Say conditions in the vendor's parameters: of several bounds on a side, the closest."""
    sent: dict[str, str] = {}
    for condition in conditions:
        match condition:
            case AnyOf(values=values):
                sent["live"] = _LIVE[values]
            case AtOrAfter(instant=instant):
                sent["date_start"] = max(_day(instant, -1), sent.get("date_start", ""))
            case Before(instant=instant):
                sent["date_end"] = min(_day(instant, +2), sent.get("date_end", "9999-12-31"))
            case _:
                raise ValueError(f"{condition.field} was never offered")
    return sent


def _day(instant: datetime, shift: int) -> str:
    """Name a day near an instant.

    In which zone the vendor's days are, and whether its last day counts, is not documented. With
    the day before the first bound, and the second day after the last, every match is found
    whichever it is.
    """
    day = instant.astimezone(UTC).toordinal() + shift
    return date.fromordinal(min(max(day, 1), date.max.toordinal())).isoformat()


def _last_id(rows: Sequence[msgspec.Raw]) -> str | None:
    """Find the id to go on after: a row without one is gone on from the row before it."""
    for row in reversed(rows):
        with suppress(UnusableRecordError):
            return Record(row).native_id("id")
    return None


def _count(value: Json) -> int | None:
    """Read a number, or its digits: "List" prints the one, the OpenAPI document the other."""
    try:
        count = msgspec.convert(value, int, strict=False)
    except msgspec.ValidationError:
        return None
    return count if count >= 0 else None


def _session(record: Record, provenance: Provenance) -> Session:
    native_id = _native_id(record)
    started_at = record.take_either("start_time", "session_start_time", _utc)
    told = record.take_either("live", "session_live", _status)
    ended_at = None
    if told is not Status.ACTIVE:  # A live row may have an end_time: so in the OpenAPI sample.
        end = not_before(started_at, _utc)
        ended_at = record.take_either("end_time", "session_end_time", end)
    derived = ("last_activity_at",) if told else ("status", "last_activity_at")
    return Session(
        **provenance.identity(native_id),
        status=told or (Status.ENDED if ended_at else Status.UNKNOWN),
        # The room's: a session has no words of its own.
        title=record.take_either("description", "room_description", text),
        started_at=started_at,
        ended_at=ended_at,
        last_activity_at=ended_at,
        # ``session_duration`` is in minutes cut off, and so stays an attribute.
        duration_s=seconds_between(started_at, ended_at),
        space=_room(record),
        participants=_participants(record),
        inferred=derived if ended_at else (),
        attributes=record.left,
    )


def _native_id(record: Record) -> str:
    """Take ``id``, which the statistics in the OpenAPI document lack: there ``session_id`` is it.

    In the statistics of "List" the two differ, and ``id`` is the one that was asked for.
    """
    if record.peek("id") is None:
        return record.native_id("session_id")
    native_id = record.native_id("id")
    if record.peek("session_id") == native_id:
        record.take("session_id", identifier)
    return native_id


def _status(value: Json) -> Status:
    return Status.ACTIVE if boolean(value) else Status.ENDED


def _room(record: Record) -> Space | None:
    room_id = record.take("room_id", identifier)
    name = record.take_either("friendly_url", "room_friendly_url", text)
    return Space("room", room_id, name) if room_id or name else None


def _participants(record: Record) -> Participants | None:
    counts = Participants(
        current=record.take_either("participants_live", "live_participants", whole_number),
        peak=record.take_either("participants_max", "max_concurrent_participants", whole_number),
        # Not those active now, for which there is live_participants: those who took part.
        total=record.take_either("participants_total", "active_participants", whole_number),
    )
    return None if counts == Participants() else counts
