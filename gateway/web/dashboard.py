"""``GET /`` and ``GET /page/{folder}/{file}``: the page that shows all vendors at a glance.

It holds no data: what it shows it asks of the API, with the key of whoever looks at it. So it is
served to everybody.
"""

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from importlib.resources.abc import Traversable

from aiohttp import web

from gateway.web.calls import call_of
from gateway.web.etags import weak_tag
from gateway.web.problems import not_found
from gateway.web.repeats import Body

_HOME = resources.files("gateway.web") / "page"
_TYPES = {
    "html": "text/html",
    "css": "text/css",
    "mjs": "text/javascript",
    "svg": "image/svg+xml",
}
_OWN = ("script-src", "style-src", "connect-src", "img-src")
_NONE = ("default-src", "base-uri", "form-action", "frame-ancestors", "trusted-types")
_POLICY = "; ".join(
    [
        *(f"{kind} 'self'" for kind in _OWN),
        *(f"{kind} 'none'" for kind in _NONE),
        # No text becomes markup: the browser refuses to parse it.
        "require-trusted-types-for 'script'",
    ]
)


@dataclass(frozen=True, slots=True)
class File:
    """A file of the page."""

    body: Body
    media_type: str
    tag: str

    def response(self, request: web.Request) -> web.Response:
        """Answer with it; it is asked for again each time, and mostly has not changed."""
        call_of(request).kept = self.body  # It is compressed once.
        return web.Response(
            body=self.body.plain,
            content_type=self.media_type,
            charset="utf-8",
            headers={
                "ETag": self.tag,
                "Cache-Control": "no-cache",
                "Content-Security-Policy": _POLICY,
            },
        )


async def show_dashboard(request: web.Request) -> web.Response:
    """Give the page that shows all vendors at a glance."""
    return _files()["index.html"].response(request)


async def give_dashboard_file(request: web.Request) -> web.Response:
    """Give a file of that page: a script, a style or its icon."""
    file = _files().get("{folder}/{file}".format(**request.match_info))
    if file is None:
        raise not_found("There is no such file.")
    return file.response(request)


@functools.cache
def _files() -> Mapping[str, File]:
    """Read all files at the first request: no name that is sent is ever looked up on a disk."""
    found = {entry.name: entry for entry in _HOME.iterdir() if entry.is_file()}
    for folder in _HOME.iterdir():
        if folder.is_dir():
            found |= {f"{folder.name}/{entry.name}": entry for entry in folder.iterdir()}
    return {name: _read(entry) for name, entry in found.items()}


def _read(entry: Traversable) -> File:
    content = entry.read_bytes()
    return File(Body(content), _TYPES[entry.name.rpartition(".")[2]], weak_tag(content))
