"""From bytes to the JSON object they are: what may be in one, and how much."""

import json

import msgspec

from gateway.model.session import Json

MAX_DEPTH = 8
MAX_MEMBERS = 200
MAX_TEXT_CHARACTERS = 4096


def json_object(body: bytes) -> dict[str, Json]:
    """Read one JSON object; raise a ``ValueError`` that says what a body is, or is not."""
    try:
        document = msgspec.json.decode(body)
    except (ValueError, RecursionError):
        raise ValueError("is not JSON") from None
    if not isinstance(document, dict):
        raise ValueError("is not a JSON object")
    if _members(document, MAX_DEPTH) > MAX_MEMBERS:
        raise ValueError(f"has more than {MAX_MEMBERS} members and items")
    # Readers differ in which of two members of one name counts, so none does.
    json.loads(body, object_pairs_hook=_refuse_repeated, parse_int=str, parse_float=str)
    return document


def _members(value: Json, levels: int) -> int:
    """Count what is in a value; raise for what is in it too deep, or too long."""
    match value:
        case dict():
            inner = [*value.values()]
            _refuse_long(*value)
        case list():
            inner = value
        case str():
            _refuse_long(value)
            return 0
        case _:
            return 0
    if not levels:
        raise ValueError(f"is nested deeper than {MAX_DEPTH} levels")
    return len(inner) + sum(_members(each, levels - 1) for each in inner)


def _refuse_long(*texts: str) -> None:
    if any(len(text) > MAX_TEXT_CHARACTERS for text in texts):
        raise ValueError(f"has a text of more than {MAX_TEXT_CHARACTERS} characters")


def _refuse_repeated(pairs: list[tuple[str, Json]]) -> None:
    if len({name for name, _ in pairs}) < len(pairs):
        raise ValueError("names a member twice")
