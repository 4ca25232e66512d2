"""A second vendor made up for the kit: it lists everything at once, and its ids count upwards."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import msgspec
from aiohttp import web
from msgspec import Raw

from adapters.toolkit.instants import epoch_seconds
from adapters.toolkit.record import Record, read_record, text
from adapters.toolkit.replies import decode
from gateway.spi import (
    Abilities,
    AdapterOptions,
    Address,
    Context,
    Field,
    HttpEndpoint,
    HttpRequest,
    HttpTransport,
    Mapped,
    Named,
    Provenance,
    RawPage,
    Rejected,
    ScanPlan,
    Session,
    SessionAdapter,
    Status,
)
from tests.support.adapters import NOON

_ENTRIES = msgspec.json.Decoder(list[Raw])
_ENTRY = msgspec.json.Decoder(dict[str, Raw])


@dataclass
class Entry:
    """One line of the ledger: nobody knows when it ends."""

    number: int
    started_at: datetime
    status: str = "unknown"

    @property
    def native_id(self) -> str:
        return str(self.number)


@dataclass
class FakeLedger:
    """A server with one list, and a page for each entry."""

    rows: int
    entries: dict[str, Entry] = field(default_factory=dict)
    last: int = 0

    def __post_init__(self) -> None:
        for _ in range(self.rows):
            self.insert()

    async def start(self) -> str:
        app = web.Application()
        app.add_routes([web.get("/all", self._list), web.get("/entry/{number}", self._detail)])
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.05)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        return f"http://127.0.0.1:{self._runner.addresses[0][1]}"

    async def stop(self) -> None:
        await self._runner.cleanup()

    def options(self, address: str) -> dict[str, object]:
        return {"url": address}

    def held(self) -> list[Entry]:
        return [*self.entries.values()]

    def insert(self) -> None:
        self.last += 1
        entry = Entry(self.last, NOON - timedelta(hours=1000 - self.last // 2))
        self.entries[entry.native_id] = entry

    def delete(self, native_id: str) -> None:
        del self.entries[native_id]

    async def _list(self, _: web.Request) -> web.Response:
        return web.json_response([_shown(entry) for entry in self.entries.values()])

    async def _detail(self, request: web.Request) -> web.Response:
        entry = self.entries.get(request.match_info["number"])
        if entry is None:
            raise web.HTTPNotFound
        return web.json_response(_shown(entry))


def _shown(entry: Entry) -> dict[str, object]:
    begun = int(entry.started_at.timestamp())
    return {"number": entry.number, "begun": begun, "who": f"user {entry.number % 3}"}


class LedgerAdapter(SessionAdapter[HttpTransport]):
    """A faithful adapter of the ledger."""

    vendor = "ledger"
    options_model = AdapterOptions

    def __init__(self, options: AdapterOptions) -> None:
        self.options = options

    def endpoint(self) -> HttpEndpoint:
        return HttpEndpoint(self.options.url)

    def abilities(self) -> Abilities:
        return Abilities(
            absent=frozenset({Field.TITLE, Field.DEVICE, Field.CLIENT, Field.SPACE}),
            has_detail=True,
            full_list_every=timedelta(hours=1),
        )

    async def fetch_page(
        self,
        plan: ScanPlan,  # noqa: ARG002  # there is nothing to push
        at: Address,  # noqa: ARG002  # there is one page
        context: Context[HttpTransport],
    ) -> RawPage:
        request = HttpRequest("GET", "/all")
        entries = decode(request, await context.transport.send(request), _ENTRIES)
        return RawPage(entries)

    async def get(self, native_id: str, context: Context[HttpTransport]) -> Raw | None:
        if not native_id.isascii() or not native_id.isdecimal():
            return None
        request = HttpRequest("GET", f"/entry/{native_id}")
        reply = await context.transport.send(request)
        if reply.status == 404:
            return None
        decode(request, reply, _ENTRY)
        return Raw(reply.body)

    def next_ids(self, known: Collection[str]) -> Iterable[str]:
        last = max((int(each) for each in known), default=0)
        return map(str, range(last + 1, last + 10_000))

    def normalise(self, record: Raw, provenance: Provenance) -> Mapped | Rejected:
        return read_record(record, provenance, self._session)

    def _session(self, record: Record, provenance: Provenance) -> Session:
        native_id = record.native_id("number")
        started_at = record.take("begun", epoch_seconds)
        who = record.take("who", text)
        return Session(
            **provenance.identity(native_id),
            status=Status.UNKNOWN,
            started_at=started_at,
            user=Named(name=who) if who else None,
            attributes=record.left,
        )
