"""The calls to an Ekran server, and what it can do itself."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from zoneinfo import ZoneInfo

import msgspec

from adapters.ekran.options import EkranOptions
from adapters.ekran.records import ROW, Records
from adapters.toolkit.outlines import outlined
from adapters.toolkit.paginators import may_be_no_page, next_page_index
from adapters.toolkit.record import read_record
from adapters.toolkit.replies import decode
from gateway.spi import (
    Abilities,
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
    Mapped,
    Op,
    Outline,
    PageIndex,
    PagingAbility,
    PagingStyle,
    Provenance,
    RawPage,
    Rejected,
    ScanPlan,
    SessionAdapter,
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


class _Envelope(msgspec.Struct, rename="camel"):
    sessions: list[msgspec.Raw]
    total_count: int | None = None


_ENVELOPE = msgspec.json.Decoder(_Envelope)


class EkranAdapter(SessionAdapter[HttpTransport]):
    """Reads ``POST sessions``: pages by number in no promised order, of a window of time."""

    vendor = "ekran"
    options_model = EkranOptions

    def __init__(self, options: EkranOptions) -> None:
        self._url = options.url
        self._zone = ZoneInfo(options.timezone)
        self._records = Records(self._zone)
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
        return read_record(record, provenance, self._records.session)

    def outline(self, record: msgspec.Raw, provenance: Provenance) -> Outline | None:
        """Place a session of the list."""
        return outlined(record, ROW, provenance, self._records.outline)

    def _request(self, parameters: Mapping[str, str | int]) -> HttpRequest:
        # 4.1.3 does not say where the parameters go, so it is an option.
        if self._parameters_in == "query":
            query = tuple((name, str(value)) for name, value in parameters.items())
            return HttpRequest("POST", "/sessions", query=query, headers=self._headers)
        headers = {**self._headers, "Content-Type": "application/json"}
        body = msgspec.json.encode(parameters)
        return HttpRequest("POST", "/sessions", headers=headers, body=body)


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
