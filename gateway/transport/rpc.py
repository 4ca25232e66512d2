"""JSON-RPC 2.0 over one WebSocket to one vendor, opened when needed and again after it broke."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace

import msgspec
from yarl import URL

from gateway.figures.backends import Traffic
from gateway.spi import RpcEndpoint
from gateway.transport.client import Client
from gateway.transport.connection import RpcConnection, connect, only_an_upgrade
from gateway.transport.dispatch import Dispatch
from gateway.transport.failures import Translated
from gateway.transport.in_flight import charge
from gateway.transport.limits import Limits, Trust
from gateway.transport.passage import Passage
from gateway.transport.proxy import Proxy
from gateway.transport.slots import Slots
from gateway.transport.turns import Turns

_LONG_BYTES = 16 * 1024 * 1024


class RpcWire:
    """One long-lived connection to one vendor.

    Fulfils :class:`~gateway.spi.transport.RpcTransport`. Any number of calls may be made at the
    same time; those beyond the limit wait for their turn, and so does every second call where the
    vendor handles one at a time.
    """

    def __init__(  # noqa: PLR0913  # what it is made with, each by its name
        self,
        endpoint: RpcEndpoint,
        limits: Limits,
        trust: Trust,
        *,
        turns: Turns | None = None,
        proxy: Proxy | None = None,
        traffic: Traffic | None = None,
    ) -> None:
        """Open nothing yet. Without ``turns`` that it shares with others it has its own.

        What goes over it is counted in ``traffic``.

        Raises ``ValueError`` for a trust that cannot be used.
        """
        self._url = endpoint.url
        self._limits = limits
        if turns is None:
            concurrency = 1 if endpoint.is_serial else limits.concurrency
            turns = Turns.within(replace(limits, concurrency=concurrency))
        self._slots = Slots(turns, limits.timeout_seconds)
        self._client = Client(URL(endpoint.url), limits, trust, proxy, (only_an_upgrade,))
        self._traffic = traffic or Traffic()
        self._opening = asyncio.Lock()
        self._connection: RpcConnection | None = None

    async def call(self, method: str, params: Mapping[str, object] | None = None) -> msgspec.Raw:
        """Call a method and give its result as it came.

        Sent once. Raises :class:`~gateway.spi.transport.RpcError` where the vendor answers with an
        error, and :class:`~gateway.spi.errors.UpstreamError` for all that goes wrong on the way.
        """
        dispatch = Dispatch()
        with dispatch, Passage(self._traffic, method, {"rpc.method": method}) as passage:
            async with self._slots.slot(method):
                passage.begin()
                with Translated(method):
                    connection = await self._connected()
                    result = await connection.call(method, params, dispatch)
                # Not before: a message is given as a whole. While it waits no other is asked for.
                size = memoryview(result).nbytes
                await charge(size, method)
            if size > _LONG_BYTES:
                await asyncio.sleep(0)  # To find it in its message took a while, too.
        return result

    async def close(self) -> None:
        """End what is under way, refuse what is asked from now on, and close the connection."""
        await self._slots.close()
        if self._connection is not None:
            await self._connection.close()
        await self._client.close()

    async def _connected(self) -> RpcConnection:
        """Give the open connection. One call opens it; the others wait, each for its own time."""
        if self._connection is not None and not self._connection.is_broken:
            return self._connection
        async with self._opening:
            if self._connection is not None and self._connection.is_broken:
                await self._connection.close()
                self._connection = None
            if self._connection is None:
                self._connection = await connect(self._client, self._url, self._limits)
            return self._connection
