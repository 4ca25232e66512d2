"""The whole answer as a stream, never held as a whole."""

from collections.abc import Callable
from contextlib import aclosing

from aiohttp import web

from gateway.federation.deadline import Deadline
from gateway.federation.run import SessionPage
from gateway.web import formats, gzip
from gateway.web.answers import stretches
from gateway.web.caching import NO_STORE, service_headers
from gateway.web.cursors import Cursors
from gateway.web.keys import IS_STREAMING
from gateway.web.views import RunView
from gateway.web.writers import Writer


async def stream(
    request: web.Request,
    run: RunView,
    cursors: Cursors,
    deadline: Callable[[], Deadline],
    writer: Writer,
) -> web.StreamResponse:
    """Send every session, and at the end what there is to know of them, if there is room for it.

    Whether anything can be served is decided on the first stretch; each has a deadline of its
    own, or all have the one that the client gave. When the client leaves, nothing more is read.
    """
    async with aclosing(stretches(run, cursors, deadline)) as pages:
        page = await anext(pages)
        coding = gzip.coding_for(request)
        response = _head(page, cursors, writer, coding)
        await response.prepare(request)
        request[IS_STREAMING] = True
        if request.method == "HEAD":
            return response
        begun = writer.begin(cursors.asked) + writer.rows(page, cursors.asked)
        await response.write(await gzip.encoded(coding, begun))
        async for page in pages:
            if not writer.may_go_on(page, cursors.asked):
                return _broken_off(request, response)
            rows = writer.rows(page, cursors.asked)
            await response.write(await gzip.encoded(coding, rows))
    await response.write_eof(coding.encode(writer.end(page, cursors)) + coding.finish())
    return response


def _head(
    page: SessionPage, cursors: Cursors, writer: Writer, coding: gzip.Coding
) -> web.StreamResponse:
    """Begin the answer. Who served the rows is told of the first stretch."""
    response = web.StreamResponse(
        headers={
            **NO_STORE,
            **writer.headers,
            **coding.headers,
            **cursors.links(),
            **service_headers(page.reports, page.servings),
        }
    )
    response.content_type = writer.media_type
    if writer.media_type == formats.TABLE:
        response.charset = "utf-8"
    return response


def _broken_off(request: web.Request, response: web.StreamResponse) -> web.StreamResponse:
    """End the connection without an end of the answer, so that nobody takes it for whole."""
    if request.transport is not None:
        request.transport.abort()
    return response
