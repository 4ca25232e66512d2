"""What Ekran tells of a session, in canonical words, and what places it among others."""

from collections.abc import Callable, Collection
from datetime import datetime, timedelta, tzinfo

import msgspec

from adapters.toolkit.durations import dotnet_time_span, is_short_time_span, seconds_between
from adapters.toolkit.instants import iso_instant_in, not_before
from adapters.toolkit.outlines import told, told_end
from adapters.toolkit.record import Record, identifier, text
from gateway.spi import Json, Named, Outline, Provenance, Session, Status

_NO_DATE = "0001-01-01"  # What .NET writes for a date that was never set.


class Row(msgspec.Struct, rename="camel", forbid_unknown_fields=True, gc=False):
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


ROW = msgspec.json.Decoder(Row)


class Records:
    """Reads the records of a server whose times are in a zone where they do not say their own."""

    def __init__(self, zone: tzinfo) -> None:
        self._instant = iso_instant_in(zone)
        self._end = _unless_never_set(self._instant)

    def session(self, record: Record, provenance: Provenance) -> Session:
        """Map a row."""
        spelled = _Spellings(record.left).of
        record.holds_until = None  # Nothing is inferred from the clock.
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

    def outline(self, row: Row, provenance: Provenance) -> Outline:
        """Place a row; raise ``ValueError`` for one that is not as it should be."""
        has_times = row.login_date is not msgspec.UNSET or row.logout_date is not msgspec.UNSET
        started_at = told(row.login_date or None, self._instant)
        ended_at = told_end(row.logout_date or None, started_at, self._end)
        if ended_at and row.duration and not is_short_time_span(row.duration):
            raise ValueError("no session outlasts a midnight")
        return Outline(
            backend=provenance.backend,
            native_id=identifier(row.session_id),
            status=_status(ended_at, is_clear=has_times),
            started_at=started_at,
            ended_at=ended_at,
            last_activity_at=None,
            as_of=provenance.as_of,
            holds_until=None,
        )


class _Spellings:
    """How a record spells the names of its fields, in upper or lower case."""

    def __init__(self, fields: Collection[str]) -> None:
        self._fields = fields
        self._own = {name.lower(): name for name in fields}

    def of(self, *names: str) -> str:
        """Find a field's own spelling: that of the first of these names there is."""
        if names[0] in self._fields:
            return names[0]
        for name in names:
            if (own := self._own.get(name.lower())) is not None:
                return own
        return names[0]


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
