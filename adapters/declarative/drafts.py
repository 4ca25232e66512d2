"""Requests while they are put together: what a file has of them, and what is put into them."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias
from urllib.parse import quote

import msgspec

from adapters.declarative.language.requests import Place, Request, RestRequest
from adapters.toolkit.links import request_for
from gateway.spi import HttpRequest, Json, Ticket

Value: TypeAlias = Json | tuple[Json, ...]
"""What is put in a place; a tuple is put there several times, where that can be."""

Put: TypeAlias = tuple[Place, Value]
"""A value, and where in a request it goes."""

_NATIVE_ID = "native_id"

# Both kinds at once, so that what is put in is never taken for one of them.
_HOLE = re.compile(r"\$\{(?P<owner>options|session)\.(?P<name>[a-z0-9_]+)\}|\{(?P<slot>[a-z_]+)\}")

_AS_IT_IS = "/%:@!$&'()*+,;=~"
"""Of a path in a file: separators, and what is encoded already. Letters, digits, -._ stay too."""


@dataclass(frozen=True, slots=True)
class Known:
    """What references stand for: the options, what a log-in kept, and the id of the session."""

    options: Mapping[str, str] = field(repr=False)
    session: Mapping[str, str] = field(default_factory=dict, repr=False)
    native_id: str | None = None

    def with_ticket(self, ticket: Ticket, native_id: str | None = None) -> "Known":
        """Know in addition what a log-in brought, and whose session a call is about."""
        return Known(self.options, ticket.values, native_id)

    def text(self, text: str) -> str:
        """Fill what stands in a text."""
        return _HOLE.sub(self._filling, text)

    def tree(self, value: Json) -> Json:
        """Fill the texts of a JSON value, of which a new one is made."""
        match value:
            case str():
                return self.text(value)
            case dict():
                return {name: self.tree(child) for name, child in value.items()}
            case list():
                return [self.tree(child) for child in value]
            case _:
                return value

    def path(self, path: str, slots: Mapping[str, str]) -> str:
        """Fill a path, and encode it."""
        filled, end = "", 0
        for hole in _HOLE.finditer(path):
            filled += quote(path[end : hole.start()], safe=_AS_IT_IS)
            slot = slots.get(hole["slot"]) if hole["slot"] else None
            filled += quote(self._filling(hole) if slot is None else slot, safe="")
            end = hole.end()
        return filled + quote(path[end:], safe=_AS_IT_IS)

    def _filling(self, hole: re.Match[str]) -> str:
        if hole["owner"]:
            known = self.options if hole["owner"] == "options" else self.session
            return known[hole["name"]]
        if hole["slot"] == _NATIVE_ID and self.native_id is not None:
            return self.native_id
        return hole[0]


class Draft:
    """One request. What is put where something stands already takes its place."""

    def __init__(
        self, request: Request, known: Known, headers: Mapping[str, str] | None = None
    ) -> None:
        """Begin with what a file has of it, and with the headers of all requests."""
        self.method = request.method
        self.tree: dict[str, Json] | None = None
        self._known = known
        self._path = ""
        self._slots: dict[str, str] = {}
        self._query: dict[str, tuple[str, ...]] = {}
        self._headers: dict[str, tuple[str, str]] = {}
        self._led_to: str | None = None
        self._put_texts(headers or {})
        if isinstance(request, RestRequest):
            self._path = request.path
            self._query = {name: (known.text(text),) for name, text in request.query.items()}
            self.tree = None if request.body is None else _filled(request.body, known)
            self._put_texts(request.headers)
        else:
            self.tree = _filled(request.params, known)

    def put_all(self, puts: Iterable[Put]) -> None:
        """Put each value in its place."""
        for place, value in puts:
            self.put(place, value)

    def put(self, place: Place, value: Value) -> None:
        """Put a value in its place."""
        match place.in_:
            case "query":
                values = value if isinstance(value, tuple) else (value,)
                self._query[place.at] = tuple(map(written, values))
            case "header":
                self.put_headers({place.at: written(_single(value))})
            case "path":
                self._slots[place.at] = written(_single(value))
            case _:
                self.tree = {} if self.tree is None else self.tree
                _set(self.tree, place.at.split("."), _single(value))

    def put_query(self, name: str, value: str) -> None:
        """Put a parameter into the query."""
        self._query[name] = (value,)

    def put_headers(self, headers: Mapping[str, str]) -> None:
        """Put headers in; of one name in whatever letters there is only one."""
        self._headers |= {name.lower(): (name, value) for name, value in headers.items()}

    def go_to(self, place: str) -> None:
        """Ask for what a link leads to instead: path and query below the endpoint."""
        target = request_for(place)
        self._led_to = target.path
        self._query = {}
        for name, value in target.query:
            self._query[name] = (*self._query.get(name, ()), value)

    def over_http(self) -> HttpRequest:
        """Make the request, with its body as JSON."""
        path = self._led_to
        if path is None:
            path = self._known.path(self._path, self._slots)
        body = None if self.tree is None else msgspec.json.encode(self.tree)
        return self._request(self.method, path, body)

    def posted(self, path: str, body: bytes) -> HttpRequest:
        """Make the request that carries a call, with this body."""
        return self._request("POST", self._known.path(path, {}), body)

    def _put_texts(self, headers: Mapping[str, str]) -> None:
        self.put_headers({name: self._known.text(text) for name, text in headers.items()})

    def _request(self, method: str, path: str, body: bytes | None) -> HttpRequest:
        headers = {"accept": ("Accept", "application/json")}
        if body is not None:
            headers["content-type"] = ("Content-Type", "application/json")
        query = tuple((name, value) for name, all_ in self._query.items() for value in all_)
        named = dict((headers | self._headers).values())
        return HttpRequest(method, path, query, named, body)


def written(value: Json) -> str:
    """Write a value where only text can be: a text as it is, all else as JSON does."""
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()


def fits(place: Place, value: Json) -> bool:
    """Say whether a value from outside can stand in a place and be nothing but itself there."""
    text = written(value)
    match place.in_:
        case "header":
            return text.isascii() and text.isprintable() and text == text.strip()
        case "path":
            return _is_step(text)
        case _:
            return True


def can_name(request: Request, native_id: str) -> bool:
    """Say whether an id can stand in a request: in a path some would lead to another call."""
    return _is_step(native_id) or not isinstance(request, RestRequest)


def _is_step(text: str) -> bool:
    return text not in {"", ".", ".."}


def _single(value: Value) -> Json:
    return list(value) if isinstance(value, tuple) else value


def _filled(tree: Mapping[str, Json], known: Known) -> dict[str, Json]:
    return {name: known.tree(value) for name, value in tree.items()}


def _set(tree: dict[str, Json], steps: list[str], value: Json) -> None:
    """Put a value at the end of a way; what stands in the way gives way."""
    for step in steps[:-1]:
        child = tree.get(step)
        if not isinstance(child, dict):
            child = tree[step] = {}
        tree = child
    tree[steps[-1]] = value
