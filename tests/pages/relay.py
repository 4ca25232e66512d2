"""What stands between the gateway and a vendor: it keeps what is asked, and can answer itself."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import aiohttp
from aiohttp import web
from multidict import CIMultiDict, MultiMapping
from yarl import URL

from tests.support.payloads import sample

# They are of one connection: each side of the relay has its own.
_OF_A_CONNECTION = {"connection", "host", "content-length", "transfer-encoding"}


@dataclass(frozen=True)
class Call:
    """One call as the vendor was asked it.

    ``name`` is ``GET /api/2/sessions/``, or a method of JSON-RPC. A parameter that came several
    times is a list.
    """

    name: str
    parameters: Mapping[str, Any]
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Printed:
    """An answer as it stands in a page; ``behind`` answers who goes on after its last row."""

    text: str
    status: int = 200
    content_type: str = "application/json"
    behind: "Printed | None" = None

    @classmethod
    def sample(cls, name: str, status: int = 200) -> "Printed":
        """Take a sample by its place below tests/samples."""
        return cls(json.dumps(sample(name)), status)


class Relay:
    """Passes every call on, but for those that have an answer in ``answers``, by their names."""

    def __init__(self, vendor: str, client: aiohttp.ClientSession) -> None:
        self.asked: list[Call] = []
        self.answers: dict[str, Printed] = {}
        self._vendor = vendor
        self._client = client

    def calls(self, name: str) -> list[Call]:
        """Give the calls of one name."""
        return [call for call in self.asked if call.name == name]

    async def answer(self, request: web.Request) -> web.StreamResponse:
        """Answer a request, or what is said over a WebSocket."""
        if "Sec-WebSocket-Key" in request.headers:
            return await self._converse(request)
        call = await _http_call(request)
        self.asked.append(call)
        printed = self.answers.get(call.name)
        if printed is None:
            return await self._pass(request)
        if "after" in call.parameters and printed.behind is not None:
            printed = printed.behind
        return web.Response(
            text=printed.text, status=printed.status, content_type=printed.content_type
        )

    async def _pass(self, request: web.Request) -> web.Response:
        reply = await self._client.request(
            request.method,
            URL(self._vendor + request.raw_path, encoded=True),
            headers=_passed(request.headers),
            data=await request.read(),
            allow_redirects=False,
        )
        async with reply:
            body = await reply.read()
        return web.Response(status=reply.status, headers=_passed(reply.headers), body=body)

    async def _converse(self, request: web.Request) -> web.WebSocketResponse:
        gateway = web.WebSocketResponse(max_msg_size=0)
        await gateway.prepare(request)
        async with self._client.ws_connect(self._vendor, max_msg_size=0) as vendor:
            back = asyncio.create_task(_copy(vendor, gateway))
            async for frame in gateway:
                await self._say(json.loads(frame.data), gateway, vendor)
            await vendor.close()
            await back
        return gateway

    async def _say(
        self,
        said: Mapping[str, Any],
        gateway: web.WebSocketResponse,
        vendor: aiohttp.ClientWebSocketResponse,
    ) -> None:
        self.asked.append(Call(said["method"], said.get("params") or {}))
        printed = self.answers.get(said["method"])
        if printed is None:
            await vendor.send_json(said)
        else:
            await gateway.send_json({**json.loads(printed.text), "id": said["id"]})


@asynccontextmanager
async def relaying(vendor: str) -> AsyncIterator[tuple[Relay, str]]:
    """Run a relay before a vendor on a loopback port; give its address, too."""
    unread = aiohttp.DummyCookieJar()
    async with aiohttp.ClientSession(auto_decompress=False, cookie_jar=unread) as client:
        relay = Relay(vendor, client)
        app = web.Application()
        app.add_routes([web.route("*", "/{any:.*}", relay.answer)])
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        host, port = runner.addresses[0][:2]
        try:
            yield relay, f"http://{host}:{port}"
        finally:
            await runner.cleanup()


async def _copy(vendor: aiohttp.ClientWebSocketResponse, gateway: web.WebSocketResponse) -> None:
    async for frame in vendor:
        await gateway.send_str(frame.data)


async def _http_call(request: web.Request) -> Call:
    query = request.query
    parameters = {
        name: values[0] if len(values) == 1 else values
        for name in query
        for values in [query.getall(name)]
    }
    body = await request.read()
    return Call(
        f"{request.method} {request.path}",
        parameters,
        json.loads(body) if body else None,
        dict(request.headers),
    )


def _passed(headers: MultiMapping[str]) -> CIMultiDict[str]:
    return CIMultiDict((k, v) for k, v in headers.items() if k.lower() not in _OF_A_CONNECTION)
