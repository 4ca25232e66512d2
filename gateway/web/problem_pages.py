"""``GET /problems/{code}``: what a kind of problem means, for people and for programs."""

from html import escape

from aiohttp import web

from gateway.web.catalogue import CATALOGUE, ProblemKind, problem_type
from gateway.web.documents import KindDocument
from gateway.web.formats import JSON, acceptable
from gateway.web.problems import not_found
from gateway.web.render import json_response

_HTML = "text/html"
_PAGE = """<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>{title}</title></head>
<body>
<h1>{title}</h1>
<p>Status {status}, code <code>{code}</code></p>
<p>{meaning}</p>
<p>What to do: {remedy}</p>
</body>
</html>
"""


async def describe_problem(request: web.Request) -> web.Response:
    """Tell what a kind of problem means. It is all served from here: no other server is needed."""
    code = request.match_info["code"]
    kind = CATALOGUE.get(code)
    if kind is None:
        raise not_found("There is no such kind of problem.")
    if acceptable(request, (_HTML, JSON)) == JSON:
        return json_response(_document(code, kind))
    return web.Response(text=_page(code, kind), content_type=_HTML)


def _document(code: str, kind: ProblemKind) -> KindDocument:
    return {
        "type": problem_type(code),
        "code": code,
        "status": kind.status.value,
        "title": kind.title,
        "meaning": kind.meaning,
        "remedy": kind.remedy,
    }


def _page(code: str, kind: ProblemKind) -> str:
    return _PAGE.format(
        code=escape(code),
        status=kind.status.value,
        title=escape(kind.title),
        meaning=escape(kind.meaning),
        remedy=escape(kind.remedy),
    )
