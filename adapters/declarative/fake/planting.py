"""Expressions backwards: making a JSON value in which an expression finds what is wanted. Pure.

What finds a value can be turned round for paths, lists, choices by a condition, alternatives and a
few functions. Whatever was planted is looked for again, so a wrong guess is told and never given.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import jmespath
from jmespath.exceptions import JMESPathError
from jmespath.visitor import TreeInterpreter

from gateway.spi import Json

Node = dict[str, Any]


_INTERPRETER = TreeInterpreter()


class NotPlantableError(Exception):
    """An expression that is not turned round here."""


def planted(expression: str, value: Json, into: Json = None) -> Json:
    """Give what it was put into, changed so that the expression finds the value there.

    Raises :class:`NotPlantableError`. What is put into is left as it is.
    """
    made = _plant(_parsed(expression), value, into)
    if found(expression, made) != value:
        raise NotPlantableError(expression)
    return made


def satisfied(expression: str, into: Json = None) -> Json:
    """Give what it was put into, changed so that the expression is true of it.

    Raises :class:`NotPlantableError`.
    """
    node = _parsed(expression)
    made = _make(node, into, is_wanted=True)
    if not _is_true(_visit(node, made)):
        raise NotPlantableError(expression)
    return made


def found(expression: str, value: Json) -> Json:
    """Give what an expression finds; none where it cannot be carried out."""
    return _visit(_parsed(expression), value)


def _parsed(expression: str) -> Node:
    return dict(jmespath.compile(expression).parsed)


def _visit(node: Node, value: Json) -> Json:
    try:
        return _INTERPRETER.visit(node, value)  # type: ignore[arg-type]  # its own node
    except (JMESPathError, TypeError, ValueError):
        return None


def _is_true(value: Json) -> bool:
    """Say what JMESPath takes for true: every number is."""
    return bool(value) or (isinstance(value, int | float) and not isinstance(value, bool))


def _plant(node: Node, value: Json, into: Json) -> Json:
    plant = _PLANTERS.get(node["type"])
    if plant is None:
        raise NotPlantableError(node["type"])
    return plant(node, value, into)


def _plant_here(_: Node, value: Json, _into: Json) -> Json:
    return value


def _plant_field(node: Node, value: Json, into: Json) -> Json:
    if not isinstance(into, dict | None):
        raise NotPlantableError("a field of what is no object")
    return {**(into or {}), node["value"]: value}


def _plant_index(node: Node, value: Json, into: Json) -> Json:
    items = [*into] if isinstance(into, list) else []
    index = node["value"]
    items += [{}] * ((index + 1 if index >= 0 else -index) - len(items))
    items[index] = value
    return items


def _plant_chain(node: Node, value: Json, into: Json) -> Json:
    """Plant the last into what the one before it finds, and so on to the first."""
    first, *rest = node["children"]
    if not rest:
        return _plant(first, value, into)
    inner = _plant_chain({"children": rest}, value, _visit(first, into))
    return _plant(first, inner, into)


def _plant_each(node: Node, value: Json, into: Json) -> Json:
    """Plant each of a list, behind one that a condition leaves out."""
    source, each, *conditions = node["children"]
    if not isinstance(value, list):
        raise NotPlantableError("a list of what is none")
    items = [_plant(each, item, None) for item in value]
    for condition in conditions:
        items = [_make(condition, item, is_wanted=True) for item in items]
        items = [_make(condition, None, is_wanted=False), *items]
    return _plant(source, items, into)


def _plant_either(node: Node, value: Json, into: Json) -> Json:
    for child in node["children"]:
        try:
            return _plant(child, value, into)
        except NotPlantableError:
            continue
    raise NotPlantableError("no alternative")


def _plant_behind(node: Node, value: Json, into: Json) -> Json:
    condition, wanted = node["children"]
    return _plant(wanted, value, _make(condition, into, is_wanted=True))


def _plant_several(node: Node, value: Json, into: Json) -> Json:
    if not isinstance(value, list) or len(value) != len(node["children"]):
        raise NotPlantableError("as many values as there are places")
    for child, item in zip(node["children"], value, strict=True):
        into = _plant(child, item, into)
    return into


def _plant_argument(node: Node, value: Json, into: Json) -> Json:
    arguments: Sequence[Node] = node["children"]
    match node["value"]:
        case "to_string":
            return _plant(arguments[0], value, into)
        case "to_number":
            return _plant(arguments[0], str(value), into)
        case "length" if isinstance(value, int):
            return _plant(arguments[0], [{}] * value, into)
        case "not_null":
            return _plant_either(node, value, into)
        case "join" if isinstance(value, str):
            return _plant_joined(arguments, value, into)
        case name:
            raise NotPlantableError(name)


def _plant_joined(arguments: Sequence[Node], value: str, into: Json) -> Json:
    glue, parts = arguments
    most = len(parts["children"]) - 1 if parts["type"] == "multi_select_list" else -1
    split = value.split(glue["value"], most)
    # Where there are more places than parts the last are empty, and the glue is too much.
    return _plant(parts, split, into)


def _plant_flat(node: Node, value: Json, into: Json) -> Json:
    return _plant(node["children"][0], value, into)


_PLANTERS: Mapping[str, Callable[[Node, Json, Json], Json]] = {
    "field": _plant_field,
    "index": _plant_index,
    **dict.fromkeys(("current", "identity"), _plant_here),
    **dict.fromkeys(("subexpression", "index_expression", "pipe"), _plant_chain),
    **dict.fromkeys(("projection", "filter_projection"), _plant_each),
    "flatten": _plant_flat,
    "or_expression": _plant_either,
    "and_expression": _plant_behind,
    "multi_select_list": _plant_several,
    "function_expression": _plant_argument,
}

_OPPOSITE = {"eq": "ne", "ne": "eq", "lt": "gte", "gte": "lt", "gt": "lte", "lte": "gt"}
_TURNED = {"lt": "gt", "gt": "lt", "lte": "gte", "gte": "lte"}


def _make(node: Node, into: Json, *, is_wanted: bool) -> Json:
    """Make a condition true or false that is not."""
    is_there = into is not None or is_wanted
    if is_there and _is_true(_visit(node, into)) is is_wanted:
        return into
    match node["type"]:
        case "comparator":
            how = node["value"] if is_wanted else _OPPOSITE[node["value"]]
            return _compare(how, node["children"], into)
        case "and_expression" | "or_expression" as kind:
            is_by_each = (kind == "and_expression") is is_wanted
            for child in node["children"] if is_by_each else node["children"][:1]:
                into = _make(child, into, is_wanted=is_wanted)
            return into
        case "not_expression":
            return _make(node["children"][0], into, is_wanted=not is_wanted)
        case "function_expression":
            return _hold(node, into) if is_wanted else into
        case _:
            return _plant(node, is_wanted, into)


def _compare(how: str, sides: Sequence[Node], into: Json) -> Json:
    left, right = sides
    if left["type"] == "literal":
        left, right, how = right, left, _TURNED.get(how, how)
    if right["type"] != "literal":
        raise NotPlantableError("a comparison of two places")
    return _plant(left, _other(how, right["value"]), into)


def _other(how: str, value: Json) -> Json:
    """Give a value that compares so with another."""
    if how in ("eq", "lte", "gte"):
        return value
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if is_number:
        return value - 1 if how == "lt" else value + 1
    return not value if isinstance(value, bool) else "something else"


def _hold(node: Node, into: Json) -> Json:
    """Have a text or a list contain what a function looks for."""
    place, *arguments = node["children"]
    if node["value"] not in ("contains", "starts_with", "ends_with") or not arguments:
        raise NotPlantableError(node["value"])
    return _plant(place, arguments[0]["value"], into)
