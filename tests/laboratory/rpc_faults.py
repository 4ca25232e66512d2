"""What a vendor may do to a call by JSON-RPC over a WebSocket."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from tests.laboratory.http_faults import VENDORS_WORDS
from tests.laboratory.server import Exchange, Fault
from tests.laboratory.websocket import BINARY, CLOSE, PING, PONG, TEXT, accepting, frame, read_frame

RpcVendor: TypeAlias = Callable[[str, Mapping[str, object]], object]
"""What an honest vendor answers to a method with its parameters."""


@dataclass(frozen=True)
class Call:
    """A call that has come. ``number`` counts those of its method, on all connections, from 1."""

    exchange: Exchange
    id: int
    method: str
    result: object
    number: int

    def answer(self) -> dict[str, object]:
        """Give the honest answer."""
        return {"jsonrpc": "2.0", "id": self.id, "result": self.result}

    async def tell(self, message: object) -> None:
        """Send a message: text as it is, anything else as JSON."""
        text = message if isinstance(message, str) else json.dumps(message)
        await self.exchange.send(frame(text.encode()))


RpcFault: TypeAlias = Callable[[Call], Awaitable[None]]


def conversing(vendor: RpcVendor, method: str, fault: RpcFault) -> Fault:
    """Accept a WebSocket, be honest to every method but this, and do that to calls of it."""
    counts: dict[str, int] = {}

    async def converse(exchange: Exchange) -> None:
        await exchange.send(accepting(exchange.request))
        while True:
            kind, data = await read_frame(exchange.reader)
            if kind == CLOSE:
                return await exchange.close()
            if kind == PING:
                await exchange.send(frame(data, PONG))
            if kind == TEXT:
                call = _noted(json.loads(data), exchange, counts, vendor)
                await (fault if call.method == method else honest)(call)

    return converse


def _noted(
    asked: dict[str, Any], exchange: Exchange, counts: dict[str, int], vendor: RpcVendor
) -> Call:
    method, params = asked["method"], asked.get("params") or {}
    exchange.note(method, json.dumps(params).encode())
    counts[method] = counts.get(method, 0) + 1
    return Call(exchange, asked["id"], method, vendor(method, params), counts[method])


async def honest(call: Call) -> None:
    """Answer as an honest vendor does."""
    await call.tell(call.answer())


async def dropping(call: Call) -> None:
    """Send half of the answer, and drop the connection."""
    answer = frame(json.dumps(call.answer()).encode())
    await call.exchange.send(answer[: len(answer) // 2])
    await call.exchange.close()


async def too_big(call: Call) -> None:
    """Send a message larger than anybody takes."""
    await call.exchange.send(b"\x81\x7f" + (2**40).to_bytes(8))
    await call.exchange.until_left()


async def garbage(call: Call) -> None:
    """Send what is no message."""
    await call.tell(f"{{{{ {VENDORS_WORDS}")


async def binary(call: Call) -> None:
    """Send the answer in a frame that is not of text."""
    await call.exchange.send(frame(json.dumps(call.answer()).encode(), BINARY))


async def unknown_id(call: Call) -> None:
    """Answer a call that nobody made."""
    await call.tell(call.answer() | {"id": 987_654_321})


async def reused_id(call: Call) -> None:
    """Answer the call before this one once more."""
    await call.tell(call.answer() | {"id": call.id - 1})


async def half_open(call: Call) -> None:
    """Read nothing and send nothing from now on, and leave the connection open."""
    del call
    await asyncio.get_running_loop().create_future()


def refusing(code: int) -> RpcFault:
    """Answer with an error."""

    async def refuse(call: Call) -> None:
        error = {"code": code, "message": VENDORS_WORDS, "data": VENDORS_WORDS}
        await call.tell({"jsonrpc": "2.0", "id": call.id, "error": error})

    return refuse


def once(fault: RpcFault) -> RpcFault:
    """Do this to the first call, and be honest to all others."""

    async def play(call: Call) -> None:
        await (fault if call.number == 1 else honest)(call)

    return play


def thrice(fault: RpcFault) -> RpcFault:
    """Do this three times."""

    async def play(call: Call) -> None:
        for _ in range(3):
            await fault(call)

    return play


def before_answer(fault: RpcFault) -> RpcFault:
    """Do this, and then be honest."""

    async def play(call: Call) -> None:
        await fault(call)
        await honest(call)

    return play


STRAY: dict[str, RpcFault] = {
    "garbage": garbage,
    "a binary frame": binary,
    "an unknown id": unknown_id,
    "an id used before": reused_id,
}
"""What answers no call."""
