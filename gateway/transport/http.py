"""HTTP to one vendor: no redirects, no cookies, bounded in time and size."""

import asyncio

import aiohttp
from yarl import URL

from gateway.model.report import ErrorCode
from gateway.spi import BadAnswer, HttpEndpoint, HttpReply, HttpRequest
from gateway.transport.failures import translated
from gateway.transport.limits import CONNECT_TIMEOUT_SECONDS, Limits, Trust
from gateway.transport.tls import verification

_CHUNK_BYTES = 64 * 1024


class HttpWire:
    """The connections to one vendor. Opened at the first request."""

    def __init__(self, endpoint: HttpEndpoint, limits: Limits, trust: Trust) -> None:
        self._url = endpoint.url.rstrip("/")
        self._limits = limits
        self._trust = trust
        self._session: aiohttp.ClientSession | None = None

    async def send(self, request: HttpRequest) -> HttpReply:
        """Send a request and read its reply whole, within the limits."""
        url = URL(self._url + request.path, encoded=True).with_query(request.query)
        what = str(request)
        with translated(what):
            async with self._opened().request(
                request.method,
                url,
                headers=request.headers,
                data=request.body,
                allow_redirects=False,
            ) as response:
                body = await self._read(response, what)
                headers = {name.lower(): value for name, value in response.headers.items()}
                return HttpReply(response.status, headers, body)

    async def close(self) -> None:
        """Close all connections, and wait until they are."""
        if self._session is not None:
            session, self._session = self._session, None
            await session.close()
            # The transports of TLS connections close in the loop's next turns.
            await asyncio.sleep(0)

    async def _read(self, response: aiohttp.ClientResponse, what: str) -> bytes:
        chunks = []
        size = 0
        async for chunk in response.content.iter_chunked(_CHUNK_BYTES):
            size += len(chunk)
            if size > self._limits.max_body_bytes:
                # Closed rather than drained: what is left may be endless.
                response.close()
                raise BadAnswer(
                    ErrorCode.TOO_LARGE, f"{what}: over {self._limits.max_body_bytes} bytes"
                )
            chunks.append(chunk)
        return b"".join(chunks)

    def _opened(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(
                    limit=self._limits.concurrency, ssl=verification(self._trust)
                ),
                cookie_jar=aiohttp.DummyCookieJar(),
                timeout=aiohttp.ClientTimeout(
                    total=self._limits.timeout_seconds, sock_connect=CONNECT_TIMEOUT_SECONDS
                ),
                headers={"Accept-Encoding": "gzip"},
                trust_env=False,
            )
        return self._session
