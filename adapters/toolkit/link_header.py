"""Reading the header Link (RFC 8288, 3), by which a server names what belongs to its answer."""

import re
from collections.abc import Iterator, Mapping

from gateway.spi import BadAnswer, ErrorCode

_TARGET = re.compile(r"[\s,]*+<(?P<target>[^<>]*+)>")
_PARAMETER = re.compile(
    r"\s*+;\s*+(?P<name>[^\s=;,\"]*+)"
    r"(?:\s*+=\s*+(?:\"(?P<quoted>(?:[^\"\\]|\\.)*+)\"|(?P<plain>[^\s;,\"]*+)))?"
)
_ESCAPED = re.compile(r"\\(.)")
_REST = re.compile(r"[\s,]*+")


def link_to(relation: str, header: str) -> str | None:
    """Give the first target that has a relation to the answer itself, such as ``next``, or none.

    Raises :class:`~gateway.spi.BadAnswer` for a header that cannot be read: what it hides might be
    just that.
    """
    return next((target for target, given in _links(header) if _has(relation, given)), None)


def _has(relation: str, parameters: Mapping[str, str]) -> bool:
    """Say whether a link has a relation. One with an anchor is about something else (3.2)."""
    relations = parameters.get("rel", "").lower().split()
    return relation in relations and "anchor" not in parameters


def _links(header: str) -> Iterator[tuple[str, dict[str, str]]]:
    """Give targets and what is told of them. Of several of one name the first counts (3.3)."""
    position = 0
    while found := _TARGET.match(header, position):
        position = found.end()
        parameters: dict[str, str] = {}
        while told := _PARAMETER.match(header, position):
            position = told.end()
            value = told["plain"] if told["quoted"] is None else _ESCAPED.sub(r"\1", told["quoted"])
            parameters.setdefault(told["name"].lower(), value or "")
        yield found["target"].strip(), parameters
    if not _REST.fullmatch(header, position):
        raise BadAnswer(ErrorCode.PROTOCOL, "a Link header that cannot be read")
