"""``GET /openapi.json`` and ``GET /docs``: the description for programs, and for people."""

import base64
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

import msgspec
from aiohttp import web

from gateway.web.etags import weak_tag
from gateway.web.formats import JSON
from gateway.web.openapi.document import document
from gateway.web.openapi.page import STYLE, page

_STYLE_DIGEST = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
_POLICY = f"default-src 'none'; style-src 'sha256-{_STYLE_DIGEST}'; frame-ancestors 'none'"


@dataclass(frozen=True, slots=True)
class Description:
    """What is published of the API, written down once."""

    json: bytes
    html: bytes

    def as_json(self) -> web.Response:
        """Answer with the OpenAPI document."""
        return web.Response(body=self.json, content_type=JSON, headers=_kept(self.json))

    def as_page(self) -> web.Response:
        """Answer with the page, which loads nothing and runs nothing."""
        return web.Response(
            body=self.html,
            content_type="text/html",
            charset="utf-8",
            headers={**_kept(self.html), "Content-Security-Policy": _POLICY},
        )


def describe_endpoints(endpoints: Iterable[web.AbstractRouteDef]) -> Description:
    """Write down the description of these endpoints."""
    described = document(endpoints)
    return Description(msgspec.json.encode(described), page(described).encode())


def _kept(content: bytes) -> dict[str, str]:
    return {"ETag": weak_tag(content), "Cache-Control": "no-cache"}
