"""What an Ekran server writes of a session, as far as the documents tell."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from adapters.simulators.ekran.manners import Manners
from adapters.simulators.ekran.visits import ABROAD, Visit, Window, is_abroad
from adapters.simulators.world import Stay

_Row = dict[str, object]


def row_of(visit: Visit, window: Window, now: datetime, manners: Manners) -> _Row:
    """Write a session as a window shows it."""
    login, logout = window.clip(visit, now)
    whole = min(visit.end, now) - visit.start
    length = logout - login if manners.clips_durations else whole
    idle = length * round(visit.stay.luck, 2) / 2
    row: _Row = {
        # The names of "4.1.2. Sessions (Get) Endpoint"; those of the two times beside the
        # duration are not documented.
        "sessionId": visit.number,
        "userId": user_of(visit.stay),
        "clientGuid": f"{visit.stay.person.number:08d}-g3ff-4114-a814-f3aeee14dgdg",
        "loginDate": _date(login, visit, manners),
        "logoutDate": _date(logout, visit, manners),
        "duration": _time_span(length),
        "productivityTime": _time_span(length - idle),
        "idleTime": _time_span(idle),
        # The table has room for a ninth field and names none. The product's own list shows
        # this one ("The Client Sessions List").
        "alertRiskLevel": visit.stay.choose("Normal", "High", "Critical", "") or None,
    }
    if manners.names_people:
        row |= {"userName": name_of(visit.stay), "clientName": f"PC-{visit.stay.person.number}"}
    # With an end to the window, its last activity makes even a live session look finished.
    if visit.end > now and window.end is None:
        row = _live(row, manners)
    return (
        row if manners.names == "camel" else {name[0].upper() + name[1:]: row[name] for name in row}
    )


def user_of(stay: Stay) -> int:
    """Give the id of a user."""
    return 61 + stay.person.number


def name_of(stay: Stay) -> str:
    """Name a user: with the second log-in, where there is one ("The Client Sessions List")."""
    login = stay.person.login
    return f"{login} ({login}@example.org)" if stay.person.number % 3 == 0 else login


def _live(row: _Row, manners: Manners) -> _Row:
    if manners.live_logout == "missing":
        return {name: value for name, value in row.items() if name != "logoutDate"}
    written = {"null": None, "empty": "", "minimum": "0001-01-01T00:00:00"}
    return row | {"logoutDate": written[manners.live_logout]}


def _in_pascal_case(row: _Row) -> _Row:
    return {name[0].upper() + name[1:]: value for name, value in row.items()}


def _date(instant: datetime, visit: Visit, manners: Manners) -> str:
    """Write seven digits and an offset: the server's own, or that of a client abroad."""
    server = ZoneInfo(manners.timezone)
    zone = ABROAD if is_abroad(visit.stay) and manners.has_offsets else server
    local = instant.astimezone(zone)
    written = (local if manners.has_offsets else local.replace(tzinfo=None)).isoformat(
        timespec="microseconds"
    )
    return f"{written[:26]}{visit.number % 10}{written[26:]}"


def _time_span(length: timedelta) -> str:
    """Write a .NET TimeSpan: days and the fraction only where there are any."""
    seconds = length.seconds
    clock = f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"
    days = f"{length.days}." if length.days else ""
    return days + clock + (f".{length.microseconds:06d}0" if length.microseconds else "")
