"""A faithful adapter of the depot: what mutants are made of."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

import msgspec
from msgspec import Raw
from pydantic import SecretStr

from adapters.toolkit.durations import seconds_between
from adapters.toolkit.instants import iso_instant_in, not_before
from adapters.toolkit.record import Record, identifier, read_record, text
from adapters.toolkit.replies import decode, raise_for_status
from gateway.spi import (
    Abilities,
    AdapterOptions,
    Address,
    AnyOf,
    AtOrAfter,
    BackendQuery,
    Before,
    Condition,
    Context,
    Done,
    Field,
    HttpEndpoint,
    HttpReply,
    HttpRequest,
    HttpTransport,
    Mapped,
    Named,
    Nulls,
    Op,
    Operation,
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
    Sort,
    SortAbility,
    StartOver,
    Status,
    Support,
    Ticket,
    Token,
    Unclear,
    VendorTotal,
    Write,
    WriteField,
    WriteOutcome,
)

_STATES = {"active": "open", "ended": "closed"}
_STATUSES = {"open": Status.ACTIVE, "closed": Status.ENDED}
_instant = iso_instant_in(UTC)


class DepotOptions(AdapterOptions):
    user: str
    password: SecretStr


class _Page(msgspec.Struct):
    stays: list[Raw]
    next: str | None
    count: int


class _Ticket(msgspec.Struct):
    token: str


class _Who(msgspec.Struct, forbid_unknown_fields=True):
    no: int
    name: str


_PAGE = msgspec.json.Decoder(_Page)
_TICKET = msgspec.json.Decoder(_Ticket)
_RECORD = msgspec.json.Decoder(dict[str, Raw])


class DepotAdapter(SessionAdapter[HttpTransport]):
    vendor = "depot"
    options_model = DepotOptions

    def __init__(self, options: DepotOptions) -> None:
        self.options = options

    def endpoint(self) -> HttpEndpoint:
        return HttpEndpoint(self.options.url)

    def abilities(self) -> Abilities:
        second = timedelta(seconds=1)
        return Abilities(
            filters={
                (Field.STATUS, Op.ANY_OF): Support.EXACT,
                (Field.STARTED_AT, Op.AT_OR_AFTER): Support.INEXACT,
                (Field.STARTED_AT, Op.BEFORE): Support.INEXACT,
            },
            absent=frozenset({Field.LANGUAGE, Field.TAG, Field.TITLE}),
            sorts=tuple(
                SortAbility(Sort(Field.STARTED_AT, is_descending=falls), second, nulls=Nulls.NEVER)
                for falls in (True, False)
            ),
            paging=PagingAbility(
                PagingStyle.CURSOR, max_size=50, total=VendorTotal.PUSHED, is_stable=True
            ),
            has_detail=True,
            operations={
                Operation.CREATE: {"user.name": WriteField(is_required=True)},
                Operation.END: {},
            },
        )

    def plan(self, query: BackendQuery) -> ScanPlan:
        asked = BackendQuery(tuple(c for c in query.conditions if _is_sendable(c)), query.order)
        return super().plan(asked)

    async def log_in(self, transport: HttpTransport) -> Ticket:
        password = self.options.password.get_secret_value()
        body = msgspec.json.encode({"user": self.options.user, "password": password})
        request = HttpRequest("POST", "/login", headers={"Content-Type": _JSON}, body=body)
        found = decode(request, await transport.send(request), _TICKET)
        return Ticket({"token": found.token})

    async def fetch_page(
        self, plan: ScanPlan, at: Address, context: Context[HttpTransport]
    ) -> RawPage:
        request = self._request("GET", "/stays", context, query=self._asked(plan, at))
        reply = await context.transport.send(request)
        if reply.status == 410:
            raise StartOver(f"{request}: the token is not known")
        return self._page(request, reply)

    def _page(self, request: HttpRequest, reply: HttpReply) -> RawPage:
        page = decode(request, reply, _PAGE)
        return RawPage(page.stays, Token(page.next) if page.next else None, page.count)

    def _asked(self, plan: ScanPlan, at: Address) -> dict[str, str]:
        falls = plan.sorted_by is None or plan.sorted_by.sort.is_descending
        asked = {"size": str(plan.page_size or 50), "order": "newest" if falls else "oldest"}
        for condition in plan.pushed:
            match condition:
                case AnyOf(Field.STATUS, values):
                    asked["state"] = next(_STATES[v] for v in sorted(values) if v in _STATES)
                case AtOrAfter(Field.STARTED_AT, instant):
                    asked["from"] = max(asked.get("from", ""), _day(instant))
                case Before(Field.STARTED_AT, instant):
                    asked["until"] = min(asked.get("until", "~"), _day(instant))
        if isinstance(at, Token):
            asked["token"] = at.text
        return asked

    async def get(self, native_id: str, context: Context[HttpTransport]) -> Raw | None:
        if native_id in {"", ".", ".."}:
            return None
        request = self._request("GET", f"/stays/{quote(native_id, safe='')}", context)
        reply = await context.transport.send(request)
        if reply.status == 404:
            return None
        decode(request, reply, _RECORD)
        return Raw(reply.body)

    async def write(self, write: Write, context: Context[HttpTransport]) -> WriteOutcome:
        path, body = "/stays", {"name": write.fields.get("user.name")}
        if write.native_id is not None:
            path, body = f"/stays/{quote(write.native_id, safe='')}/close", {}
        request = self._request("POST", path, context, body=msgspec.json.encode(body))
        reply = await context.transport.send(request)
        if reply.status >= 500:
            return Unclear()
        if reply.status == 404:
            return Refused(Refusal.NOT_FOUND)
        raise_for_status(request, reply)
        return Done(Raw(reply.body), is_new=write.native_id is None)

    def normalise(self, record: Raw, provenance: Provenance) -> Mapped | Rejected:
        return read_record(record, provenance, self.session_of)

    def session_of(self, record: Record, provenance: Provenance) -> Session:
        native_id = record.native_id("key")
        started_at = record.take("since", _instant)
        ended_at = record.take("left", not_before(started_at, _instant))
        state = record.take("state", text)
        who = record.take("who", _who)
        desk = record.take("desk", identifier)
        return Session(
            **provenance.identity(native_id),
            status=_STATUSES.get(state or "", Status.UNKNOWN),
            native_status=state,
            started_at=started_at,
            ended_at=ended_at,
            duration_s=seconds_between(started_at, ended_at),
            user=who,
            device=Named(id=desk) if desk else None,
            attributes=record.left,
        )

    def _request(
        self,
        method: str,
        path: str,
        context: Context[HttpTransport],
        query: Mapping[str, str] = {},
        body: bytes | None = None,
    ) -> HttpRequest:
        headers = {"Authorization": f"Bearer {context.ticket.values['token']}"}
        if body is not None:
            headers["Content-Type"] = _JSON
        return HttpRequest(method, path, tuple(query.items()), headers, body)


_JSON = "application/json"


def _is_sendable(condition: Condition) -> bool:
    """Send a status only where it says whether a stay goes on, or is over, and not both."""
    if not isinstance(condition, AnyOf) or condition.field is not Field.STATUS:
        return True
    return len(condition.values & _STATES.keys()) == 1


def _day(instant: datetime) -> str:
    return instant.astimezone(UTC).date().isoformat()


def _who(value: object) -> Named:
    who = msgspec.convert(value, _Who)
    return Named(str(who.no), who.name)
