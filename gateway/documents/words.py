"""What validation found, in plain words."""

from collections.abc import Mapping

from pydantic_core import ErrorDetails

from gateway.documents.shape import Place

_WORDS: Mapping[str, str] = {
    "missing": "is missing",
    "extra_forbidden": "unknown key",
    "string_type": "must be a text; put it in quotes",
    "int_type": "must be a whole number",
    "int_parsing": "must be a whole number",
    "int_from_float": "must be a whole number",
    "float_type": "must be a number",
    "float_parsing": "must be a number",
    "bool_type": "must be true or false",
    "bool_parsing": "must be true or false",
    "tuple_type": "must be a list",
    "list_type": "must be a list",
    "model_type": "must be a mapping of keys",
    "model_attributes_type": "must be a mapping of keys",
    "dict_type": "must be a mapping of keys",
    "path_type": "must be the path of a file",
    "too_short": "must have a length of at least {min_length}",
    "too_long": "must have a length of at most {max_length}",
}


_TRUTHS: Mapping[str, str] = {"True": "true", "False": "false"}


def in_words(error: ErrorDetails, place: Place) -> str:
    """Say what is wrong, without the value that is. Of an unknown key, the place is around it."""
    kind = error["type"]
    if kind == "value_error":
        return str(error["ctx"]["error"])
    if kind == "extra_forbidden" and place.keys:
        return f"unknown key; known keys here: {', '.join(place.keys)}"
    if kind in ("union_tag_invalid", "union_tag_not_found") and place.forms:
        lacks = "is missing; it must" if kind == "union_tag_not_found" else "must"
        return f"{lacks} be one of {', '.join(place.forms)}"
    if kind == "literal_error":
        return f"must be {_TRUTHS.get(error['ctx']['expected'], error['ctx']['expected'])}"
    if kind in _WORDS:
        return _WORDS[kind].format_map(error.get("ctx", {}))
    # "Input should be less than 5", "String should match pattern '…'"
    _, should, rest = error["msg"].partition(" should ")
    return f"must {rest}" if should else error["msg"]
