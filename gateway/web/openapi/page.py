"""The page that is read off the OpenAPI document: plain HTML, complete in itself."""

from collections.abc import Iterator, Mapping
from html import escape
from typing import Any

import msgspec

STYLE = """
:root { color-scheme: light dark }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 0 auto; padding: 1rem }
code, pre { font: 14px/1.4 ui-monospace, monospace }
pre { overflow-x: auto; padding: .5rem; border: 1px solid #8886 }
table { border-collapse: collapse; width: 100% }
td, th { text-align: left; vertical-align: top; padding: .25rem .5rem; border-top: 1px solid #8886 }
td:last-child { white-space: pre-line }
h2 { margin-top: 2.5rem }
"""

# What HEAD and OPTIONS do everywhere is said at the top.
_SHOWN = ("get", "post")

_PAGE = """<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>{title}</title><style>{style}</style></head>
<body>
<h1>{title} {version}</h1>
<p>{description}</p>
<p>The same for programs: <a href="/openapi.json">openapi.json</a></p>
<nav><ul>{contents}</ul></nav>
<main>{operations}</main>
<h2>Shapes</h2>
{shapes}
</body>
</html>
"""


def page(document: Mapping[str, Any]) -> str:
    """Write the page on an OpenAPI document."""
    operations = [
        (f"{method.upper()} {path}", _whole(methods[method], methods, document))
        for path, methods in document["paths"].items()
        for method in _SHOWN
        if method in methods
    ]
    return _PAGE.format(
        style=STYLE,
        title=escape(document["info"]["title"]),
        version=escape(document["info"]["version"]),
        description=escape(document["info"]["description"]),
        contents="".join(_link(name, operation) for name, operation in operations),
        operations="".join("".join(_operation(name, operation)) for name, operation in operations),
        shapes="".join(map(_shape, document["components"]["schemas"].items())),
    )


def _link(name: str, operation: Mapping[str, Any]) -> str:
    summary = escape(operation["summary"])
    return f'<li><a href="#{operation["operationId"]}"><code>{escape(name)}</code></a> {summary}'


def _whole(
    operation: Mapping[str, Any], path: Mapping[str, Any], document: Mapping[str, Any]
) -> Mapping[str, Any]:
    """Put what an operation refers to in its place."""
    given = [*path.get("parameters", ()), *operation["parameters"]]
    parameters = {each["name"]: each for each in (_resolved(each, document) for each in given)}
    responses = {
        status: _resolved(answer, document) for status, answer in operation["responses"].items()
    }
    return {**operation, "parameters": parameters.values(), "responses": responses}


def _operation(name: str, operation: Mapping[str, Any]) -> Iterator[str]:
    yield f'<h2 id="{operation["operationId"]}"><code>{escape(name)}</code></h2>'
    yield f"<p>{escape(operation['summary'])}</p>"
    yield f"<p>{escape(operation['description'])}</p>"
    yield _table((p["name"], _kind(p), p["description"]) for p in operation["parameters"])
    if "requestBody" in operation:
        yield "<h3>Body</h3>" + _content(operation["requestBody"]["content"])
    yield "<h3>Answers</h3>"
    answers = operation["responses"].items()
    yield _table(
        (status, ", ".join(a.get("content", {})), a["description"]) for status, a in answers
    )
    for _, answer in answers:
        yield "".join(map(_example, answer.get("content", {}).values()))


def _resolved(part: Mapping[str, Any], document: Mapping[str, Any]) -> Mapping[str, Any]:
    """Follow a reference, if it is one."""
    if "$ref" not in part:
        return part
    found = document
    for name in part["$ref"].removeprefix("#/").split("/"):
        found = found[name]
    return found


def _kind(parameter: Mapping[str, Any]) -> str:
    return f"{parameter['in']} {msgspec.json.encode(parameter['schema']).decode()}"


def _table(rows: Any) -> str:  # noqa: ANN401  # rows of texts
    lines = [
        "<tr><td><code>{}</code><td><code>{}</code><td>{}</tr>".format(*map(escape, row))
        for row in rows
    ]
    return f"<table>{''.join(lines)}</table>"


def _content(content: Mapping[str, Any]) -> str:
    return "".join(_listing({kind: each["schema"]}) for kind, each in content.items())


def _example(content: Mapping[str, Any]) -> str:
    """Show the examples of an answer. Those of problems, which many answers share, are left out."""
    shown = content.get("examples", {}).values()
    return "".join(_listing(each["value"]) for each in shown if "value" in each)


def _shape(named: tuple[str, Any]) -> str:
    name, shape = named
    return f'<h3 id="shape-{escape(name)}">{escape(name)}</h3>{_listing(shape)}'


def _listing(value: object) -> str:
    text = msgspec.json.format(msgspec.json.encode(value), indent=2).decode()
    return f"<pre>{escape(text)}</pre>"
