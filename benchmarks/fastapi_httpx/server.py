"""The gateway as many would write it: FastAPI, httpx, and a pydantic model for each session.

    python benchmarks/fastapi_httpx/server.py http://127.0.0.1:41234   (the upstreams)

It runs in an environment of its own (requirements.lock), and maps records as the baseline does.
"""

import asyncio
import itertools
import json
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import httpx
import uvicorn
from fastapi import FastAPI, Query, Request
from pydantic import BaseModel
from websockets.asyncio.client import ClientConnection, connect

sys.path.insert(0, str(Path(__file__).parents[1]))

from baseline_order import selected
from baseline_rows import MAPPERS, Row, records_in


class Named(BaseModel):
    """A user or a device."""

    id: str | None
    name: str | None


class Client(BaseModel):
    """What a session was held with."""

    name: str
    version: str | None


class Space(BaseModel):
    """Where it was held."""

    kind: str
    id: str | None
    name: str | None


class Participants(BaseModel):
    """Who took part."""

    current: int | None
    peak: int | None
    total: int | None


class Session(BaseModel):
    """A canonical session."""

    id: str
    backend: str
    vendor: str
    native_id: str
    status: str
    native_status: str | None
    title: str | None
    started_at: datetime | None
    ended_at: datetime | None
    last_activity_at: datetime | None
    duration_s: float | None
    user: Named | None
    device: Named | None
    client: Client | None
    space: Space | None
    language: str | None
    tags: list[str]
    participants: Participants | None
    inferred: list[str]
    attributes: dict[str, Any]


class Page(BaseModel):
    """What is answered."""

    data: list[Session]


class Cortex:
    """The one that is called over a WebSocket: answers find their calls by number."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket
        self._numbers = itertools.count()
        self._waiting: dict[int, asyncio.Future[Any]] = {}

    async def call(self, method: str, params: Row) -> Any:  # noqa: ANN401  # JSON
        """Call, and wait for what comes of it."""
        number = next(self._numbers)
        answer = self._waiting[number] = asyncio.get_running_loop().create_future()
        call = {"jsonrpc": "2.0", "id": number, "method": method, "params": params}
        await self._socket.send(json.dumps(call))
        return await answer

    async def listen(self) -> None:
        """Take answers, until the socket is closed."""
        async for message in self._socket:
            reply = json.loads(message)
            self._waiting.pop(reply["id"]).set_result(reply["result"])


@asynccontextmanager
async def _connected(app: FastAPI) -> AsyncIterator[None]:
    upstreams = sys.argv[1]
    address = f"{upstreams.replace('http', 'ws')}/cortex"
    async with (
        httpx.AsyncClient(base_url=upstreams) as client,
        connect(address, max_size=None) as socket,
    ):
        cortex = Cortex(socket)
        listening = asyncio.create_task(cortex.listen())
        app.state.client, app.state.cortex = client, cortex
        app.state.token = (await cortex.call("authorize", {}))["_auth"]
        yield
        listening.cancel()


async def _rows(app: FastAPI) -> list[Row]:
    client, cortex = app.state.client, app.state.cortex

    async def ask(method: str, path: str, **options: Any) -> Any:  # noqa: ANN401  # httpx's options, and JSON
        reply = await client.request(method, path, **options)
        return reply.raise_for_status().json()

    answers = await asyncio.gather(
        ask("GET", "/canopsis/api/v2/sessions", headers={"x-canopsis-authkey": "made up"}),
        cortex.call("querySessions", {"_auth": app.state.token}),
        ask("GET", "/digital_samba/sessions?limit=100&order=desc"),
        ask("POST", "/ekran/sessions", json={"sessionCount": 1000, "pageIndex": 0}),
        ask("GET", "/roundware/sessions/", headers={"Authorization": "Token made-up"}),
    )
    now = datetime.now(UTC)
    return [
        mapper(record, now)
        for (vendor, mapper), answer in zip(MAPPERS.items(), answers, strict=True)
        for record in records_in(vendor, answer)
    ]


async def sessions(
    request: Request,
    status: Annotated[list[str] | None, Query()] = None,
    started_after: datetime | None = None,
    limit: int = 50,
) -> Page:
    """Give a page of what passes the filters, newest first."""
    passed = selected(await _rows(request.app), set(status or []), started_after)
    return Page(data=[Session.model_validate(row) for row in passed[:limit]])


def main() -> None:
    """Serve on a free port until told to stop."""
    app = FastAPI(lifespan=_connected)
    app.add_api_route("/v1/sessions", sessions)
    uvicorn.run(app, host="127.0.0.1", port=0, access_log=False)


if __name__ == "__main__":
    main()
