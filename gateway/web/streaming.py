"""The whole answer as a stream of lines, never held as a whole."""

import msgspec
from aiohttp import web

from gateway.federation.fan_out import Deadline
from gateway.federation.run import SessionPage
from gateway.web.cursors import Cursors
from gateway.web.keys import IS_STREAMING
from gateway.web.parse import CountEffort, ListRequest
from gateway.web.render import count_shown, document, is_complete, refuse_unless_served
from gateway.web.views import RunView

CONTENT_TYPE = "application/x-ndjson"
ROWS_AT_A_STRETCH = 500

_encoder = msgspec.json.Encoder()


def is_wanted(request: web.Request) -> bool:
    """Say whether the client asks for lines."""
    accepted = request.headers.get("Accept", "").lower().split(",")
    return any(_is_lines(*each.partition(";")) for each in accepted)


def _is_lines(media_type: str, _: str, parameters: str) -> bool:
    is_refused = parameters.replace(" ", "") in ("q=0", "q=0.0", "q=0.00", "q=0.000")
    return media_type.strip() == CONTENT_TYPE and not is_refused


async def stream(
    request: web.Request, run: RunView, cursors: Cursors, seconds: float
) -> web.StreamResponse:
    """Send every session on a line of its own, and at the end what there is to know of them.

    Whether anything can be served is decided on the first stretch; each has ``seconds`` of its
    own. When the client leaves, nothing more is read.
    """
    asked = cursors.asked
    left = asked.limit
    page = await _next(run, asked, left, seconds)
    refuse_unless_served(page, cursors.reports(page), asked.required)
    response = web.StreamResponse(headers={"Cache-Control": "no-store"})
    response.content_type = CONTENT_TYPE
    await response.prepare(request)
    request[IS_STREAMING] = True
    while True:
        await response.write(_lines(page, asked))
        left = None if left is None else left - len(page.rows)
        if page.next is None or left == 0:
            break
        page = await _next(run, asked, left, seconds)
    await response.write(_encoder.encode(_trailer(page, cursors)) + b"\n")
    await response.write_eof()
    return response


async def _next(run: RunView, asked: ListRequest, left: int | None, seconds: float) -> SessionPage:
    """Read the next stretch; behind the last one the rest is counted, if that is wanted."""
    is_last = left is not None and left <= ROWS_AT_A_STRETCH
    return await run.next_page(
        Deadline.within(seconds),
        left if is_last else ROWS_AT_A_STRETCH,
        is_counted=is_last and asked.count is CountEffort.EXACT,
    )


def _lines(page: SessionPage, asked: ListRequest) -> bytes:
    return _encoder.encode_lines([document(row, asked) for row in page.rows])


def _trailer(page: SessionPage, cursors: Cursors) -> dict[str, object]:
    return {
        "end": True,
        "complete": is_complete(page),
        "next": cursors.following(page),
        "total": count_shown(page, cursors.asked),
        "backends": cursors.reports(page),
    }
