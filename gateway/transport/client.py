"""The aiohttp client of one wire: shared with no other, and lets go of connections at once."""

import asyncio
import functools
import ssl
from collections.abc import Mapping
from typing import TYPE_CHECKING, TypedDict
from weakref import WeakSet

import aiohttp
from aiohttp.abc import AbstractResolver
from aiohttp.connector import Connection
from aiohttp.tracing import Trace
from yarl import URL

from gateway.transport.dispatch import Dispatch
from gateway.transport.egress import Egress, guarded
from gateway.transport.limits import Limits, Trust
from gateway.transport.proxy import Proxy
from gateway.transport.resolver import OwnResolver
from gateway.transport.tls import verification

if TYPE_CHECKING:
    from aiohttp.client_proto import ResponseHandler

_PLAIN = {"http", "ws"}


class Via(TypedDict, total=False):
    """How aiohttp is told of a proxy."""

    proxy: URL
    proxy_headers: Mapping[str, str]


class Client:
    """An aiohttp session that keeps no cookie and heeds neither proxy nor netrc settings.

    It is opened at its first use, because it belongs to a running loop. Each wire has its own, so
    that no vendor gets another's connections, nor waits for them or for its name server.
    """

    def __init__(
        self,
        url: URL,
        limits: Limits,
        trust: Trust,
        proxy: Proxy | None = None,
        middlewares: tuple[aiohttp.ClientMiddlewareType, ...] = (),
    ) -> None:
        self._limits = limits
        self._verification = verification(trust)
        self._middlewares = middlewares
        self._proxy = proxy
        self._is_plain = url.scheme in _PLAIN
        self._egress = Egress(
            port=(proxy.url if proxy else url).port or 0,
            is_loopback_only=self._is_plain and not trust.allow_plaintext,
        )
        self._connector: _Connector | None = None
        self._session: aiohttp.ClientSession | None = None

    @property
    def via(self) -> Via:
        """Say by which proxy each request goes out."""
        if self._proxy is None:
            return {}
        return {"proxy": self._proxy.url, "proxy_headers": dict(self._proxy.credentials)}

    @property
    def headers(self) -> Mapping[str, str]:
        """Give what a request itself tells the proxy: nothing, where it passes by in a tunnel."""
        return self._proxy.credentials if self._proxy and self._is_plain else {}

    def opened(self) -> aiohttp.ClientSession:
        """Give the aiohttp session, and open it if this is its first use."""
        if self._session is None:
            self._connector = _Connector(self._verification, OwnResolver(), guarded(self._egress))
            self._session = aiohttp.ClientSession(
                connector=self._connector,
                cookie_jar=aiohttp.DummyCookieJar(),
                timeout=aiohttp.ClientTimeout(
                    connect=self._limits.connect_timeout_seconds,
                    sock_read=self._limits.gap_seconds,
                ),
                headers={"Accept-Encoding": "gzip", "User-Agent": "session-gateway"},
                middlewares=self._middlewares,
                request_class=Sent,
                trust_env=False,
            )
        return self._session

    def leave_kept_connections(self) -> None:
        """Use none of the connections again that are open now: one was found dead."""
        if self._connector is not None:
            self._connector.leave_kept()

    async def close(self) -> None:
        """Close all connections, and wait until they are."""
        if self._session is not None:
            await self._session.close()
            # A transport that was aborted lets go of its socket in the next turn of the loop.
            await asyncio.sleep(0)


class Sent(aiohttp.ClientRequest):
    """A request that notes on its dispatch, once it has one, how it goes out."""

    dispatch: Dispatch | None = None

    async def send(self, conn: Connection) -> aiohttp.ClientResponse:
        """Begin to send it."""
        if self.dispatch is not None:
            self.dispatch.has_begun = True
        return await super().send(conn)


class _Connector(aiohttp.TCPConnector):
    """Aborts what aiohttp closes, and may leave the connections that it has kept.

    A transport that is merely closed waits for its peer to read what was written and to end TLS:
    half a minute, if the peer hangs.
    """

    def __init__(
        self,
        verification: ssl.SSLContext | aiohttp.Fingerprint,
        resolver: AbstractResolver,
        socket_factory: aiohttp.SocketFactoryType,
    ) -> None:
        # Nobody may queue here: a connector cancels those who wait when it is closed.
        super().__init__(
            limit=0, ssl=verification, resolver=resolver, socket_factory=socket_factory
        )
        self._used: WeakSet[ResponseHandler] = WeakSet()
        self._left: WeakSet[ResponseHandler] = WeakSet()

    def leave_kept(self) -> None:
        """Use none of the connections again that are open now."""
        self._left |= self._used
        self._used = WeakSet()

    async def connect(
        self,
        req: aiohttp.ClientRequest,
        traces: list[Trace],
        timeout: aiohttp.ClientTimeout,  # noqa: ASYNC109  # aiohttp's own signature
    ) -> Connection:
        connection = await super().connect(req, traces, timeout)
        while connection.protocol in self._left:
            connection.close()
            connection = await super().connect(req, traces, timeout)
        if connection.protocol is not None:
            is_kept = connection.protocol in self._used
            if not is_kept:
                self._used.add(connection.protocol)
            if isinstance(req, Sent) and req.dispatch is not None:
                req.dispatch.is_over_kept = is_kept
        connection.add_callback(functools.partial(_abort_soon, connection.transport))
        return connection


def _abort_soon(transport: asyncio.Transport | None) -> None:
    """Wait one turn: this is told just before a transport is closed or goes back into the pool."""
    asyncio.get_running_loop().call_soon(_abort_if_closing, transport)


def _abort_if_closing(transport: asyncio.Transport | None) -> None:
    if transport is not None and transport.is_closing():
        transport.abort()
