"""Five upstreams in one process: each answers its vendor's call with prebuilt bytes.

    python benchmarks/upstreams.py [--delay-ms 20]

They look at nothing they are sent, so that the load is the same whoever asks. ``/asked`` tells
how many pages were asked for, so that nobody can win by asking less without it being seen.
"""

import argparse
import asyncio
import functools
import json
from collections.abc import Mapping

import msgspec
from aiohttp import WSMsgType, web
from pages import vendor_pages

_CALLS = {
    "canopsis": ("GET", "/canopsis/api/v2/sessions"),
    "digital_samba": ("GET", "/digital_samba/sessions"),
    "ekran": ("POST", "/ekran/sessions"),
    "roundware": ("GET", "/roundware/sessions/"),
}


class Upstreams:
    """The vendors, and how many pages they were asked for."""

    def __init__(self, pages: Mapping[str, bytes], delay_seconds: float) -> None:
        self._pages = pages
        self._delay_seconds = delay_seconds
        self._asked = 0

    def app(self) -> web.Application:
        """Give the application that serves them, each under a path of its own."""
        app = web.Application()
        app.router.add_get("/asked", self._tell)
        app.router.add_get("/cortex", self._cortex)
        for vendor, (method, path) in _CALLS.items():
            app.router.add_route(method, path, functools.partial(self._answer, vendor))
        return app

    async def _tell(self, _request: web.Request) -> web.Response:
        return web.json_response(self._asked)

    async def _page(self, vendor: str) -> bytes:
        self._asked += 1
        if self._delay_seconds:
            await asyncio.sleep(self._delay_seconds)
        return self._pages[vendor]

    async def _answer(self, vendor: str, request: web.Request) -> web.Response:
        await request.read()
        return web.Response(body=await self._page(vendor), content_type="application/json")

    async def _cortex(self, request: web.Request) -> web.WebSocketResponse:
        """Answer JSON-RPC: whoever calls is let in, and may list."""
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        async for message in socket:
            call = json.loads(message.data)
            reply = b'{"id": %d, "jsonrpc": "2.0", "result": ' % call["id"]
            await socket.send_frame(reply + await self._result(call["method"]) + b"}", _TEXT)
        return socket

    async def _result(self, method: str) -> bytes:
        return _ADMISSION.get(method) or await self._page("cortex")


_TEXT = WSMsgType.TEXT
_ADMISSION = {
    "getUserLogin": msgspec.json.encode(["somebody"]),
    "authorize": msgspec.json.encode({"_auth": "a made-up token"}),
}


async def _app(delay_seconds: float) -> web.Application:
    return Upstreams(await vendor_pages(), delay_seconds).app()


def main() -> None:
    """Serve on a free port until told to stop."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--delay-ms", type=float, default=0.0, help="before every page")
    delay_seconds = parser.parse_args().delay_ms / 1000
    web.run_app(_app(delay_seconds), host="127.0.0.1", port=0, access_log=None)


if __name__ == "__main__":
    main()
