"""The whole answer as a stream of lines, never held as a whole."""

import msgspec
from aiohttp import web

from gateway.federation.fan_out import Deadline
from gateway.federation.run import Run, SessionPage
from gateway.web.cursors import Cursors
from gateway.web.parse import ListRequest
from gateway.web.render import count_shown, document, is_complete, refuse_unless_served

CONTENT_TYPE = "application/x-ndjson"
ROWS_AT_A_STRETCH = 500

_encoder = msgspec.json.Encoder()


def is_wanted(request: web.Request) -> bool:
    """Say whether the client asks for lines."""
    return CONTENT_TYPE in request.headers.get("Accept", "")


async def stream(
    request: web.Request, run: Run, cursors: Cursors, seconds: float
) -> web.StreamResponse:
    """Send every session on a line of its own, and at the end what there is to know of them.

    Whether anything can be served is decided on the first stretch; each has ``seconds`` of its
    own. When the client leaves, nothing more is read.
    """
    asked = cursors.asked
    left = asked.limit
    page = await run.next_page(Deadline.within(seconds), _stretch(left))
    refuse_unless_served(page, cursors.reports(page), asked.required)
    response = web.StreamResponse(headers={"Cache-Control": "no-store"})
    response.content_type = CONTENT_TYPE
    await response.prepare(request)
    while True:
        await response.write(_lines(page, asked))
        left = None if left is None else left - len(page.rows)
        if page.next is None or left == 0:
            break
        page = await run.next_page(Deadline.within(seconds), _stretch(left))
    await response.write(_encoder.encode(_trailer(page, cursors)) + b"\n")
    await response.write_eof()
    return response


def _stretch(left: int | None) -> int:
    return ROWS_AT_A_STRETCH if left is None else min(left, ROWS_AT_A_STRETCH)


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
