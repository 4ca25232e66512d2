"""HTTP to one vendor: no redirects, no cookies, bounded in time and size."""

import asyncio
from dataclasses import replace

import aiohttp
from multidict import CIMultiDictProxy
from yarl import URL

from gateway.figures.backends import Traffic
from gateway.model.report import ErrorCode
from gateway.spi import BadAnswer, HttpEndpoint, HttpReply, HttpRequest, UpstreamError
from gateway.transport.client import Client, Sent
from gateway.transport.dispatch import Dispatch
from gateway.transport.failures import Translated, is_unanswered
from gateway.transport.in_flight import ahead_of, charge, settle
from gateway.transport.limits import Limits, Trust
from gateway.transport.passage import Passage
from gateway.transport.proxy import Proxy
from gateway.transport.slots import Slots
from gateway.transport.turns import Turns

_CHUNK_BYTES = 64 * 1024
_LINK = "link"

_LONG_BYTES = 16 * 1024 * 1024
"""What is longer is put together beside the loop: only whole lists are, so few at a time."""


class HttpWire:
    """The connections to one vendor: opened when needed, kept for the next request.

    Fulfils :class:`~gateway.spi.transport.HttpTransport`. Any number of requests may be made at
    the same time; those beyond the limit wait for their turn.
    """

    def __init__(  # noqa: PLR0913  # what it is made with, each by its name
        self,
        endpoint: HttpEndpoint,
        limits: Limits,
        trust: Trust,
        *,
        turns: Turns | None = None,
        proxy: Proxy | None = None,
        traffic: Traffic | None = None,
        tells_trace: bool = False,
    ) -> None:
        """Open nothing yet. Without ``turns`` that it shares with others it has its own.

        What goes over it is counted in ``traffic``. If it ``tells_trace`` the vendor is told of the
        trace that a request belongs to, as W3C Trace Context does.

        Raises ``ValueError`` for a trust that cannot be used.
        """
        self._base = URL(endpoint.url)
        self._max_body_bytes = limits.max_body_bytes
        self._slots = Slots(turns or Turns.within(limits), limits.timeout_seconds)
        self._client = Client(self._base, limits, trust, proxy)
        self._traffic = traffic or Traffic()
        self._tells_trace = tells_trace

    async def send(self, request: HttpRequest) -> HttpReply:
        """Send a request and read its reply whole, whatever its status.

        Sent once. Only what is repeatable is repeated, once and at once, over a new connection
        when one that had been kept ended before any answer. Raises
        :class:`~gateway.spi.errors.UpstreamError` for all that goes wrong on the way.
        """
        what = str(request)
        dispatch = Dispatch()
        with dispatch, self._passage(request) as passage:
            async with self._slots.slot(what):
                passage.begin()
                with Translated(what):
                    if self._tells_trace:
                        request = _with_trace(request, passage)
                    reply = await self._exchanged(request, what, dispatch)
            passage.note_status(reply.status)
            return reply

    async def close(self) -> None:
        """End what is under way, refuse what is asked from now on, and close all connections."""
        await self._slots.close()
        await self._client.close()

    def _passage(self, request: HttpRequest) -> Passage:
        return Passage(self._traffic, request.method, {"http.request.method": request.method})

    async def _exchanged(self, request: HttpRequest, what: str, dispatch: Dispatch) -> HttpReply:
        try:
            return await self._exchange(request, what, dispatch)
        except UpstreamError:
            if not (request.is_repeatable and dispatch.has_met_dead_connection):
                raise
        self._client.leave_kept_connections()
        return await self._exchange(request, what, dispatch)

    async def _exchange(self, request: HttpRequest, what: str, dispatch: Dispatch) -> HttpReply:
        async with self._client.opened().request(
            request.method,
            self._url(request),
            headers={**request.headers, **self._client.headers},
            data=request.body,
            allow_redirects=False,
            middlewares=(_sending_once(what, dispatch),),
            **self._client.via,
        ) as response:
            body = await self._read(response, what)
            return HttpReply(response.status, _joined(response.headers), body)

    def _url(self, request: HttpRequest) -> URL:
        # Only the path is put in: whatever it holds, it cannot lead to another host.
        path = self._base.raw_path.rstrip("/") + request.path
        return self._base.with_path(path, encoded=True).with_query(request.query)

    async def _read(self, response: aiohttp.ClientResponse, what: str) -> bytes:
        chunks = []
        size, most = 0, self._max_body_bytes
        length = _told_length(response)
        async for chunk in response.content.iter_chunked(_CHUNK_BYTES):
            size += len(chunk)
            if size > most:
                # Leaving the rest unread closes the connection: it may be endless.
                raise BadAnswer(ErrorCode.TOO_LARGE, f"{what}: over {most} bytes")
            await charge(len(chunk), what, ahead=ahead_of(size, length, most))
            chunks.append(chunk)
        settle()
        # Both are there for a moment, but of one body at a time. A buffer that grows is moved
        # again and again instead, and the gaps that it leaves took more than that.
        return (
            b"".join(chunks) if size <= _LONG_BYTES else await asyncio.to_thread(b"".join, chunks)
        )


def _joined(headers: CIMultiDictProxy[str]) -> dict[str, str]:
    """Name headers in lower case. Links may be told in several headers (RFC 8288, 3)."""
    joined = {name.lower(): value for name, value in headers.items()}
    if _LINK in joined:
        joined[_LINK] = ", ".join(headers.getall(_LINK))
    return joined


def _with_trace(request: HttpRequest, passage: Passage) -> HttpRequest:
    return replace(request, headers={**request.headers, **passage.trace_headers})


def _told_length(response: aiohttp.ClientResponse) -> int | None:
    """Give the length of a body that is known before it has come: not of what is to be unpacked."""
    is_packed = aiohttp.hdrs.CONTENT_ENCODING in response.headers
    return None if is_packed else response.content_length


def _sending_once(what: str, dispatch: Dispatch) -> aiohttp.ClientMiddlewareType:
    """Have a request note how it goes out, and keep aiohttp from repeating it.

    It repeats by the method, be the connection new or kept; and after its own errors only, so they
    are translated before it sees them.
    """

    async def send(
        request: aiohttp.ClientRequest, handler: aiohttp.ClientHandlerType
    ) -> aiohttp.ClientResponse:
        if isinstance(request, Sent):
            request.dispatch = dispatch
        with Translated(what):
            try:
                return await handler(request)
            except (aiohttp.ClientConnectionError, ConnectionError) as error:
                dispatch.is_unanswered = is_unanswered(error)
                raise

    return send
