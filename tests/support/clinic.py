"""A vendor that knows everything of people: its adapter, and its server with one of them."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import msgspec
import pytest
from aiohttp import web

from gateway.spi import (
    Abilities,
    AdapterOptions,
    Address,
    Context,
    Done,
    Field,
    HttpEndpoint,
    HttpRequest,
    HttpTransport,
    Mapped,
    Op,
    Operation,
    Provenance,
    RawPage,
    Rejected,
    ScanPlan,
    Session,
    SessionAdapter,
    Support,
    Write,
    WriteField,
    WriteOutcome,
)
from tests.support.wires import HOST

PERSON: dict[str, Any] = {
    "native_status": "canary-native-status",
    "title": "canary-title",
    "user": {"id": "canary-user-id", "name": "canary-user-name"},
    "device": {"id": "canary-device-serial", "name": "canary-device-name"},
    "client": {"name": "canary-client", "version": "1"},
    "space": {"kind": "room", "id": "canary-space-id", "name": "canary-space-name"},
    "language": "canary-language",
    "tags": ["canary-tag"],
    "inferred": ["user"],
    "attributes": {
        "birth": "canary-birth",
        "mail": "canary-mail",
        "chart": {"notes": [{"text": "canary-notes", "page": 1}], "ward": "canary-ward"},
        "WhoCame": {"wrote": "canary-user-origin"},
    },
}
"""Everything that the server tells of a person, each text of it to be found by one name."""


class ClinicOptions(AdapterOptions):
    """``marks``: the adapter marks what is personal; ``marked`` is that, as usual or otherwise."""

    marks: bool = True
    marked: tuple[str, ...] = ("user", "tags", "attributes.birth", "attributes.chart.notes.text")


class ClinicAdapter(SessionAdapter[HttpTransport]):
    """Reads records that are the document of a session already, and writes them."""

    vendor = "clinic"
    options_model = ClinicOptions

    def __init__(self, options: ClinicOptions) -> None:
        self._options = options

    def endpoint(self) -> HttpEndpoint:
        """Say where it is."""
        return HttpEndpoint(self._options.url)

    def abilities(self) -> Abilities:
        """Say what it can do, and what is personal."""
        return Abilities(
            filters={(Field.TEXT, Op.CONTAINS): Support.EXACT},
            personal=frozenset(self._options.marked if self._options.marks else ()),
            origins={"user": frozenset({"whocame"})},
            has_detail=True,
            operations={
                Operation.CREATE: {"title": WriteField(is_required=True)},
                Operation.KEEPALIVE: {},
                Operation.END: {},
            },
        )

    async def fetch_page(
        self, plan: ScanPlan, at: Address, context: Context[HttpTransport]
    ) -> RawPage:
        """List everything, searched or not."""
        del plan, at
        reply = await context.transport.send(HttpRequest("GET", "/sessions"))
        return RawPage(msgspec.json.decode(reply.body, type=list[msgspec.Raw]))

    async def get(self, native_id: str, context: Context[HttpTransport]) -> msgspec.Raw | None:
        """Read one."""
        reply = await context.transport.send(HttpRequest("GET", f"/sessions/{native_id}"))
        return msgspec.Raw(reply.body) if reply.status == web.HTTPOk.status_code else None

    async def write(self, write: Write, context: Context[HttpTransport]) -> WriteOutcome:
        """Answer with the session, whatever is done to it."""
        path = f"/sessions/{write.native_id or 'new'}"
        reply = await context.transport.send(HttpRequest("GET", path))
        return Done(msgspec.Raw(reply.body), is_new=write.native_id is None)

    def normalise(self, record: msgspec.Raw, provenance: Provenance) -> Mapped | Rejected:
        """Take the document as it is."""
        fields = json.loads(bytes(record))
        known = provenance.identity(fields.pop("id"))
        return Mapped(msgspec.convert({**fields, **known}, Session))


async def _list(_request: web.Request) -> web.Response:
    begun = [f"2026-11-22T0{hour}:00:00Z" for hour in range(5)]
    return web.json_response(
        [{"id": str(n), "started_at": at} | PERSON for n, at in enumerate(begun)]
    )


async def _one(request: web.Request) -> web.Response:
    return web.json_response({"id": request.match_info["id"]} | PERSON)


@asynccontextmanager
async def clinic() -> AsyncIterator[str]:
    """Run the server on a free port, and give its address."""
    app = web.Application()
    app.router.add_get("/sessions", _list)
    app.router.add_get("/sessions/{id}", _one)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.01)
    await runner.setup()
    await web.TCPSite(runner, HOST, 0).start()
    try:
        yield f"http://{HOST}:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


def install_clinic(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have its adapter found as that of any other distribution is."""
    described = folder / "clinic_vendor-1.0.dist-info"
    described.mkdir()
    (described / "METADATA").write_text(
        "Metadata-Version: 2.1\nName: clinic-vendor\nVersion: 1.0\n"
    )
    (described / "entry_points.txt").write_text(
        "[session_gateway.adapters]\nclinic = tests.support.clinic:ClinicAdapter\n"
    )
    monkeypatch.syspath_prepend(folder)
