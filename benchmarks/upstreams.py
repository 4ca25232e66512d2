"""Five upstreams in one process: each answers its vendor's call with prebuilt bytes.

    python benchmarks/upstreams.py

They look at nothing they are sent, so that the load is the same whoever asks. ``/asked`` tells
how many pages were asked for, so that nobody can win by asking less without it being seen.
``/delayed?ms=0,20,40,60,80`` has each wait so long before a page from now on, ``?ms=20`` all.
``/rewritten?is=1`` has every record be written in another way in each answer from now on, so that
none is seen again as it was for a long time; ``?is=0`` ends that.
"""

import asyncio
import functools
import itertools
import json
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from aiohttp import WSMsgType, web
from pages import rewritten_pages, vendor_pages

_CALLS = {
    "canopsis": ("GET", "/canopsis/api/v2/sessions"),
    "digital_samba": ("GET", "/digital_samba/sessions"),
    "ekran": ("POST", "/ekran/sessions"),
    "roundware": ("GET", "/roundware/sessions/"),
}


_WAYS = 64
"""In how many ways records are written: 13 MB of them are more than anybody remembers."""


class Upstreams:
    """The vendors, and how many pages they were asked for."""

    def __init__(
        self, pages: Mapping[str, bytes], rewritten: Mapping[str, Sequence[bytes]]
    ) -> None:
        self._pages = pages
        self._rewritten = {name: itertools.cycle(each) for name, each in rewritten.items()}
        self._is_rewritten = False
        self._delay_seconds = dict.fromkeys(pages, 0.0)
        self._asked = 0

    def app(self) -> web.Application:
        """Give the application that serves them, each under a path of its own."""
        app = web.Application()
        app.router.add_get("/asked", self._tell)
        app.router.add_get("/delayed", self._delay)
        app.router.add_get("/rewritten", self._rewrite)
        app.router.add_get("/cortex", self._cortex)
        for vendor, (method, path) in _CALLS.items():
            app.router.add_route(method, path, functools.partial(self._answer, vendor))
        return app

    async def _tell(self, _request: web.Request) -> web.Response:
        return web.json_response(self._asked)

    async def _delay(self, request: web.Request) -> web.Response:
        delays = [float(ms) / 1000 for ms in request.query["ms"].split(",")]
        self._delay_seconds = dict(zip(self._pages, itertools.cycle(delays), strict=False))
        return web.json_response(self._delay_seconds)

    async def _rewrite(self, request: web.Request) -> web.Response:
        self._is_rewritten = request.query["is"] == "1"
        return web.json_response(self._is_rewritten)

    async def _page(self, vendor: str) -> bytes:
        self._asked += 1
        if delay_seconds := self._delay_seconds[vendor]:
            await asyncio.sleep(delay_seconds)
        return next(self._rewritten[vendor]) if self._is_rewritten else self._pages[vendor]

    async def _answer(self, vendor: str, request: web.Request) -> web.Response:
        await request.read()
        return web.Response(body=await self._page(vendor), content_type="application/json")

    async def _cortex(self, request: web.Request) -> web.WebSocketResponse:
        """Answer JSON-RPC: whoever calls is let in, and may list."""
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        async with asyncio.TaskGroup() as group:
            async for message in socket:
                group.create_task(self._reply(socket, json.loads(message.data)))
        return socket

    async def _reply(self, socket: web.WebSocketResponse, call: Mapping[str, Any]) -> None:
        reply = b'{"id": %d, "jsonrpc": "2.0", "result": ' % call["id"]
        await socket.send_frame(reply + await self._result(call["method"]) + b"}", _TEXT)

    async def _result(self, method: str) -> bytes:
        return _ADMISSION.get(method) or await self._page("cortex")


_TEXT = WSMsgType.TEXT
_ADMISSION = {
    "getUserLogin": msgspec.json.encode(["somebody"]),
    "authorize": msgspec.json.encode({"_auth": "a made-up token"}),
}


async def _app() -> web.Application:
    return Upstreams(await vendor_pages(), await rewritten_pages(_WAYS)).app()


def main() -> None:
    """Serve on a free port until told to stop."""
    web.run_app(_app(), host="127.0.0.1", port=0, access_log=None)


if __name__ == "__main__":
    main()
