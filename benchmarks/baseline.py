"""The gateway that a skilled user would write by hand: aiohttp, orjson and plain dicts.

    python benchmarks/baseline.py http://127.0.0.1:41234      (the address of the upstreams)

Its rows are the gateway's, field by field and in the same order. Around them it does less: no
cursor, no totals, no report of each backend, no deadline, no log of requests, no caller's key, no
bound on what a vendor may send. A vendor that fails fails the page, and so does one odd record.
"""

import argparse
import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import aiohttp
import orjson
from aiohttp import web
from baseline_rows import MAPPERS, Row, records_in, with_offset


class Vendors:
    """The five upstreams, and the connections to them."""

    def __init__(self, address: str, client: aiohttp.ClientSession) -> None:
        self._address = address
        self._client = client
        self._socket: aiohttp.ClientWebSocketResponse | None = None
        self._token = ""
        self._one_call = asyncio.Lock()

    async def rows(self) -> list[Row]:
        """Ask all at once, and map all they have."""
        answers = await asyncio.gather(
            self._ask("GET", "canopsis/api/v2/sessions", headers={"x-canopsis-authkey": "made up"}),
            self._query_cortex(),
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
            return orjson.loads(await reply.read())

    async def _query_cortex(self) -> Any:  # noqa: ANN401  # JSON
        async with self._one_call:
            if self._socket is None:
                self._socket = await self._client.ws_connect(f"{self._address}/cortex")
                self._token = (await self._call(self._socket, "authorize", {}))["_auth"]
            return await self._call(self._socket, "querySessions", {"_auth": self._token})

    @staticmethod
    async def _call(socket: aiohttp.ClientWebSocketResponse, method: str, params: Row) -> Any:  # noqa: ANN401  # JSON
        call = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}
        await socket.send_str(orjson.dumps(call).decode())
        return orjson.loads(await socket.receive_str())["result"]


class Gateway:
    """The one call, and the answer to the call before, ready to be sent again."""

    def __init__(self, upstreams: str) -> None:
        self._upstreams = upstreams
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
            self._vendors = Vendors(self._upstreams, client)
            yield

    async def _sessions(self, request: web.Request) -> web.Response:
        """Give a page of what passes the filters, newest first."""
        statuses = set(request.query.getall("status", []))
        after = with_offset(request.query.get("started_after"))
        rows = [
            row
            for row in await self._vendors.rows()
            if (not statuses or row["status"] in statuses)
            and (after is None or (row["started_at"] is not None and row["started_at"] >= after))
        ]
        rows.sort(key=_place)
        page = {"data": rows[: int(request.query.get("limit", 50))]}
        self._last = orjson.dumps(page, option=orjson.OPT_UTC_Z)
        return web.Response(body=self._last, content_type="application/json")

    async def _prebuilt(self, _request: web.Request) -> web.Response:
        """Give bytes that are there already: the least that an aiohttp server can do."""
        return web.Response(body=self._last, content_type="application/json")


def _place(row: Row) -> tuple[bool, float, str, str]:
    start = row["started_at"]
    return (start is None, -start.timestamp() if start else 0.0, row["backend"], row["native_id"])


def main() -> None:
    """Serve on a free port until told to stop."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("upstreams")
    app = Gateway(parser.parse_args().upstreams).app()
    web.run_app(app, host="127.0.0.1", port=0, access_log=None)


if __name__ == "__main__":
    main()
