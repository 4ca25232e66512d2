"""EMOTIV Cortex, version 1: JSON-RPC over one WebSocket, and a bare array of everything.

Source: the Cortex API v1 documentation, its parts named in quotes. It shows two generations of the
session object, which one array may mix: "querySessions" the earlier, "Session Object" the later.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from itertools import chain
from typing import Annotated, ClassVar, Literal, Self, TypeVar

import msgspec
from pydantic import SecretStr, field_validator, model_validator

from adapters.toolkit.durations import seconds_between
from adapters.toolkit.instants import iso_instant, not_before
from adapters.toolkit.record import Record, read_record, text, texts
from gateway.spi import (
    Abilities,
    AdapterOptions,
    Address,
    BadAnswer,
    Client,
    Context,
    ErrorCode,
    Field,
    GiveUp,
    Json,
    LogInAgain,
    Mapped,
    Named,
    PagingAbility,
    PagingStyle,
    Provenance,
    RawPage,
    Rejected,
    RpcEndpoint,
    RpcError,
    RpcTransport,
    ScanPlan,
    Session,
    SessionAdapter,
    Space,
    Status,
    Ticket,
    TryAgainLater,
    UpstreamError,
)

T = TypeVar("T")


class CortexOptions(AdapterOptions):
    """Where Cortex listens, and the application and the account to work as.

    Without ``username`` the account that is logged in at the machine is used, whoever it is.
    """

    dialect: Literal["v1"] = "v1"
    client_id: str | None = None
    client_secret: SecretStr | None = None
    username: str | None = None
    password: SecretStr | None = None
    license: str | None = None

    @model_validator(mode="before")
    @classmethod
    def _remember_nothing(cls, options: object) -> object:
        if isinstance(options, dict) and "remember_closed" in options:
            raise ValueError("remember_closed is not in force yet; leave it out")
        return options

    @field_validator("dialect", mode="before")
    @classmethod
    def _speak_v1(cls, dialect: object) -> object:
        if dialect in ("auto", "v2"):
            raise ValueError(f"dialect {dialect!r} is not in force yet; use v1")
        return dialect

    @model_validator(mode="after")
    def _have_whole_credentials(self) -> Self:
        if (self.client_id is None) != (self.client_secret is None):
            raise ValueError("client_id and client_secret go together; give both or neither")
        if (self.username is None) != (self.password is None):
            raise ValueError("username and password go together; give both or neither")
        if self.username is not None and self.client_id is None:
            raise ValueError("username needs client_id and client_secret: login asks for them")
        return self


class _Authorized(msgspec.Struct):
    token: Annotated[str, msgspec.Meta(min_length=1)] = msgspec.field(name="_auth")


_USERS = msgspec.json.Decoder(list[str])
_ANYTHING = msgspec.json.Decoder(msgspec.Raw)
_AUTHORIZED = msgspec.json.Decoder(_Authorized)
_ROWS = msgspec.json.Decoder(list[msgspec.Raw])


class CortexAdapter(SessionAdapter[RpcTransport]):
    """Reads ``querySessions``, which answers every session of the machine at once."""

    vendor: ClassVar[str] = "cortex"
    options_model = CortexOptions

    def __init__(self, options: CortexOptions) -> None:
        self._options = options

    def endpoint(self) -> RpcEndpoint:
        """Ask by JSON-RPC, one call at a time: requests are synchronous ("JSON-RPC")."""
        return RpcEndpoint(self._options.url, is_serial=True)

    def abilities(self) -> Abilities:
        """Say that all is to be done here: there is neither paging nor an order.

        A query may name "any field", but only equality of ``status`` is shown, with one native
        word at a time, and ``active`` is two of them.
        """
        return Abilities(
            absent=frozenset({Field.LANGUAGE}),
            paging=PagingAbility(PagingStyle.SINGLE),
            max_concurrency=1,
        )

    async def log_in(self, transport: RpcTransport) -> Ticket:
        """Log in where nobody is, and authorize ("How to authorize with an emotiv id").

        Somebody else is never logged out, as that page has it: Cortex knows one account at a
        time, and whoever is logged in may be recording with it.
        """
        users = await _call(transport, "getUserLogin", None, _USERS)
        options = self._options
        client = _given(client_id=options.client_id, client_secret=options.client_secret)
        account = _given(username=options.username, password=options.password)
        if account and users and options.username not in users:
            raise GiveUp(
                ErrorCode.AUTH,
                "getUserLogin: somebody other than username is logged in; log them out there",
            )
        if account and not users:
            await _call(transport, "login", account | client, _ANYTHING)
        # No debit is asked for: reading spends no quota of the licence.
        wanted = client | _given(license=options.license)
        authorized = await _call(transport, "authorize", wanted, _AUTHORIZED)
        return Ticket({"_auth": authorized.token})

    async def fetch_page(
        self,
        plan: ScanPlan,  # noqa: ARG002  # there is nothing to push
        at: Address,  # noqa: ARG002  # there is one page
        context: Context[RpcTransport],
    ) -> RawPage:
        """Read the whole array."""
        # ``query`` is left out, as in "Example: Query all", though the table says it is required.
        rows = await _call(context.transport, "querySessions", context.ticket.values, _ROWS)
        return RawPage(rows)

    def normalise(self, record: msgspec.Raw, provenance: Provenance) -> Mapped | Rejected:
        """Map a session object of either generation."""
        return read_record(record, provenance, _session)


def _given(**values: str | SecretStr | None) -> dict[str, object]:
    """Make parameters of what is configured; a secret is revealed for this one call."""
    return {
        name: value.get_secret_value() if isinstance(value, SecretStr) else value
        for name, value in values.items()
        if value is not None
    }


async def _call(
    transport: RpcTransport,
    method: str,
    params: Mapping[str, object] | None,
    decoder: msgspec.json.Decoder[T],
) -> T:
    try:
        result = await transport.call(method, params)
    except RpcError as error:
        raise _error_for(error) from error
    try:
        return decoder.decode(result)
    except (ValueError, RecursionError) as error:
        raise BadAnswer(ErrorCode.SCHEMA, f"{method}: not the result of version 1") from error


def _error_for(error: RpcError) -> UpstreamError:
    message = str(error)
    if error.code in _LOGGED_OUT:
        return LogInAgain(message)
    if error.code in _TROUBLE:
        return TryAgainLater(_TROUBLE[error.code], message)
    if error.code in _REFUSED:
        return GiveUp(_REFUSED[error.code], message)
    return BadAnswer(ErrorCode.UPSTREAM_ERROR, message)


# The codes of "Errors" that a log-in or a query can bring; the others are about headsets and such.
_LOGGED_OUT = {-32014, -32015, -32033, -32034, -32035}  # the token, or the user it was for
_TROUBLE = {
    -32603: ErrorCode.UPSTREAM_ERROR,
    -32039: ErrorCode.TIMEOUT,
    -32003: ErrorCode.UNAVAILABLE,  # no Internet connection
}
_ACCOUNT = (-32001, -32021, -32023, -32032, -32047)
_LICENCE = (-32002, -32006, -32022, -32024, -32025, -32026, -32027, -32041, -32043)
_REFUSED = {
    **dict.fromkeys(_ACCOUNT + _LICENCE, ErrorCode.AUTH),
    **dict.fromkeys((-32700, -32600, -32601, -32602, -32018), ErrorCode.PROTOCOL),
}

# "Session lifecycle": a session is open in two ways, and closed for good.
_STATUSES = {"opened": Status.ACTIVE, "activated": Status.ACTIVE, "closed": Status.ENDED}
_ANONYMOUS = "Basic"  # the ``owner`` where nobody is ("Session Object")


def _session(record: Record, provenance: Provenance) -> Session:
    native_id = record.native_id("id")
    native_status = record.take("status", text)
    status = _STATUSES.get(native_status or "", Status.UNKNOWN)
    started_at = record.take("started", iso_instant)
    ended_at = None
    if status is not Status.ACTIVE or not record.peek("stopped"):  # What goes on has not ended.
        ended_at = record.take("stopped", not_before(started_at, iso_instant))
    last_activity_at = _last_activity(record, ended_at)
    owner = None if record.peek("owner") == _ANONYMOUS else record.take("owner", text)
    application = record.take_either("appId", "client", text)
    project = record.take("project", text)
    return Session(
        **provenance.identity(native_id),
        status=status,
        native_status=native_status,
        title=record.take("title", text),
        started_at=started_at,
        ended_at=ended_at,
        last_activity_at=last_activity_at,
        duration_s=seconds_between(started_at, ended_at) if status is Status.ENDED else None,
        user=Named(id=owner) if owner else None,
        device=_device(record),
        client=Client(name=application) if application else None,
        space=Space("project", name=project) if project else None,
        tags=record.take("tags", texts) or (),
        inferred=("last_activity_at",) if last_activity_at else (),
        attributes=record.left,
    )


class _Headset(msgspec.Struct, rename="camel"):
    id: str | None = None
    label: str | None = None
    custom_name: str | None = None


def _device(record: Record) -> Named | None:
    """Name the headset. Where it is an object, that says more than a device can hold."""
    read = record.look_into if isinstance(record.peek("headset"), dict) else record.take
    return read("headset", _headset)


def _headset(value: Json) -> Named | None:
    if isinstance(value, str):
        return Named(id=value)
    headset = msgspec.convert(value, _Headset)
    name = headset.label or headset.custom_name or None
    return Named(headset.id or None, name) if headset.id or name else None


class _Marker(msgspec.Struct):
    events: list[list[Json]] | None = None


def _last_activity(record: Record, ended_at: datetime | None) -> datetime | None:
    """Find the latest instant the record tells of, its start aside.

    The markers are many, so only their number is left; the raw record has them whole.
    """
    markers = record.take("markers", _instants_of_markers)
    if markers is not None:
        record.left["markers"] = len(markers)
    recordings = record.look_into("logs", _instants_of_recordings)
    told = chain(*(markers or ()), recordings or (), (ended_at,))
    return max(filter(None, told), default=None)


def _instants_of_markers(value: Json) -> list[list[datetime]]:
    markers = msgspec.convert(value, list[_Marker])
    return [_instants(event[0] for event in marker.events or () if event) for marker in markers]


def _instants_of_recordings(value: Json) -> list[datetime]:
    logs = msgspec.convert(value, dict[str, Json])
    recordings = msgspec.convert(logs.get("recordInfos") or [], list[dict[str, Json]])
    names = ("startMarkerRecording", "stopMarkerRecording")
    return _instants(recording.get(name) for recording in recordings for name in names)


def _instants(values: Iterable[Json]) -> list[datetime]:
    """Read instants, passing over those that are not yet: an empty text says so."""
    return [iso_instant(value) for value in values if value not in (None, "")]
