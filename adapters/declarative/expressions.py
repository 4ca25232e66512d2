"""Expressions over a vendor's JSON: compiled once, and harmless whatever they meet."""

from collections.abc import Callable, Iterator
from typing import Any

import jmespath
from jmespath.visitor import TreeInterpreter

from gateway.spi import Json

EVERYTHING = "@"
"""What an expression looks at that takes the record as it is."""

# It holds nothing of what it has visited, and making one costs more than most visits.
_INTERPRETER = TreeInterpreter()

_FIRST_ALONE = {
    *("subexpression", "pipe", "index_expression"),
    *("projection", "value_projection", "filter_projection", "flatten"),
}
"""The kinds of nodes of which only the first child looks at the record itself."""


def compiled(expression: str) -> Callable[[Json], Json]:
    """Make the function that evaluates an expression; it raises ``ValueError`` alone."""
    node = jmespath.compile(expression).parsed

    def search(value: Json) -> Json:
        try:
            return _INTERPRETER.visit(node, value)
        except Exception as error:  # the library's functions raise what Python raises
            raise ValueError("an expression that has no value here") from error

    return search


def roots(expression: str) -> frozenset[str]:
    """Name the fields of a record that an expression looks at, ``@`` for all of them."""
    return frozenset(_roots(jmespath.compile(expression).parsed))


def _roots(node: Any) -> Iterator[str]:  # noqa: ANN401  # the library's
    kind, children = node["type"], node["children"]
    match kind:
        case "field":
            yield node["value"]
        case "current" | "identity":
            yield EVERYTHING
        case "expref" | "literal":  # the one looks at the items of a list
            return
        case "subexpression" | "pipe" if children[0]["type"] == "current":
            yield from _roots(children[1])
        case _ if kind in _FIRST_ALONE:
            yield from _roots(children[0])
        case _:
            for child in children:
                yield from _roots(child)
