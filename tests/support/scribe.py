"""A vendor that keeps notes of sessions, writes and all: its adapter and its server."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypedDict
from urllib.parse import quote

import pytest
from aiohttp import web
from msgspec import Raw
from msgspec.json import decode

from gateway.spi import (
    Abilities,
    AdapterOptions,
    Address,
    BadAnswer,
    Context,
    Done,
    ErrorCode,
    Field,
    FieldKind,
    GiveUp,
    HttpEndpoint,
    HttpRequest,
    HttpTransport,
    LogInAgain,
    Mapped,
    Named,
    Nulls,
    Operation,
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
    Status,
    Ticket,
    Unclear,
    Write,
    WriteField,
    WriteOutcome,
)
from tests.support.adapters import NOON
from tests.support.wires import HOST

_CREATED, _UNAUTHORISED, _MISSING, _INVALID, _CONFLICT, _BROKEN = 201, 401, 404, 422, 409, 500


class Note(TypedDict):
    """A session as the server has it; ``begun`` is in seconds since 1970."""

    id: str
    title: str | None
    device: str | None
    begun: int
    state: str


class ScribeOptions(AdapterOptions):
    """``sorts``: the server lists the newest first, rather than in no order."""

    sorts: bool = False


class ScribeAdapter(SessionAdapter[HttpTransport]):
    """Creates, keeps alive and ends; it cannot hide."""

    vendor = "scribe"
    options_model = ScribeOptions

    def __init__(self, options: ScribeOptions) -> None:
        self._options = options

    def endpoint(self) -> HttpEndpoint:
        """Say where it is."""
        return HttpEndpoint(self._options.url)

    def abilities(self) -> Abilities:
        """Say what it can do."""
        newest = Sort(Field.STARTED_AT, is_descending=True)
        sort = SortAbility(newest, timedelta(seconds=1), nulls=Nulls.NEVER)
        return Abilities(
            sorts=(sort,) if self._options.sorts else (),
            operations={
                Operation.CREATE: {
                    "title": WriteField(is_required=True),
                    "device.id": WriteField(),
                    "attributes.seats": WriteField(FieldKind.WHOLE_NUMBER),
                },
                Operation.KEEPALIVE: {"visible": WriteField(FieldKind.BOOLEAN)},
                Operation.END: {},
            },
        )

    async def log_in(self, transport: HttpTransport) -> Ticket:
        """Ask for a token."""
        reply = await transport.send(HttpRequest("POST", "/login"))
        return Ticket({"token": reply.body.decode()})

    async def fetch_page(
        self, plan: ScanPlan, at: Address, context: Context[HttpTransport]
    ) -> RawPage:
        """List everything."""
        del plan, at
        reply = await context.transport.send(_signed("GET", "/sessions", context))
        if reply.status == _UNAUTHORISED:
            raise LogInAgain("GET /sessions: 401")
        return RawPage(decode(reply.body, type=list[Raw]))

    async def write(self, write: Write, context: Context[HttpTransport]) -> WriteOutcome:
        """Write by GET where a session is created, as some vendors do."""
        if write.fields.get("title") == "a bug":
            raise KeyError("a bug")
        path = f"/{write.operation}"
        if write.native_id is not None:
            path += f"/{quote(write.native_id, safe='')}"
        method = "GET" if write.native_id is None else "POST"
        body = json.dumps(dict(write.fields)).encode()
        reply = await context.transport.send(_signed(method, path, context, body))
        match reply.status:
            case 401:
                raise LogInAgain(f"{method} {path}: 401")
            case 403:
                raise GiveUp(ErrorCode.FORBIDDEN, f"{method} {path}: 403")
            case 404:
                return Refused(Refusal.NOT_FOUND)
            case 409:
                return Refused(Refusal.NOT_OWN_SESSION)
            case 422:
                return Refused(Refusal.INVALID_FIELD, "device.id")
            case status if status >= _BROKEN:
                return Unclear()
        return Done(Raw(reply.body) if reply.body else None, reply.status == _CREATED)

    def normalise(self, record: Raw, provenance: Provenance) -> Mapped | Rejected:
        """Map a note."""
        try:
            note: Note = json.loads(bytes(record))
        except ValueError:
            raise BadAnswer(ErrorCode.BAD_PAYLOAD, "not a note") from None
        if not note.get("id"):
            return Rejected("no id")
        return Mapped(
            Session(
                **provenance.identity(note["id"]),
                status=Status(note["state"]),
                title=note["title"],
                started_at=datetime.fromtimestamp(note["begun"], UTC),
                device=Named(id=note["device"]) if note["device"] else None,
            )
        )


def _signed(
    method: str, path: str, context: Context[HttpTransport], body: bytes | None = None
) -> HttpRequest:
    return HttpRequest(method, path, headers={"Token": context.ticket.values["token"]}, body=body)


Trouble = Callable[[web.Request], Awaitable[web.Response | None]]


async def no_trouble(_request: web.Request) -> web.Response | None:
    """Let everything through."""
    return None


async def dropping(request: web.Request) -> web.Response | None:
    """Break the connection off before anything is done."""
    assert request.transport is not None
    request.transport.abort()
    return web.Response()


def answering(status: int, body: str = "") -> Trouble:
    """Answer with a status, and do nothing."""

    async def answer(_request: web.Request) -> web.Response | None:
        return web.Response(status=status, text=body)

    return answer


@dataclass
class Scribe:
    """The server. ``written`` are the writes that reached it, whatever became of them."""

    notes: dict[str, Note] = field(default_factory=dict)
    written: list[str] = field(default_factory=list)
    lists: int = 0
    log_ins: int = 0
    trouble: Trouble = no_trouble
    """What happens to a write before it is done."""
    trouble_afterwards: Trouble = no_trouble
    trouble_with_lists: Trouble = no_trouble
    """What happens to a list after it was made and before it is sent."""
    forgets: bool = False
    """Whether it knows no token but that of the next log-in."""
    url: str = ""
    bodies: list[str] = field(default_factory=list)

    def add(self, native_id: str, state: str = "active") -> None:
        """Have a session that began before noon."""
        begun = int(NOON.timestamp()) - len(self.notes) - 1
        self.notes[native_id] = Note(
            id=native_id, title=native_id, device=None, begun=begun, state=state
        )

    def app(self) -> web.Application:
        """Make its application."""
        app = web.Application(handler_args={"handler_cancellation": True})
        app.router.add_post("/login", self._log_in)
        app.router.add_get("/sessions", self._list)
        app.router.add_get("/create", self._create)
        app.router.add_post("/keepalive/{id:.+}", self._change)
        app.router.add_post("/end/{id:.+}", self._change)
        return app

    async def _log_in(self, _request: web.Request) -> web.Response:
        self.log_ins += 1
        return web.Response(text=f"token {self.log_ins}")

    async def _list(self, request: web.Request) -> web.Response:
        self.lists += 1
        notes = sorted(self.notes.values(), key=lambda note: -note["begun"])
        answer = web.Response(text=json.dumps(notes))
        return await self.trouble_with_lists(request) or answer

    async def _create(self, request: web.Request) -> web.Response:
        refusal = await self._met(request)
        if refusal is not None:
            return refusal
        fields = json.loads(await request.text())
        native_id = f"n{len(self.notes) + 1}"
        self.add(native_id)
        self.notes[native_id]["title"] = fields["title"]
        self.notes[native_id]["device"] = fields.get("device.id")
        answer = web.Response(status=_CREATED, text=json.dumps(self.notes[native_id]))
        return await self.trouble_afterwards(request) or answer

    async def _change(self, request: web.Request) -> web.Response:
        refusal = await self._met(request)
        if refusal is not None:
            return refusal
        note = self.notes.get(request.match_info["id"])
        if note is None:
            return web.Response(status=_MISSING)
        if request.path.startswith("/end"):
            note["state"] = "ended"
        return await self.trouble_afterwards(request) or web.Response(text=json.dumps(note))

    async def _met(self, request: web.Request) -> web.Response | None:
        if self.forgets and request.headers["Token"] != f"token {self.log_ins}":
            return web.Response(status=_UNAUTHORISED)
        self.written.append(request.path)
        self.bodies.append(await request.text())
        return await self.trouble(request)


@asynccontextmanager
async def scribe() -> AsyncIterator[Scribe]:
    """Run the server on a free port."""
    server = Scribe()
    runner = web.AppRunner(server.app(), access_log=None, shutdown_timeout=0.01)
    await runner.setup()
    await web.TCPSite(runner, HOST, 0).start()
    server.url = f"http://{HOST}:{runner.addresses[0][1]}"
    try:
        yield server
    finally:
        await runner.cleanup()


def install_scribe(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have its adapter found as that of any other distribution is."""
    described = folder / "scribe_vendor-1.0.dist-info"
    described.mkdir()
    (described / "METADATA").write_text(
        "Metadata-Version: 2.1\nName: scribe-vendor\nVersion: 1.0\n"
    )
    (described / "entry_points.txt").write_text(
        "[session_gateway.adapters]\nscribe = tests.support.scribe:ScribeAdapter\n"
    )
    monkeypatch.syspath_prepend(folder)


class Gate:
    """Holds up what comes to it until it is opened, and tells that something has come."""

    def __init__(self) -> None:
        self.has_come = asyncio.Event()
        self.is_open = asyncio.Event()

    async def __call__(self, _request: web.Request) -> web.Response | None:
        self.has_come.set()
        await self.is_open.wait()
        return None
