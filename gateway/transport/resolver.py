"""Looking host names up for one wire, in threads of its own."""

import asyncio
import errno
import socket
import threading
from contextlib import suppress
from typing import TypeAlias

from aiohttp.abc import AbstractResolver, ResolveResult

_MAX_LOOK_UPS = 2
"""One for the host of the wire, and one more for while the first hangs."""

_Found: TypeAlias = list[ResolveResult] | OSError | UnicodeError


class OwnResolver(AbstractResolver):
    """Asks the system, as aiohttp's own does, but shares its threads with no other wire.

    A name server that hangs then keeps nobody else's names waiting, nor the process from ending:
    the threads are daemons.
    """

    def __init__(self) -> None:
        self._free = asyncio.Semaphore(_MAX_LOOK_UPS)

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """Give the addresses of a host.

        Raises ``OSError`` where it has none, ``EAGAIN`` where no thread is left to ask in.
        """
        await self._free.acquire()
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[_Found] = loop.create_future()

        def look_up() -> None:
            found = _looked_up(host, port, family)
            with suppress(RuntimeError):  # The loop was closed meanwhile, and nobody asks any more.
                loop.call_soon_threadsafe(self._settle, answer, found)

        try:
            threading.Thread(target=look_up, name=f"look-up of {host}", daemon=True).start()
        except RuntimeError as error:
            self._free.release()
            raise OSError(errno.EAGAIN, "no thread can be started") from error
        found = await answer
        if isinstance(found, Exception):
            raise found
        return found

    async def close(self) -> None:
        """Wait for nothing: nobody can end a look-up."""

    def _settle(self, answer: asyncio.Future[_Found], found: _Found) -> None:
        # Whoever asked may be gone, but the thread has been busy until now.
        self._free.release()
        if not answer.done():
            answer.set_result(found)


def _looked_up(host: str, port: int, family: socket.AddressFamily) -> _Found:
    try:
        entries = socket.getaddrinfo(
            host, port, family, socket.SOCK_STREAM, flags=socket.AI_ADDRCONFIG
        )
    except (OSError, UnicodeError) as error:
        return error
    return [
        ResolveResult(
            hostname=host,
            host=str(address[0]),
            port=port,
            family=found_family,
            proto=proto,
            flags=socket.AI_NUMERICHOST | socket.AI_NUMERICSERV,
        )
        for found_family, _, proto, _, address in entries
    ]
