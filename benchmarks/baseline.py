"""The gateway that a skilled user would write by hand: aiohttp, orjson and plain dicts.

    python benchmarks/baseline.py http://127.0.0.1:41234      (the address of the upstreams)

With ``--stdlib`` it reads and writes JSON by the standard library.

Its rows are the gateway's, field by field and in the same order. Around them it does less: no
cursor, no totals, no report of each backend, no deadline, no log of requests, no caller's key, no
bound on what a vendor may send. A vendor that fails fails the page, and so does one odd record.
"""

import argparse
import asyncio
import functools
import itertools
import json
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import aiohttp
import orjson
from aiohttp import web
from baseline_order import selected
from baseline_rows import MAPPERS, Row, records_in, with_offset


@dataclass(frozen=True)
class Codec:
    """What reads and writes JSON."""

    loads: Callable[[str | bytes], Any]
    dumps: Callable[[Any], bytes]


def _in_words(value: datetime) -> str:
    return value.isoformat().removesuffix("+00:00") + "Z"


ORJSON = Codec(orjson.loads, functools.partial(orjson.dumps, option=orjson.OPT_UTC_Z))
STDLIB = Codec(json.loads, lambda value: json.dumps(value, default=_in_words).encode())


class Cortex:
    """The one that is called over a WebSocket: answers find their calls by number."""

    def __init__(self, url: str, client: aiohttp.ClientSession, codec: Codec) -> None:
        self._url = url
        self._client = client
        self._codec = codec
        self._numbers = itertools.count()
        self._waiting: dict[int, asyncio.Future[Any]] = {}
        self._connecting = asyncio.Lock()
        self._socket: aiohttp.ClientWebSocketResponse | None = None
        self._listening: asyncio.Task[None] | None = None
        self._token = ""

    async def sessions(self) -> Any:  # noqa: ANN401  # JSON
        """Ask for all."""
        async with self._connecting:
            if self._socket is None:
                self._socket = await self._client.ws_connect(self._url)
                self._listening = asyncio.create_task(self._listen(self._socket))
                self._token = (await self._call(self._socket, "authorize", {}))["_auth"]
        return await self._call(self._socket, "querySessions", {"_auth": self._token})

    async def _call(self, socket: aiohttp.ClientWebSocketResponse, method: str, params: Row) -> Any:  # noqa: ANN401  # JSON
        number = next(self._numbers)
        answer = self._waiting[number] = asyncio.get_running_loop().create_future()
        call = {"jsonrpc": "2.0", "id": number, "method": method, "params": params}
        await socket.send_str(self._codec.dumps(call).decode())
        return await answer

    async def _listen(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        async for message in socket:
            reply = self._codec.loads(message.data)
            self._waiting.pop(reply["id"]).set_result(reply["result"])


class Vendors:
    """The five upstreams, and the connections to them."""

    def __init__(self, address: str, client: aiohttp.ClientSession, codec: Codec) -> None:
        self._address = address
        self._client = client
        self._codec = codec
        self._cortex = Cortex(f"{address}/cortex", client, codec)

    async def rows(self) -> list[Row]:
        """Ask all at once, and map all they have."""
        answers = await asyncio.gather(
            self._ask("GET", "canopsis/api/v2/sessions", headers={"x-canopsis-authkey": "made up"}),
            self._cortex.sessions(),
            self._ask("GET", "digital_samba/sessions?limit=100&order=desc"),
            self._ask("POST", "ekran/sessions", json={"sessionCount": 1000, "pageIndex": 0}),
            self._ask("GET", "roundware/sessions/", headers={"Authorization": "Token made-up"}),
        )
        now = datetime.now(UTC)
        return [
            mapper(record, now)
            for (vendor, mapper), answer in zip(MAPPERS.items(), answers, strict=True)
            for record in records_in(vendor, answer)
        ]

    async def _ask(self, method: str, path: str, **options: Any) -> Any:  # noqa: ANN401  # aiohttp's options, and JSON
        async with self._client.request(method, f"{self._address}/{path}", **options) as reply:
            reply.raise_for_status()
            return self._codec.loads(await reply.read())


class Gateway:
    """The one call, and the answer to the call before, ready to be sent again."""

    def __init__(self, upstreams: str, codec: Codec) -> None:
        self._upstreams = upstreams
        self._codec = codec
        self._last = b""

    def app(self) -> web.Application:
        """Give the application."""
        app = web.Application()
        app.cleanup_ctx.append(self._connected)
        app.router.add_get("/v1/sessions", self._sessions)
        app.router.add_get("/prebuilt", self._prebuilt)
        return app

    async def _connected(self, _app: web.Application) -> AsyncIterator[None]:
        async with aiohttp.ClientSession() as client:
            self._vendors = Vendors(self._upstreams, client, self._codec)
            yield

    async def _sessions(self, request: web.Request) -> web.Response:
        """Give a page of what passes the filters, newest first."""
        statuses = set(request.query.getall("status", []))
        after = with_offset(request.query.get("started_after"))
        rows = selected(await self._vendors.rows(), statuses, after)
        page = {"data": rows[: int(request.query.get("limit", 50))]}
        self._last = self._codec.dumps(page)
        return web.Response(body=self._last, content_type="application/json")

    async def _prebuilt(self, _request: web.Request) -> web.Response:
        """Give bytes that are there already: the least that an aiohttp server can do."""
        return web.Response(body=self._last, content_type="application/json")


def main() -> None:
    """Serve on a free port until told to stop."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("upstreams")
    parser.add_argument("--stdlib", dest="is_stdlib", action="store_true")
    asked = parser.parse_args()
    app = Gateway(asked.upstreams, STDLIB if asked.is_stdlib else ORJSON).app()
    web.run_app(app, host="127.0.0.1", port=0, access_log=None)


if __name__ == "__main__":
    main()
