"""A stand-in for EMOTIV Cortex, version 1 and the later ones, after the parts of their documents.

Sources, named in quotes: the Cortex API v1 documentation, and "Cortex API" of the later versions.
"""

import json
import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import partial
from typing import ClassVar

from aiohttp import web

from adapters.simulators.cortex.facts import FACTS
from adapters.simulators.cortex.machine import GATEWAY, HEADSETS, PRO, Machine, Refusal
from adapters.simulators.cortex.manners import Manners
from adapters.simulators.cortex.rows import Row, Rows
from adapters.simulators.cortex.service import Connection, Json, Service
from adapters.simulators.cortex.shapes import shape_v1, shape_v2
from adapters.simulators.cortex.v1 import ACCOUNT, CLIENT, V1
from adapters.simulators.cortex.v2 import V2
from adapters.simulators.facts import Facts
from adapters.simulators.server import VendorServer
from adapters.simulators.world import Held

__all__ = ["ACCOUNT", "CLIENT", "GATEWAY", "HEADSETS", "PRO", "CortexSimulator", "Manners"]

_USUAL = Manners()
_KINDS = {"querySessions": "listing", "createSession": "write", "updateSession": "write"}


class CortexSimulator(VendorServer):
    """Lists every session it has at once, among frames that answer nothing.

    ``hangs_up_on`` names methods: a call of one is carried out, and the connection then dropped.
    ``refuses`` answers the calls of methods with the number of an error, and does nothing else.
    ``machine`` tells who is logged in and what is connected, and may be changed at any time.
    """

    adapter: ClassVar[str] = "cortex"
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
        self.hangs_up_on: set[str] = set()
        self.refuses: dict[str, int] = {}
        self._manners = manners
        self._sockets: set[web.WebSocketResponse] = set()
        is_v1 = manners.dialect == "v1"
        self.machine = Machine(self.world.now, manners)
        later = partial(shape_v2, not_yet=None if manners.has_null_stops else "")
        self._rows = Rows(self.world, seed, shape_v1 if is_v1 else later)
        service = V1 if is_v1 else V2
        self._service: Service = service(self.machine, self._rows, manners, seed=seed)

    def options(self, address: str) -> dict[str, object]:
        """Reach the socket, plain here: the vendor's own is ``wss:``."""
        account = ACCOUNT if self._manners.dialect == "v1" else {}
        url = address.replace("http", "ws", 1)
        return {"url": url, "dialect": self._manners.dialect, **CLIENT, **account}

    def routes(self) -> list[web.AbstractRouteDef]:
        """Serve the one socket."""
        return [web.get("/", self._serve)]

    def held(self) -> list[Held]:
        """Tell what can be seen; an imported session has no start, an early one no owner."""
        return [_held(row) for row in self._service.shown()]

    def catch_up(self) -> None:
        """Write the rows of what began, and drop those of what was deleted."""
        self._rows.catch_up(self.world.now())

    async def log_out(self) -> None:
        """Let the user log out in the Launcher."""
        user, self.machine.user = self.machine.user, None
        await self._warn(3, f"{user} logged out")

    async def approve(self) -> None:
        """Let the user approve the gateway's application in the Launcher."""
        self.machine.approved.add(GATEWAY.id)
        await self._warn(9, "The application is approved")

    async def lose_headset(self, native_id: str) -> None:
        """Close a session of a later version, as after 30 seconds without data."""
        row = self._rows.find(native_id, self.world.now())
        if row is None:
            raise KeyError(native_id)
        self._rows.drop(row, self.world.now())
        await self._warn(103, {"headsetId": row.fields["headset"]["id"]})
        await self._warn(0, {"behavior": "subscriptions stopped", "sessionId": native_id})
        await self._warn(1, {"behavior": "session closed", "sessionId": native_id})

    async def _warn(self, code: int, message: object) -> None:
        """Push a warning ("Warning Objects"): its message is a text or an object."""
        for socket in list(self._sockets):
            await socket.send_json(_warning(code, message))

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        """Handle requests one at a time, in the order they came ("JSON-RPC")."""
        if self._manners.is_remote and self._sockets:
            return web.Response(status=503)  # In which words it refuses is not told.
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        self._sockets.add(socket)
        try:
            async for message in socket:
                call = json.loads(message.data)
                reply = self._reply(call, connection=socket)
                if call.get("method") in self.hangs_up_on:
                    _hang_up(request)
                    break
                for frame in _noise(self._manners.dialect, call.get("id")):
                    await socket.send_json(frame)
                await socket.send_str(reply)
        finally:
            self._sockets.remove(socket)
            self._service.leave(socket)
        return socket

    def _reply(self, call: dict[str, object], connection: Connection) -> str:
        reply = {"id": call.get("id"), "jsonrpc": "2.0"}
        method = str(call["method"])
        self.note(method, _KINDS.get(method, "other"))
        try:
            if method in self.refuses:
                raise Refusal(self.refuses[method], "It is refused.")  # noqa: TRY301  # as the others
            result = self._service.result(method, call.get("params"), connection)
        except Refusal as refusal:
            return json.dumps(reply | {"error": {"code": refusal.code, "message": str(refusal)}})
        written = result if isinstance(result, Json) else json.dumps(result)
        return f'{json.dumps(reply)[:-1]}, "result": {written}}}'


def _hang_up(request: web.Request) -> None:
    if request.transport is not None:
        request.transport.abort()


def _held(row: Row) -> Held:
    """Read a row as its document says."""
    fields = row.fields
    started = fields["started"]
    return Held(
        row.native_id,
        datetime.fromisoformat(started).astimezone(UTC) if started else None,
        "active" if row.is_open else "ended",
        frozenset({fields.get("owner", "")} - {"", "Basic"}),
    )


def _warning(code: int, message: object) -> dict[str, object]:
    return {"jsonrpc": "2.0", "warning": {"code": code, "message": message}}


def _noise(dialect: str, call_id: object) -> Iterator[dict[str, object]]:
    """Send what answers nothing: a sample, and warnings.

    In version 1 samples have the seconds since its start ("Event"), and a warning can have an id
    ("decryptData"). That is the id of a call answered long ago; here it is the worst one, of the
    call under way. Later samples have seconds since 1970 ("Data sample object").
    """
    stream = str(uuid.UUID(int=7))
    if dialect == "v1":
        yield {"mot": [2.0, 8203.0, 8225.0], "sid": stream, "time": 1283.58928052493}
        yield _warning(5, "Export data failed")
        yield {"id": call_id, **_warning(4, "Export data done")}
    else:
        yield {"met": [True, 0.5, True, 0.6], "sid": stream, "time": 1568787660.2256}
        yield _warning(142, {"behavior": "scan finished", "headsets": []})
        yield _warning(23, "Cortex is ready")
