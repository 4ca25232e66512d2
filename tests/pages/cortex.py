"""The call of Cortex's "querySessions", word for word."""

import json
from collections.abc import Mapping
from typing import Any, TypeAlias

import aiohttp

from tests.pages.relay import Call
from tests.pages.support import Reader

Row: TypeAlias = dict[str, Any]


def queries(reader: Reader) -> list[Call]:
    return reader.relay.calls("querySessions")


def asked_for(reader: Reader) -> list[Mapping[str, Any]]:
    """Give what was asked of the vendor besides to be let in."""
    return [
        {name: value for name, value in call.parameters.items() if name != "_auth"}
        for call in queries(reader)
    ]


async def page_rows(reader: Reader, query: Mapping[str, object] | None = None) -> list[Row]:
    """Call the vendor as the page does, with the token of the gateway."""
    params = {**queries(reader)[-1].parameters, "query": query or {}}
    request = {"jsonrpc": "2.0", "method": "querySessions", "params": params, "id": "page"}
    async with aiohttp.ClientSession() as client, client.ws_connect(reader.address) as socket:
        await socket.send_json(request)
        async for frame in socket:
            reply = json.loads(frame.data)
            if reply.get("id") == "page" and "warning" not in reply:
                rows: list[Row] = reply["result"]
                return rows
    raise AssertionError("the vendor has hung up")
