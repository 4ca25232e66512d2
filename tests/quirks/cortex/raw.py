"""Talking to a simulated Cortex by hand, beside an adapter that reads the same."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import Any

import aiohttp

from adapters.cortex import CortexAdapter
from adapters.simulators.cortex import ACCOUNT, CLIENT, GATEWAY, CortexSimulator, Manners
from adapters.simulators.cortex.machine import Application
from gateway.spi import Session
from tests.support.adapters import NOON, driving, noon
from tests.support.gateway import backend, running, settings_for
from tests.vendors.cortex import V1, V2, serving

__all__ = ["NOON", "V1", "V2", "Talk", "application", "asked", "read", "service", "talking"]


class Talk:
    """One connection, over which calls are written and frames read as they come."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self._socket = socket
        self.token: dict[str, object] = {}

    async def send(self, method: str, params: object = None, *, call_id: object = 1) -> None:
        """Send a call."""
        call = {"jsonrpc": "2.0", "id": call_id, "method": method}
        await self._socket.send_json(call if params is None else call | {"params": params})

    async def frames(self) -> list[dict[str, Any]]:
        """Receive up to the next answer, which comes last."""
        found: list[dict[str, Any]] = []
        while not found or not found[-1].keys() & {"result", "error"}:
            found.append(await self._socket.receive_json())
        return found

    async def answer(self, method: str, **params: object) -> dict[str, Any]:
        """Call, and give the answer."""
        await self.send(method, params)
        return (await self.frames())[-1]

    async def result(self, method: str, **params: object) -> Any:  # noqa: ANN401  # any JSON
        """Call, and give the result."""
        return (await self.answer(method, **params))["result"]

    async def code(self, method: str, **params: object) -> int:
        """Call, and give the number of the error."""
        code: int = (await self.answer(method, **params))["error"]["code"]
        return code

    async def authorize(self, manners: Manners, who: Application = GATEWAY, **more: object) -> Any:  # noqa: ANN401  # any JSON
        """Get a token for what is sent from now on."""
        if manners.dialect == "v1":
            if not await self.result("getUserLogin"):
                await self.result("login", **CLIENT, **ACCOUNT)
            authorized = await self.result("authorize", **CLIENT, **more)
            self.token = {"_auth": authorized["_auth"]}
        else:
            authorized = await self.result("authorize", **application(who), **more)
            self.token = {"cortexToken": authorized["cortexToken"]}
        return authorized

    async def sessions(self, **more: object) -> list[dict[str, Any]]:
        """List sessions."""
        rows: list[dict[str, Any]] = await self.result("querySessions", **self.token, **more)
        return rows

    async def create(self, **fields: object) -> dict[str, Any]:
        """Open a session."""
        wanted = {"status": "open", **fields}
        row: dict[str, Any] = await self.result("createSession", **self.token, **wanted)
        return row

    async def close(self, native_id: str) -> dict[str, Any]:
        """Close a session."""
        wanted = {"session": native_id, "status": "close"}
        row: dict[str, Any] = await self.result("updateSession", **self.token, **wanted)
        return row


def application(who: Application = GATEWAY) -> dict[str, object]:
    """Write an application's credentials as versions from 2 on have them."""
    return {"clientId": who.client_id, "clientSecret": who.client_secret}


@asynccontextmanager
async def talking(options: dict[str, object]) -> AsyncIterator[Talk]:
    """Open a connection."""
    async with (
        aiohttp.ClientSession() as client,
        client.ws_connect(str(options["url"]), max_msg_size=0) as socket,
    ):
        yield Talk(socket)


@asynccontextmanager
async def service(
    manners: Manners = V1, *, rows: int = 300, clock: Callable[[], datetime] = noon
) -> AsyncIterator[tuple[CortexSimulator, Talk, dict[str, object]]]:
    """Run a service, log in by hand, and give the options with which an adapter reaches it.

    Version 1 keeps its past; of later ones twenty sessions are open.
    """
    simulator = CortexSimulator(rows=rows, seed=1, clock=clock, manners=manners)
    if manners.dialect == "v2":
        for minutes in range(20):
            simulator.world.insert(clock() - timedelta(minutes=minutes), clock() + _A_DAY)
    async with serving(simulator) as options, talking(options) as talk:
        await talk.authorize(manners)
        yield simulator, talk, options


_A_DAY = timedelta(days=1)


async def read(options: dict[str, object]) -> dict[str, Session]:
    """Read with the adapter, and give sessions by their native ids."""
    async with driving(CortexAdapter, options) as driver:
        return {session.native_id: session for session in await driver.sessions()}


async def asked(options: dict[str, object]) -> Any:  # noqa: ANN401  # any JSON
    """Ask a gateway for a page, and give its body."""
    async with running(settings_for(backend("cortex", options))) as gateway:
        return (await gateway.get("/v1/sessions", limit=100)).body
