"""A stand-in for an Ekran System server, after the Ekran System documentation.

What the documents leave open is decided here against the reader, and said so beside it.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from typing import ClassVar, Literal
from zoneinfo import ZoneInfo

from aiohttp import web

from adapters.simulators.ekran.visits import Visit, Visits, Window, divided
from adapters.simulators.server import VendorServer
from adapters.simulators.world import Held, Stay

# Punctuation and all, as the example of "4.1.9. Endpoint Access Control Access Requests (Get)
# Endpoint" has it.
KEY = "aZ)7rsQcpj)l+]}(@_|lt!t%0d&=?#~^x"

LiveLogout = Literal["null", "missing", "empty", "minimum"]

_LARGEST_PAGE = 1000
# No others are documented, so no others are taken ("4.1.3. Sessions (Post) Endpoint").
_DATE_FORMS = ("%Y-%m-%d", "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S")
_UNAUTHORIZED = "<!DOCTYPE html>\n<title>401 - Unauthorized</title><h1>Access is denied</h1>\n"


@dataclass(frozen=True, slots=True)
class Manners:
    """What differs between servers, or is not documented.

    ``live_logout`` is how the logout date of a session that goes on is written.
    """

    needs_key: bool = True
    parameters_in: Literal["body", "query"] = "body"
    timezone: str = "Europe/Paris"
    live_logout: LiveLogout = "null"


class EkranSimulator(VendorServer):
    """Pages through what overlaps a window, in no useful order, and clips it to the window."""

    adapter: ClassVar[str] = "ekran"

    def __init__(
        self,
        *,
        rows: int,
        seed: int,
        clock: Callable[[], datetime],
        manners: Manners = Manners(),  # frozen
    ) -> None:
        super().__init__(rows=rows, seed=seed, clock=clock)
        self._manners = manners
        self._zone = ZoneInfo(manners.timezone)
        self._visits = Visits(self.world, self._zone, seed)

    def options(self, address: str) -> dict[str, object]:
        """Reach the API with its key, in the server's own zone."""
        return {
            "url": f"{address}/ekranapi",
            "api_key": KEY,
            "timezone": self._manners.timezone,
            "parameters_in": self._manners.parameters_in,
        }

    def routes(self) -> list[web.AbstractRouteDef]:
        """Serve the one call, in any case of letters as ASP.NET does."""
        path = "/{api:(?i:ekranapi)}/{call:(?i:sessions)}"
        return [web.post(path, self._list, name="listing")]

    def catch_up(self) -> None:
        """Divide what stays have begun."""
        self._visits.catch_up(self.world.now())

    def held(self) -> list[Held]:
        """Tell every session with its own times, whatever a window makes of them."""
        now = self.world.now()
        return [
            Held(
                str(visit.number),
                visit.start,
                "ended" if visit.end <= now else "active",
                frozenset({str(_user(visit.stay))}),
            )
            for stay in self.world.stays()
            for visit in divided(stay, self._zone)
            if visit.start <= now
        ]

    async def _list(self, request: web.Request) -> web.Response:
        self._authenticate(request)
        given = await self._parameters(request)
        size = _whole(given, "sessionCount", _LARGEST_PAGE, highest=_LARGEST_PAGE)
        first = _whole(given, "pageIndex", 0, highest=2**31 - 1) * size
        window = Window(self._instant(given, "start"), self._instant(given, "end"))
        now = self.world.now()
        chosen = self._visits.chosen(window, now)
        page = [self._row(visit, window, now) for visit in chosen[first : first + size]]
        return web.json_response({"sessions": page, "totalCount": len(chosen)})

    def _authenticate(self, request: web.Request) -> None:
        # The documents name the header alone; a page of IIS is what such servers answer.
        if self._manners.needs_key and request.headers.get("ApiKey") != KEY:
            raise web.HTTPUnauthorized(text=_UNAUTHORIZED, content_type="text/html")

    async def _parameters(self, request: web.Request) -> dict[str, object]:
        """Bind names in any case of letters, from the one place this server looks in."""
        if self._manners.parameters_in == "query":
            return {name.lower(): value for name, value in request.query.items() if value}
        if request.content_type != "application/json":
            raise web.HTTPUnsupportedMediaType
        try:
            given = json.loads(await request.read())
        except ValueError:
            given = None
        if not isinstance(given, dict):
            raise _problem("", "A non-empty request body is required.")
        return {name.lower(): value for name, value in given.items()}

    def _instant(self, given: Mapping[str, object], name: str) -> datetime | None:
        value = given.get(name)
        if value is None:
            return None
        for form in _DATE_FORMS:
            try:
                local = datetime.strptime(str(value), form)  # noqa: DTZ007  # the zone follows
            except ValueError:
                continue
            # .NET takes a local time that occurs twice for standard time, the second.
            return local.replace(tzinfo=self._zone, fold=1).astimezone(UTC)
        raise _problem(name, f"The value '{value}' is not valid.")

    def _row(self, visit: Visit, window: Window, now: datetime) -> dict[str, object]:
        login, logout = window.clip(visit, now)
        idle = (logout - login) * round(visit.stay.luck, 2) / 2
        row = {
            # The names of "4.1.2. Sessions (Get) Endpoint"; those of the two times beside the
            # duration are not documented.
            "sessionId": visit.number,
            "userId": _user(visit.stay),
            "clientGuid": f"{visit.stay.person.number:08d}-g3ff-4114-a814-f3aeee14dgdg",
            "loginDate": self._date(login, visit),
            "logoutDate": self._date(logout, visit),
            "duration": _time_span(logout - login),
            "productivityTime": _time_span(logout - login - idle),
            "idleTime": _time_span(idle),
            # The table has room for a ninth field and names none. The product's own list shows
            # this one ("The Client Sessions List").
            "alertRiskLevel": visit.stay.choose("Normal", "High", "Critical", "") or None,
        }
        # With an end to the window, its last activity makes even a live session look finished.
        if visit.end > now and window.end is None:
            return self._live(row)
        return row

    def _live(self, row: dict[str, object]) -> dict[str, object]:
        if self._manners.live_logout == "missing":
            return {name: value for name, value in row.items() if name != "logoutDate"}
        written = {"null": None, "empty": "", "minimum": "0001-01-01T00:00:00"}
        return row | {"logoutDate": written[self._manners.live_logout]}

    def _date(self, instant: datetime, visit: Visit) -> str:
        """Write seven digits and an offset: the server's own, or that of a client abroad."""
        zone = timezone(timedelta(hours=5)) if visit.stay.number % 5 == 0 else self._zone
        local = instant.astimezone(zone).isoformat(timespec="microseconds")
        return f"{local[:26]}{visit.number % 10}{local[26:]}"


def _problem(name: str, message: str) -> web.HTTPBadRequest:
    # The status is documented, for too large a page; the form is what ASP.NET makes of it.
    problem = {
        "title": "One or more validation errors occurred.",
        "status": 400,
        "errors": {name: [message]},
        "traceId": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00",
    }
    return web.HTTPBadRequest(text=json.dumps(problem), content_type="application/problem+json")


def _whole(given: Mapping[str, object], name: str, default: int, *, highest: int) -> int:
    value = given.get(name.lower(), default)
    is_number = isinstance(value, int | str) and not isinstance(value, bool)
    if not is_number or not str(value).isdecimal() or int(str(value)) > highest:
        raise _problem(name, f"The value '{value}' is not valid.")
    return int(str(value))


def _user(stay: Stay) -> int:
    return 61 + stay.person.number


def _time_span(length: timedelta) -> str:
    """Write a .NET TimeSpan: days and the fraction only where there are any."""
    seconds = length.seconds
    clock = f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"
    days = f"{length.days}." if length.days else ""
    return days + clock + (f".{length.microseconds:06d}0" if length.microseconds else "")
