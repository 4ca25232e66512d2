"""The replies of a Roundware server: JSON from its API, pages of HTML from what lies around it."""

import json
from collections.abc import Mapping
from html import escape

from aiohttp import web

_FAULT = "<!doctype html>\n<title>Server Error (500)</title><h1>Server Error (500)</h1>\n"


def json_reply(
    text: str, *, status: int = 200, headers: Mapping[str, str] | None = None
) -> web.Response:
    """Answer with JSON that is written already."""
    return web.Response(text=text, status=status, content_type="application/json", headers=headers)


def refusal(status: int, detail: str, *, headers: Mapping[str, str] | None = None) -> web.Response:
    """Refuse in the words of the API."""
    return json_reply(json.dumps({"detail": detail}), status=status, headers=headers)


def fault() -> web.Response:
    """Break: a page of HTML, whoever asks."""
    return web.Response(status=500, text=_FAULT, content_type="text/html")


def as_page(reply: web.Response) -> web.Response:
    """Show a reply to a browser (options_list.json names both forms)."""
    page = web.Response(
        status=reply.status,
        text=f"<!doctype html>\n<title>Roundware</title><pre>{escape(reply.text or '')}</pre>\n",
        content_type="text/html",
    )
    page.headers.update({k: v for k, v in reply.headers.items() if k == "WWW-Authenticate"})
    return page
