"""The replies of a Canopsis server: JSON where it answers, pages of HTML where it refuses."""

from html import escape
from http import HTTPStatus

import msgspec
from aiohttp import web


def json_reply(body: object, status: HTTPStatus = HTTPStatus.OK) -> web.Response:
    """Answer with JSON."""
    return web.Response(
        body=msgspec.json.encode(body),
        status=status,
        content_type="application/json",
        headers={"Cache-Control": "public, no-cache"},
    )


def page(status: HTTPStatus, words: str) -> web.Response:
    """Tell an error in HTML, as all are told but that of the log-in form."""
    title = f"Error: {status.value} {status.phrase}"
    text = f"<html><h1>{title}</h1><pre>{escape(words)}</pre></html>"
    return web.Response(text=text, status=status, content_type="text/html")


def fault() -> web.Response:
    """Break."""
    return page(HTTPStatus.INTERNAL_SERVER_ERROR, "Internal Server Error")


def redirect(target: str) -> web.Response:
    """Send a browser on."""
    return web.Response(
        status=HTTPStatus.SEE_OTHER, headers={"Location": target}, content_type="text/html"
    )
