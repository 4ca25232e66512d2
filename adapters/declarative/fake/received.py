"""What has come to a fake vendor, told apart and looked into. Pure."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import unquote

from adapters.declarative.language.part import substituted
from adapters.declarative.language.requests import Place, Request, RestRequest, RpcRequest
from gateway.spi import Json

_PLACEHOLDER = re.compile(r"\\\{([a-z_]+)\\\}")

Steps = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Received:
    """One request, or one call by JSON-RPC, whose ``method`` is then its name.

    ``path`` is as it came, without ``root``, the part that belongs to the address. Names of headers
    are in lower case. ``tree`` is the JSON body, the fields of a form, or the parameters of a call.
    """

    method: str
    path: str = ""
    root: str = ""
    query: tuple[tuple[str, str], ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)
    tree: Json = None


@dataclass(frozen=True, slots=True)
class Filled:
    """A request that is known: what stood in the places of ``{name}`` in it."""

    received: Received
    names: Mapping[str, str]

    def values(self, place: Place) -> list[Json]:
        """Give what stands at a place: several in the query where it is repeated, else one."""
        match place.in_:
            case "query":
                return [value for name, value in self.received.query if name == place.at]
            case "header":
                return _present(self.received.headers.get(place.at.lower()))
            case "path":
                return _present(self.names.get(place.at))
            case _:
                return _present(_at(self.received.tree, tuple(place.at.split("."))))

    def number(self, place: Place) -> int | None:
        """Give a whole number at a place, which JSON has as a number; none if there is none.

        Raises ``ValueError`` for anything else.
        """
        values = self.values(place)
        if not values:
            return None
        (value,) = values
        if isinstance(value, bool) or not isinstance(value, int if place.is_json else str):
            raise ValueError(f"{place.at}: no whole number")
        return int(value)


def is_addressed(received: Received, request: Request) -> bool:
    """Say whether a request has the method and the path of one that is known."""
    if isinstance(request, RpcRequest):
        return received.method == request.method
    return received.method == request.method and _path_names(received, request) is not None


def filled(received: Received, request: Request, values: Mapping[str, Mapping[str, str]]) -> Filled:
    """Check that all that is always sent was sent; raise ``ValueError`` if not."""
    names = dict(_path_names(received, request) or {} if isinstance(request, RestRequest) else {})
    for wanted, given in _constants(received, request):
        names |= _matched(wanted, given, values)
    return Filled(received, names)


def is_known(filled_: Filled, request: Request, places: Sequence[Place]) -> bool:
    """Say whether nothing else was sent than what is always sent, and what stands at places."""
    known = {place.at for place in places if place.in_ == "query"}
    if isinstance(request, RestRequest):
        known |= request.query.keys()
    if any(name not in known for name, _ in filled_.received.query):
        return False
    told = [tuple(p.at.split(".")) for p in places if p.is_json]
    told += [steps for steps, _ in _leaves(_tree(request))]
    return all(
        any(steps[: len(each)] == each for each in told)
        for steps, _ in _leaves(filled_.received.tree)
    )


def _constants(received: Received, request: Request) -> Iterator[tuple[Json, Json]]:
    """Give what has to come, each with what came."""
    if isinstance(request, RestRequest):
        query = dict(received.query)
        yield from ((wanted, query.get(name)) for name, wanted in request.query.items())
        for name, wanted in request.headers.items():
            yield wanted, received.headers.get(name.lower())
    for steps, wanted in _leaves(_tree(request)):
        yield wanted, _at(received.tree, steps)


def _matched(
    wanted: Json, given: Json, values: Mapping[str, Mapping[str, str]]
) -> Mapping[str, str]:
    if not isinstance(wanted, str):
        if wanted != given:
            raise ValueError(f"not {wanted!r}, but {given!r}")
        return {}
    text = substituted(wanted, {kind: dict(each) for kind, each in values.items()})
    found = _pattern(text).fullmatch(given) if isinstance(given, str) else None
    if found is None:
        raise ValueError(f"not {text!r}, but {given!r}")
    return found.groupdict()


def _path_names(received: Received, request: RestRequest) -> Mapping[str, str] | None:
    # Options in a path stand for one step of it, whatever they are.
    template = re.sub(r"\$\{[a-z.0-9_]+\}", "{_option}", request.path)
    pattern = _pattern(template, "[^/]+")
    found = pattern.fullmatch(received.path)
    if found is None:
        return None
    return {name: unquote(value) for name, value in found.groupdict().items()}


def _pattern(template: str, value: str = ".*") -> re.Pattern[str]:
    names: set[str] = set()

    def group(found: re.Match[str]) -> str:
        name = found[1]
        is_new = name not in names and name != "_option"
        names.add(name)
        return f"(?P<{name}>{value})" if is_new else value

    return re.compile(_PLACEHOLDER.sub(group, re.escape(template)), re.DOTALL)


def _tree(request: Request) -> Json:
    return request.params if isinstance(request, RpcRequest) else request.body


def _leaves(tree: Json, steps: Steps = ()) -> Iterator[tuple[Steps, Json]]:
    if isinstance(tree, dict) and (tree or not steps):
        for name, value in tree.items():
            yield from _leaves(value, (*steps, name))
    elif tree is not None or steps:
        yield steps, tree


def _at(tree: Json, steps: Steps) -> Json:
    for step in steps:
        tree = tree.get(step) if isinstance(tree, dict) else None
    return tree


def _present(value: Json) -> list[Json]:
    return [] if value is None else [value]
