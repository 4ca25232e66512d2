"""A stand-in for an Ekran System server, after the Ekran System documentation.

What the documents leave open is decided here against the reader, and said so beside it.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from typing import ClassVar
from zoneinfo import ZoneInfo

from aiohttp import web

from adapters.simulators.ekran.facts import FACTS
from adapters.simulators.ekran.manners import Manners
from adapters.simulators.ekran.rows import name_of, row_of, user_of
from adapters.simulators.ekran.visits import Visit, Visits, Window, divided
from adapters.simulators.facts import Facts
from adapters.simulators.server import VendorServer
from adapters.simulators.world import Held, Stay

__all__ = ["KEY", "EkranSimulator", "Manners"]

# Punctuation and all, as the example of "4.1.9. Endpoint Access Control Access Requests (Get)
# Endpoint" has it.
KEY = "aZ)7rsQcpj)l+]}(@_|lt!t%0d&=?#~^x"

_USUAL = Manners()
_LARGEST_PAGE = 1000
# No others are documented, so no others are taken ("4.1.3. Sessions (Post) Endpoint").
_DATE_FORMS = ("%Y-%m-%d", "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S")
_UNAUTHORIZED = "<!DOCTYPE html>\n<title>401 - Unauthorized</title><h1>Access is denied</h1>\n"


class EkranSimulator(VendorServer):
    """Pages through what overlaps a window, in no useful order, and clips it to the window."""

    adapter: ClassVar[str] = "ekran"
    facts: ClassVar[Facts] = FACTS

    def __init__(
        self,
        *,
        rows: int,
        seed: int,
        clock: Callable[[], datetime],
        manners: Manners = _USUAL,
    ) -> None:
        super().__init__(rows=rows, seed=seed, clock=clock)
        self._manners = manners
        self._visits = Visits(self.world, seed, manners)

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
        any_case = "/{api:(?i:ekranapi)}/{call:(?i:sessions)}"
        path = "/ekranapi/sessions" if self._manners.minds_case else any_case
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
                self._words_on_user(visit.stay),
            )
            for stay in self.world.stays()
            for visit in divided(stay, self._manners)
            if visit.start <= now
        ]

    def _words_on_user(self, stay: Stay) -> frozenset[str]:
        names = {name_of(stay)} if self._manners.names_people else set()
        return frozenset({str(user_of(stay)), *names})

    async def _list(self, request: web.Request) -> web.Response:
        self._authenticate(request)
        given = await self._parameters(request)
        asked = _whole(given, "sessionCount", _LARGEST_PAGE, highest=_LARGEST_PAGE)
        index = _whole(given, "pageIndex", 0, highest=2**31 - 1)
        window = self._window(given)
        chosen = self._visits.chosen(window, self.world.now())
        page = self._page(chosen, asked, index)
        rows = [row_of(visit, window, self.world.now(), self._manners) for visit in page]
        total = len(page if self._manners.total_is_of_page else chosen)
        return web.json_response({"sessions": rows, "totalCount": total})

    def _page(self, chosen: Sequence[Visit], asked: int, index: int) -> Sequence[Visit]:
        sent = min(asked, self._manners.largest_page)
        first = index * (sent if self._manners.pages_count_as == "sent" else asked)
        if self._manners.refuses_pages_beyond and first >= len(chosen) and index:
            raise _problem("pageIndex", f"The value '{index}' is not valid.")
        return chosen[first : first + sent]

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

    def _window(self, given: Mapping[str, object]) -> Window:
        start, end = self._instant(given, "start"), self._instant(given, "end")
        return Window(start, end, self._manners.bounds_count, self._manners.leaves_out_spanning)

    def _instant(self, given: Mapping[str, object], name: str) -> datetime | None:
        value = given.get(name)
        if value is None:
            return None
        # .NET takes a local time that occurs twice for standard time, the second.
        fold = 1 if self._manners.repeated_hour == "second" else 0
        zone = ZoneInfo(self._manners.timezone)
        for form in _DATE_FORMS:
            with suppress(ValueError):
                local = datetime.strptime(str(value), form)  # noqa: DTZ007  # the zone follows
                return local.replace(tzinfo=zone, fold=fold).astimezone(UTC)
        raise _problem(name, f"The value '{value}' is not valid.")


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
