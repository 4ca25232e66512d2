"""The aiohttp client of one wire: shared with no other, and lets go of connections at once."""

import asyncio
import functools
from types import SimpleNamespace

import aiohttp
from aiohttp.connector import Connection
from aiohttp.tracing import Trace

from gateway.transport.dispatch import Dispatch
from gateway.transport.limits import Limits, Trust
from gateway.transport.tls import verification


class Client:
    """An aiohttp session that keeps no cookie and heeds neither proxy nor netrc settings.

    It is opened at its first use, because it belongs to a running loop. Each wire has its own, so
    that no vendor gets another's connections, nor waits for them.
    """

    def __init__(
        self,
        limits: Limits,
        trust: Trust,
        middlewares: tuple[aiohttp.ClientMiddlewareType, ...] = (),
    ) -> None:
        self._limits = limits
        self._verification = verification(trust)
        self._middlewares = middlewares
        self._session: aiohttp.ClientSession | None = None

    def opened(self) -> aiohttp.ClientSession:
        """Give the aiohttp session, and open it if this is its first use."""
        if self._session is None:
            self._session = aiohttp.ClientSession(
                # Nobody may queue here: a connector cancels those who wait when it is closed.
                connector=_Connector(limit=0, ssl=self._verification),
                cookie_jar=aiohttp.DummyCookieJar(),
                timeout=aiohttp.ClientTimeout(
                    connect=self._limits.connect_timeout_seconds,
                    sock_read=self._limits.gap_seconds,
                ),
                headers={"Accept-Encoding": "gzip", "User-Agent": "session-gateway"},
                middlewares=self._middlewares,
                trace_configs=[_noting_dispatch()],
                trust_env=False,
            )
        return self._session

    async def close(self) -> None:
        """Close all connections, and wait until they are."""
        if self._session is not None:
            await self._session.close()
            # A transport that was aborted lets go of its socket in the next turn of the loop.
            await asyncio.sleep(0)


def _noting_dispatch() -> aiohttp.TraceConfig:
    """Note on the dispatch that a request was made with when its head is about to go out."""

    async def note(
        _session: aiohttp.ClientSession,
        context: SimpleNamespace,
        _sent: aiohttp.TraceRequestHeadersSentParams,
    ) -> None:
        dispatch = context.trace_request_ctx
        if isinstance(dispatch, Dispatch):
            dispatch.has_begun = True

    config = aiohttp.TraceConfig()
    config.on_request_headers_sent.append(note)
    return config


class _Connector(aiohttp.TCPConnector):
    """Aborts what aiohttp closes.

    A transport that is merely closed waits for its peer to read what was written and to end TLS:
    half a minute, if the peer hangs.
    """

    async def connect(
        self,
        req: aiohttp.ClientRequest,
        traces: list[Trace],
        timeout: aiohttp.ClientTimeout,  # noqa: ASYNC109  # aiohttp's own signature
    ) -> Connection:
        connection = await super().connect(req, traces, timeout)
        connection.add_callback(functools.partial(_abort_soon, connection.transport))
        return connection


def _abort_soon(transport: asyncio.Transport | None) -> None:
    """Wait one turn: this is told just before a transport is closed or goes back into the pool."""
    asyncio.get_running_loop().call_soon(_abort_if_closing, transport)


def _abort_if_closing(transport: asyncio.Transport | None) -> None:
    if transport is not None and transport.is_closing():
        transport.abort()
