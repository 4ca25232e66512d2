"""The calls that are made to Digital Samba."""

from dataclasses import replace
from datetime import timedelta
from http import HTTPStatus
from urllib.parse import quote

import msgspec

from adapters.digital_samba.listing import (
    ENVELOPE,
    LARGEST_PAGE,
    can_say,
    count,
    filters,
    following,
    id_of,
    in_room,
    paging,
)
from adapters.digital_samba.options import DigitalSambaOptions, credentials
from adapters.digital_samba.records import (
    FIELDS,
    ORIGINS,
    TOLD,
    Fields,
    has_ended,
    is_whole,
    joined,
    outline_of,
    room_and_start,
    session_of,
)
from adapters.toolkit.outlines import outlined
from adapters.toolkit.record import read_record
from adapters.toolkit.replies import decode, raise_for_status
from gateway.spi import (
    Abilities,
    Address,
    AfterId,
    BackendQuery,
    Context,
    Done,
    Field,
    First,
    HttpEndpoint,
    HttpRequest,
    HttpTransport,
    Mapped,
    Nulls,
    Op,
    Operation,
    Outline,
    PagingAbility,
    PagingStyle,
    Provenance,
    Rate,
    RawPage,
    Refusal,
    Refused,
    Rejected,
    ScanPlan,
    SessionAdapter,
    Sort,
    SortAbility,
    StartOver,
    Support,
    Unclear,
    UpstreamError,
    VendorTotal,
    Write,
    WriteOutcome,
)

# What a server says to the id of a session that is gone is not documented.
_MAY_BE_A_LOST_PLACE = {400, 404, 422}

# The "API Error Reference" has 409 for a session that has ended already. No document of the API
# itself tells, so whatever may mean it is looked into.
_MAY_HAVE_ENDED = {404, 409, 422}

# A page holds a hundred; one is enough unless the vendor sends less.
_MOST_PAGES_OF_A_ROOM = 10

_ABSENT = frozenset(
    {
        # Users, and what they use, are known to the participants of a session alone.
        *(Field.USER, Field.DEVICE, Field.CLIENT),
        *(Field.LANGUAGE, Field.TAG, Field.NATIVE_STATUS),
    }
)


