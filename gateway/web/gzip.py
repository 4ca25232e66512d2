"""Answers made smaller on their way: gzip, for who accepts it."""

import asyncio
import zlib
from collections.abc import Mapping
from typing import ClassVar, Protocol

from aiohttp import web

from gateway.web.formats import JSON, TABLE
from gateway.web.negotiation import is_gzip_wanted
from gateway.web.repeats import Body

_TYPES = frozenset(
    {JSON, TABLE, "application/problem+json", "text/html", "text/css", "text/javascript"}
)
_LEAST_BYTES = 1000
"""What is shorter travels in one packet either way."""
_MOST_BYTES_AT_ONCE = 32 * 1024
"""What is longer is compressed beside the loop: others are not kept waiting."""
_LEVEL = 3
"""Half of what 5 takes, for a tenth more bytes: a page of 100 sessions is a sixth of its size."""
_LEAST_WINDOW, _MOST_WINDOW = 10, 15
_GZIP = 16
"""What the library adds to the bits of a window, to have the head and the end of gzip written."""


class Coding(Protocol):
    """What a stream's bytes pass on their way out."""

    headers: ClassVar[Mapping[str, str]]

    def encode(self, chunk: bytes) -> bytes:
        """Give what to send now for a chunk, so that all of it can be read there."""

    def finish(self) -> bytes:
        """Give what ends the stream."""


class Identity:
    """Bytes as they are."""

    headers: ClassVar[Mapping[str, str]] = {}

    def encode(self, chunk: bytes) -> bytes:
        return chunk

    def finish(self) -> bytes:
        return b""


class Gzip:
    """Bytes compressed, each chunk flushed."""

    headers: ClassVar[Mapping[str, str]] = {"Content-Encoding": "gzip"}

    def __init__(self) -> None:
        self._compressor = _compressor(_MOST_WINDOW)

    def encode(self, chunk: bytes) -> bytes:
        return self._compressor.compress(chunk) + self._compressor.flush(zlib.Z_SYNC_FLUSH)

    def finish(self) -> bytes:
        return self._compressor.flush()


def coding_for(request: web.Request) -> Coding:
    """Choose what a stream passes by what the client accepts."""
    return Gzip() if is_gzip_accepted(request) else Identity()


async def encoded(coding: Coding, chunk: bytes) -> bytes:
    """Give what to send now for a chunk; a long one is compressed beside the loop."""
    if isinstance(coding, Gzip) and len(chunk) > _MOST_BYTES_AT_ONCE:
        return await asyncio.to_thread(coding.encode, chunk)
    return coding.encode(chunk)


def is_gzip_accepted(request: web.Request) -> bool:
    """Say whether the client has answers rather compressed."""
    return is_gzip_wanted(",".join(request.headers.getall("Accept-Encoding", ())))


async def compress(response: web.StreamResponse, kept: Body | None = None) -> None:
    """Compress an answer that is held as a whole, if that is worth it; one that is kept, once."""
    if not isinstance(response, web.Response):
        return
    body = response.body
    is_worth_it = response.content_type in _TYPES and "Content-Encoding" not in response.headers
    if not (isinstance(body, bytes) and is_worth_it and len(body) >= _LEAST_BYTES):
        return
    if kept is None or kept.plain is not body:
        kept = Body(body)
    response.body = kept.gzip = kept.gzip or await _compressed(body)
    response.headers["Content-Encoding"] = "gzip"


async def _compressed(body: bytes) -> bytes:
    if len(body) > _MOST_BYTES_AT_ONCE:
        return await asyncio.to_thread(_gzipped, body)
    return _gzipped(body)


def _gzipped(body: bytes) -> bytes:
    """Compress with a window that all of it fits into: to clear a longer one costs more."""
    window = min(max(_LEAST_WINDOW, len(body).bit_length()), _MOST_WINDOW)
    compressor = _compressor(window)
    return compressor.compress(body) + compressor.flush()


def _compressor(window: int) -> "zlib._Compress":
    return zlib.compressobj(_LEVEL, zlib.DEFLATED, _GZIP + window, window - 7)
