"""Rules of what is sent, by the way the vendor is reached."""

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from adapters.declarative.language.part import placeholders
from adapters.declarative.language.requests import Place, RestRequest
from adapters.declarative.language.spec import Spec
from adapters.declarative.language.transport import (
    HeaderAuth,
    JsonRpcHttpTransport,
    JsonRpcWsTransport,
    LogInAuth,
    RestTransport,
)
from adapters.declarative.rules.walking import (
    places_of_list,
    places_of_write,
    requests,
    texts,
    writes,
)
from gateway.spi.documents import Finding, KeyPath, shown

_NATIVE_ID = "native_id"
_HEADER = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_BODILESS = ("GET", "DELETE")
_REST_PLACES = ("query", "header", "body", "path")
_RPC_PLACES = ("params",)


def unfit_address(spec: Spec) -> Iterator[Finding]:
    """Find an address that is none, where it is written out."""
    transport = spec.transport
    is_socket = isinstance(transport, JsonRpcWsTransport)
    text = transport.url if isinstance(transport, JsonRpcWsTransport) else transport.base_url
    at: KeyPath = ("transport", "url" if is_socket else "base_url")
    schemes = ("wss", "ws") if is_socket else ("https", "http")
    if text.startswith("${"):
        return
    try:
        parts = urlsplit(re.sub(r"\$\{[^}]*\}", "x", text))
    except ValueError:  # of brackets that do not match
        yield at, "cannot be read as an address"
        return
    if parts.scheme not in schemes or not parts.netloc:
        yield at, f"must be absolute, such as {schemes[0]}://api.vendor.example/v1"
    elif parts.query or parts.fragment or "@" in parts.netloc:
        yield at, "must hold no user, password, query or fragment"


def unfit_requests(spec: Spec) -> Iterator[Finding]:
    """Find requests of another kind than the vendor takes, and headers that are none."""
    is_rest = isinstance(spec.transport, RestTransport)
    for path, request in requests(spec):
        if isinstance(request, RestRequest) and not is_rest:
            yield path, f"must be a method and params, as transport is {spec.transport.kind}"
        elif not isinstance(request, RestRequest) and is_rest:
            yield path, "must be a method and a path, as transport is rest"
        elif isinstance(request, RestRequest) and request.body and request.method in _BODILESS:
            yield (*path, "body"), f"a {request.method} has no body; say another method"
    for path, name in _headers(spec):
        if not _HEADER.fullmatch(name):
            yield path, "must be the name of a header, such as X-Api-Key"


def unfit_paths(spec: Spec) -> Iterator[Finding]:
    """Find placeholders that nothing is filled into, and calls that do not say which session."""
    for path, text in texts(spec.transport, ("transport",)):
        if path[-1] in ("path", "token_path"):
            yield from _unfilled(set(), path, text)
    for path, request in requests(spec):
        places = _places_of(spec, path)
        known = {place.at for _, place in places if place.in_ == "path"}
        is_of_one = path[0] != "list" and path[1] != "create"
        if is_of_one:
            known.add(_NATIVE_ID)
        if isinstance(request, RestRequest):
            yield from _unfilled(known, (*path, "path"), request.path)
        if is_of_one and not any(f"{{{_NATIVE_ID}}}" in text for _, text in texts(request)):
            yield path, f"must say of which session: write {{{_NATIVE_ID}}} where its id belongs"


def unfit_places(spec: Spec) -> Iterator[Finding]:
    """Find places that the request does not have, or that something else is sent in already."""
    for path, request in requests(spec):
        places = [*_places_of(spec, path)]
        for at, place in places:
            yield from _unfit_place(spec, request, at, place)
        yield from _doubled(request, path, places)
    auth = getattr(spec.transport, "auth", None)
    if isinstance(auth, LogInAuth) and auth.send.in_ not in ("header", "query"):
        yield ("transport", "auth", "send", "in"), "must be header or query"


def _headers(spec: Spec) -> Iterator[tuple[KeyPath, str]]:
    transport = spec.transport
    if isinstance(transport, RestTransport | JsonRpcHttpTransport):
        for name in transport.headers:
            yield ("transport", "headers", name), name
        if isinstance(transport.auth, HeaderAuth):
            yield ("transport", "auth", "name"), transport.auth.name
    for path, request in requests(spec):
        for name in getattr(request, "headers", ()):
            yield (*path, "headers", name), name
        for at, place in _places_of(spec, path):
            if place.in_ == "header":
                yield (*at, "at"), place.at


def _places_of(spec: Spec, path: KeyPath) -> list[tuple[KeyPath, Place]]:
    """Give the places in the request that stands at a path."""
    match path:
        case ("list", *_):
            return [*places_of_list(spec)]
        case ("writes", name, *_):
            return [*places_of_write(str(name), dict(writes(spec))[str(name)])]
    return []


def _unfilled(known: set[str], path: KeyPath, text: str) -> Iterator[Finding]:
    for name in placeholders(text):
        if name not in known:
            yield path, f"nothing is filled into {{{name}}} here"


def _unfit_place(spec: Spec, request: object, at: KeyPath, place: Place) -> Iterator[Finding]:
    allowed = _REST_PLACES if isinstance(spec.transport, RestTransport) else _RPC_PLACES
    if place.in_ not in allowed:
        known = ", ".join(allowed)
        yield (*at, "in"), f"must be one of {known}, as transport is {spec.transport.kind}"
    elif isinstance(request, RestRequest):
        if place.in_ == "body" and request.method in _BODILESS:
            yield (*at, "in"), f"a {request.method} has no body; say another method, or query"
        if place.in_ == "path" and place.at not in placeholders(request.path):
            yield (*at, "at"), f"the path has no {{{place.at}}}"


def _doubled(
    request: object, path: KeyPath, places: list[tuple[KeyPath, Place]]
) -> Iterator[Finding]:
    """Find what would be sent twice in one place. Of all orders only one is asked for."""
    sent = {(kind, name): (*path, kind, name) for kind, name in _constants(request)}
    for at, place in places:
        key = (place.in_, place.at)
        first = sent.setdefault(key, at)
        are_sorts = first[:2] == at[:2] == ("abilities", "sorts")
        if first != at and not are_sorts:
            yield (*at, "at"), f"{shown(first)} goes there already"


def _constants(request: object) -> Iterator[tuple[str, str]]:
    kinds = (("query", "query"), ("header", "headers"), ("body", "body"), ("params", "params"))
    for kind, own in kinds:
        for name in getattr(request, own, None) or ():
            yield kind, name
