"""WebSockets as a raw server speaks them: the handshake, and frames."""

import asyncio
import base64
import hashlib
import struct

from tests.laboratory.messages import Request

TEXT, BINARY, CLOSE, PING, PONG = 0x1, 0x2, 0x8, 0x9, 0xA

_KEY_SUFFIX = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
_IN_TWO_BYTES, _IN_EIGHT_BYTES = 126, 127


def accepting(request: Request) -> bytes:
    """Accept a handshake, as in RFC 6455, section 4.2.2."""
    key = request.headers["sec-websocket-key"] + _KEY_SUFFIX
    accept = base64.b64encode(hashlib.sha1(key.encode()).digest()).decode()  # noqa: S324  # the protocol's own
    lines = ("HTTP/1.1 101 Switching Protocols", "Upgrade: websocket", "Connection: Upgrade")
    return "\r\n".join((*lines, f"Sec-WebSocket-Accept: {accept}", "", "")).encode()


def frame(data: bytes, kind: int = TEXT) -> bytes:
    """Write a whole frame, as a server does: unmasked."""
    return bytes([0x80 | kind]) + _length(len(data)) + data


def _length(length: int) -> bytes:
    if length < _IN_TWO_BYTES:
        return bytes([length])
    if length < 2**16:
        return struct.pack("!BH", _IN_TWO_BYTES, length)
    return struct.pack("!BQ", _IN_EIGHT_BYTES, length)


async def read_frame(reader: asyncio.StreamReader) -> tuple[int, bytes]:
    """Read a client's frame, which is masked, and give its kind and what is in it."""
    first, second = await reader.readexactly(2)
    length = second & 0x7F
    if length == _IN_TWO_BYTES:
        (length,) = struct.unpack("!H", await reader.readexactly(2))
    elif length == _IN_EIGHT_BYTES:
        (length,) = struct.unpack("!Q", await reader.readexactly(8))
    mask = await reader.readexactly(4)
    data = await reader.readexactly(length)
    return first & 0x0F, bytes(byte ^ mask[n % 4] for n, byte in enumerate(data))