class DigitalSambaAdapter(SessionAdapter[HttpTransport]):
    """Reads ``sessions``, newest or oldest first, up to a hundred at a time, and ends one."""

    vendor = "digital_samba"
    options_model = DigitalSambaOptions

    def __init__(self, options: DigitalSambaOptions) -> None:
        self._url = options.url
        self._headers = {"Accept": "application/json", **credentials(options)}

    def endpoint(self) -> HttpEndpoint:
        """Ask over HTTP."""
        return HttpEndpoint(self._url)

    def abilities(self) -> Abilities:
        """Say what ``sessions`` can do."""
        return Abilities(
            filters={
                (Field.STATUS, Op.ANY_OF): Support.EXACT,
                (Field.SPACE, Op.ANY_OF): Support.EXACT,
                # "List": days only.
                (Field.STARTED_AT, Op.AT_OR_AFTER): Support.INEXACT,
                (Field.STARTED_AT, Op.BEFORE): Support.INEXACT,
            },
            absent=_ABSENT,
            # Of people there are only numbers: names are told of participants, by another call.
            personal=frozenset(),
            origins=ORIGINS,
            # "Pagination": by time of creation. A session is created by its start.
            sorts=tuple(
                SortAbility(Sort(Field.STARTED_AT, newest), timedelta(seconds=1), nulls=Nulls.NEVER)
                for newest in (True, False)
            ),
            # "List": total_count is of all sessions that happened. No word of those filtered for.
            paging=PagingAbility(PagingStyle.AFTER_ID, LARGEST_PAGE, VendorTotal.ALL),
            has_detail=True,
            # "Rate limiting".
            max_rate=Rate(1000, 60),
            # The vendor makes sessions itself, when somebody enters an empty room.
            operations={Operation.END: {}},
        )

    def plan(self, query: BackendQuery) -> ScanPlan:
        """Leave out what the vendor has no parameter for."""
        plan = super().plan(query)
        return replace(plan, pushed={c: how for c, how in plan.pushed.items() if can_say(c)})

    async def fetch_page(
        self, plan: ScanPlan, at: Address, context: Context[HttpTransport]
    ) -> RawPage:
        """Read the page behind the session of that id, or the first."""
        place = at if isinstance(at, AfterId) else First()
        size = min(plan.page_size or LARGEST_PAGE, LARGEST_PAGE)
        query = (*paging(plan, place, size).items(), *filters(plan.pushed).items())
        request = HttpRequest("GET", "/sessions", query, self._headers)
        reply = await context.transport.send(request)
        if isinstance(place, AfterId) and reply.status in _MAY_BE_A_LOST_PLACE:
            raise StartOver(f"{request}: {reply.status}, after a session that may be gone")
        page = decode(request, reply, ENVELOPE)
        total = None if plan.pushed else count(page.total_count)
        return RawPage(page.data, following(place, page, size), total)

    async def get(self, native_id: str, context: Context[HttpTransport]) -> msgspec.Raw | None:
        """Read one session with its statistics, and what only the list tells of it.

        The statistics of the OpenAPI document tell all that a row does. Those of "List" do not:
        then the row is asked for too.
        """
        if not _is_part_of_a_path(native_id):
            return None
        request = HttpRequest("GET", _path(native_id), headers=self._headers)
        reply = await context.transport.send(request)
        if reply.status == HTTPStatus.NOT_FOUND:
            return None
        statistics = decode(request, reply, FIELDS)
        if is_whole(statistics):
            return msgspec.Raw(reply.body)
        return joined(statistics, await self._row(native_id, msgspec.Raw(reply.body), context))

    async def write(self, write: Write, context: Context[HttpTransport]) -> WriteOutcome:
        """End a session and put everybody out of it; one that has ended stays as it is."""
        native_id = write.native_id or ""
        if not _is_part_of_a_path(native_id):
            return Refused(Refusal.NOT_FOUND)
        # A sample has GET here. The text beside it and every other document have POST.
        request = HttpRequest("POST", f"{_path(native_id)}/end", headers=self._headers)
        reply = await context.transport.send(request)
        if reply.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            return Unclear()
        if reply.status in _MAY_HAVE_ENDED:
            record = await self.get(native_id, context)
            if record is None:
                return Refused(Refusal.NOT_FOUND)
            if has_ended(record):
                return Done(record)
        raise_for_status(request, reply)
        return Done(await self._as_it_is_now(native_id, context))

    def normalise(self, record: msgspec.Raw, provenance: Provenance) -> Mapped | Rejected:
        """Map a row of the list, or the statistics of one session, which have other names."""
        return read_record(record, provenance, session_of)

    def outline(self, record: msgspec.Raw, provenance: Provenance) -> Outline | None:
        """Place a session by its start, its end, and whether it is live."""
        return outlined(record, TOLD, provenance, outline_of)

    async def _row(
        self, native_id: str, statistics: msgspec.Raw, context: Context[HttpTransport]
    ) -> Fields:
        """Ask for the row of a session; empty if it is not among the first few pages of its room.

        The list takes no id, but a room, of which a thousand sessions in four days are many.
        """
        known = room_and_start(statistics)
        place: First | AfterId | None = None if known is None else First()
        for _ in range(_MOST_PAGES_OF_A_ROOM):
            if place is None or known is None:
                break
            request = HttpRequest("GET", "/sessions", in_room(*known, place), self._headers)
            page = decode(request, await context.transport.send(request), ENVELOPE)
            row = next((row for row in page.data if id_of(row) == native_id), None)
            if row is not None:
                return FIELDS.decode(row)
            place = following(place, page, LARGEST_PAGE)
        return {}

    async def _as_it_is_now(
        self, native_id: str, context: Context[HttpTransport]
    ) -> msgspec.Raw | None:
        """Read what was ended. That it cannot be read does not undo it."""
        try:
            return await self.get(native_id, context)
        except UpstreamError:
            return None


def _is_part_of_a_path(native_id: str) -> bool:
    """Say whether an id names a session: others would lead to another call, and be answered."""
    return native_id not in {"", ".", ".."}


def _path(native_id: str) -> str:
    return f"/sessions/{quote(native_id, safe='')}"
