"""An answer that is given again: its head is laid out once for all who are told the same."""

from aiohttp import web
from aiohttp.abc import AbstractStreamWriter
from aiohttp.helpers import rfc822_formatted_time

from gateway.web.calls import call_of
from gateway.web.hygiene import alike
from gateway.web.repeats import Repeat

_MOST_HEADS = 2
"""Those of one client that speaks as it always does, and of another, such as a probe."""

_OWN = ("X-Request-Id", "traceresponse", "Date")


class RepeatedResponse(web.Response):
    """An answer whose head is that of the one before it, but for the lines of its own call.

    The first of those who are told alike has it laid out as in any other answer, and what it said
    then is remembered for the others.
    """

    def __init__(self, kept: Repeat, now: float) -> None:
        """Take the answer as it is now."""
        super().__init__(body=kept.body.plain, headers=kept.head(now))
        self._heads = kept.heads_sent
        self._to: web.BaseRequest | None = None
        self._whole = b""

    @property
    def keep_alive(self) -> bool | None:
        """Say whether the connection stays open behind it."""
        return super().keep_alive if self._to is None else self._to.keep_alive

    async def prepare(self, request: web.BaseRequest) -> AbstractStreamWriter | None:
        """Lay out the head, or take the one that there is."""
        who = alike(request)
        if who is None:
            return await super().prepare(request)
        kind = who, self.headers.get("Content-Encoding")
        if kind not in self._heads:
            writer = await super().prepare(request)
            if len(self._heads) < _MOST_HEADS:
                self._heads[kind] = self._common_head(request)
            return writer
        self._to, self._whole = request, (self._heads[kind] + _own_lines(request)).encode()
        if isinstance(self.body, bytes) and request.method != "HEAD":
            self._whole += self.body
        return request.writer

    async def write_eof(self, data: bytes = b"") -> None:
        """Send it."""
        if self._to is None:
            await super().write_eof(data)
        else:
            await self._to.writer.write_eof(self._whole)

    def _common_head(self, request: web.BaseRequest) -> str:
        version = request.version
        first = f"HTTP/{version.major}.{version.minor} {self.status} {self.reason}"
        told = self.headers.items()
        return "\r\n".join(
            [first, *(f"{name}: {value}" for name, value in told if name not in _OWN)]
        )


def _own_lines(request: web.BaseRequest) -> str:
    identity = call_of(request).identity
    return (
        f"\r\nX-Request-Id: {identity.request_id}\r\n"
        f"traceresponse: {identity.trace}\r\n"
        f"Date: {rfc822_formatted_time()}\r\n\r\n"
    )
