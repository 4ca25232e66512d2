"""What a vendor may do to an HTTP request."""

import asyncio
import json
import struct
import zlib
from collections.abc import Callable
from functools import cache
from typing import Any

from tests.laboratory.messages import Reply
from tests.laboratory.server import Exchange, Fault

VENDORS_WORDS = "canary: the vendor's own words"
"""They stand wherever a reply has room for them, and may be told to nobody."""

TLS_ALERT = b"\x15\x03\x03\x00\x02\x02\x0a"
"""What a server that speaks TLS answers to what is none: an unexpected message (RFC 8446, 6)."""

BOMB_MEGABYTES = 200

_DRIP_SECONDS = 0.02
_HTML = ("Content-Type: text/html",)
_GZIP = "Content-Encoding: gzip"


async def honest(exchange: Exchange) -> None:
    """Answer as an honest vendor does."""
    await exchange.send(exchange.honest().written())


class Held:
    """A vendor that answers when it is let."""

    def __init__(self) -> None:
        self.has_come = asyncio.Event()
        self.is_let = asyncio.Event()

    async def __call__(self, exchange: Exchange) -> None:
        """Wait, and answer as is right."""
        self.has_come.set()
        await self.is_let.wait()
        await honest(exchange)


async def silent(exchange: Exchange) -> None:
    """Never answer."""
    await exchange.until_left()


async def dripping(exchange: Exchange) -> None:
    """Send the answer byte by byte: no gap is long, and it never comes to an end."""
    await exchange.send(exchange.honest().head("Content-Length: 100000"))
    while True:
        await exchange.send(b" ")
        await asyncio.sleep(_DRIP_SECONDS)


async def resetting(exchange: Exchange) -> None:
    """Reset the connection before any answer."""
    exchange.reset()


async def closing(exchange: Exchange) -> None:
    """Close the connection before any answer."""
    await exchange.close()


async def cut_body(exchange: Exchange) -> None:
    """Tell the length of the body, and close in the midst of it."""
    reply = exchange.honest()
    await exchange.send(reply.written()[: -len(reply.body) // 2])
    await exchange.close()


async def reset_body(exchange: Exchange) -> None:
    """Tell the length of the body, and reset in the midst of it."""
    reply = exchange.honest()
    await exchange.send(reply.written()[: -len(reply.body) // 2])
    # What was sent is to be read first: a reset throws away what was not.
    await asyncio.sleep(_DRIP_SECONDS)
    exchange.reset()


async def cut_chunks(exchange: Exchange) -> None:
    """Send a body in chunks, and close before the last."""
    reply = exchange.honest()
    await exchange.send(reply.head("Transfer-Encoding: chunked"))
    await exchange.send(b"%x\r\n%s\r\n" % (len(reply.body), reply.body))
    await exchange.close()


async def cut_unframed(exchange: Exchange) -> None:
    """Send half of a body that only the end of the connection ends."""
    reply = exchange.honest()
    await exchange.send(reply.head("Connection: close") + reply.body[: len(reply.body) // 2])
    await exchange.close()


async def half_of_it(exchange: Exchange) -> None:
    """Answer with half of the text, as if it were all."""
    body = exchange.honest().body
    await exchange.send(Reply(body[: len(body) // 2]).written())


async def corrupt_gzip(exchange: Exchange) -> None:
    """Announce gzip, and send something else."""
    await exchange.send(Reply(VENDORS_WORDS.encode(), headers=(_GZIP,)).written())


async def gzip_bomb(exchange: Exchange) -> None:
    """Send 195 KB that are 200 MB when they are unpacked."""
    packed = bomb(BOMB_MEGABYTES)
    await exchange.send(Reply(packed, headers=(_GZIP,)).written())


@cache
def bomb(megabytes: int) -> bytes:
    """Pack so many megabytes of spaces."""
    spaces = b" " * 1024 * 1024
    packer = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    # What was flushed in full can be said again: packing all of it would take a second.
    piece = packer.compress(spaces) + packer.flush(zlib.Z_FULL_FLUSH)
    check = 0
    for _ in range(megabytes):
        check = zlib.crc32(spaces, check)
    end = packer.flush() + struct.pack("<II", check, len(spaces) * megabytes % 2**32)
    return b"\x1f\x8b\x08\0\0\0\0\0\2\xff" + piece * megabytes + end


async def endless(exchange: Exchange) -> None:
    """Send a body without an end."""
    await exchange.send(exchange.honest().head("Connection: close"))
    while True:
        await exchange.send(b" " * 65536)


def replying(body: bytes = b"", status: str = "200 OK", *headers: str) -> Fault:
    """Answer every request with this; an error in words of the vendor's own."""
    is_good = status.startswith("200")
    told = body if is_good or body else json.dumps({"message": VENDORS_WORDS}).encode()
    reason = status if is_good else f"{status} {VENDORS_WORDS}"

    async def reply(exchange: Exchange) -> None:
        await exchange.send(Reply(told, reason, headers).written())

    return reply


def html(status: str = "200 OK") -> Fault:
    """Show a page instead of an answer."""
    return replying(f"<html><h1>Log in: {VENDORS_WORDS}</h1>".encode(), status, *_HTML)


def raw(data: bytes) -> Fault:
    """Answer with these bytes, and hang up."""

    async def send(exchange: Exchange) -> None:
        await exchange.send(data)
        await exchange.close()

    return send


def with_head(*lines: str) -> Fault:
    """Answer honestly, with more lines in the head."""

    async def send(exchange: Exchange) -> None:
        reply = exchange.honest()
        length = f"Content-Length: {len(reply.body)}"
        await exchange.send(reply.head(length, *lines) + reply.body)

    return send


def rewriting(change: Callable[[bytes], bytes]) -> Fault:
    """Answer with what is made of the honest body."""

    async def send(exchange: Exchange) -> None:
        reply = exchange.honest()
        await exchange.send(Reply(change(reply.body), reply.status, reply.headers).written())

    return send


def saying(change: Callable[[Any], object]) -> Fault:
    """Answer with what is made of the honest document."""
    return rewriting(lambda body: json.dumps(change(json.loads(body))).encode())


def slow(seconds: float) -> Fault:
    """Answer honestly, after a while."""

    async def answer(exchange: Exchange) -> None:
        await asyncio.sleep(seconds)
        await honest(exchange)

    return answer


def first(count: int, fault: Fault, then: Fault = honest) -> Fault:
    """Do this to the first requests of all, and be honest afterwards."""

    async def play(exchange: Exchange) -> None:
        await (fault if exchange.number <= count else then)(exchange)

    return play


def on_a_kept_connection(fault: Fault) -> Fault:
    """Do this where a connection is used again, and be honest on a new one."""

    async def play(exchange: Exchange) -> None:
        await (honest if exchange.turn == 1 else fault)(exchange)

    return play


def at(number: int, fault: Fault) -> Fault:
    """Do this to one request, and be honest to all others."""

    async def play(exchange: Exchange) -> None:
        await (fault if exchange.number == number else honest)(exchange)

    return play


def where_let_in(fault: Fault) -> Fault:
    """Do this to whoever comes with a cookie, and be honest to who wants one."""

    async def play(exchange: Exchange) -> None:
        await (fault if "cookie" in exchange.request.headers else honest)(exchange)

    return play
