"""Serve a Digital Samba with one fault, on a free port, until told to stop.

python -m tests.laboratory silent
"""

import asyncio
import sys

from tests.laboratory.http_faults import gzip_bomb, honest, silent
from tests.laboratory.messages import Reply
from tests.laboratory.server import Exchange, Fault, FaultServer
from tests.laboratory.vendors import digital_samba

_LARGEST = 16 * 1024 * 1024
"""The largest body that is let through."""

_BEGIN, _END = b'{"data": [], "of no use": "', b'"}'
_PIECE = b"x" * (_LARGEST - len(_BEGIN + _END))
_HELD_SECONDS = 3.0


async def large(exchange: Exchange) -> None:
    """Send a large body, and hold its end back until the others that were asked for are there."""
    head = Reply().head(f"Content-Length: {_LARGEST}")
    for piece in (head, _BEGIN, _PIECE):
        await exchange.send(piece)
    await asyncio.sleep(_HELD_SECONDS)
    await exchange.send(_END)


FAULTS: dict[str, Fault] = {
    "honest": honest,
    "silent": silent,
    "large": large,
    "bomb": gzip_bomb,
}


async def _serve(fault: Fault) -> None:
    async with FaultServer(digital_samba(), fault) as server:
        sys.stdout.write(f"{server.url()}\n")
        sys.stdout.flush()
        await asyncio.get_running_loop().create_future()


if __name__ == "__main__":
    asyncio.run(_serve(FAULTS[sys.argv[1]]))
