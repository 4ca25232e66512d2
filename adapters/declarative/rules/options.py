"""Rules of options, and of what refers to them and to what a handshake kept."""

import re
from collections.abc import Iterator

from adapters.declarative.language.part import references
from adapters.declarative.language.requests import RestRequest
from adapters.declarative.language.spec import Spec
from adapters.declarative.language.transport import JsonRpcWsTransport
from adapters.declarative.options import DeclarativeOptions, secret_names, typed_texts
from adapters.declarative.rules.walking import requests, texts
from gateway.spi.documents import Finding, KeyPath

_WHOLE_ALONE = ("zone", "active_for_s")
_REFERENCE = re.compile(r"\$\{(options|session)\.[a-z][a-z0-9_]*\}")
_WHOLE = re.compile(r"\$\{options\.[a-z][a-z0-9_]*\}")
_OF_EVERY_BACKEND = frozenset(
    {"spec", "ca_file", "fingerprint_sha256", "allow_plaintext", "written"}
)


def unfit_options(spec: Spec) -> Iterator[Finding]:
    """Find options that are of no use, that cannot be named so, or that show a secret."""
    used = {name for _, text in _referring(spec) for kind, name in references(text)}
    secret = secret_names(spec)
    for name, option in spec.options.items():
        at: KeyPath = ("options", name)
        if _is_taken(name):
            yield at, "every backend has something of this name; choose another"
        elif name not in used:
            yield at, f"nothing refers to it; write ${{options.{name}}} where it belongs"
        if option.default is not None and (option.secret or name in secret):
            yield (*at, "default"), "a secret must not stand in the file; leave it out"


def unfit_references(spec: Spec) -> Iterator[Finding]:
    """Find references to what is not there, or must not be where they are."""
    kept = _kept(spec)
    secret = {name for name, option in spec.options.items() if option.secret} | secret_names(spec)
    paths = {path for path, _ in _paths(spec)}
    for path, text in _referring(spec):
        if not _is_followed(path):
            if references(text):
                yield path, "references are not followed here; write the text out"
            continue
        if "${" in _REFERENCE.sub("", text):
            yield path, "holds a ${ that is neither ${options.NAME} nor ${session.NAME}"
        for kind, name in references(text):
            if kind == "session" and name not in _kept_before(path, kept):
                yield path, _unkept(name, kept)
            elif kind == "options" and name not in spec.options and _is_taken(name):
                yield path, f"every backend has something named {name}; choose another name"
            elif kind == "options" and name in secret and path in paths:
                yield path, f"{name} is a secret, and addresses are logged; send it elsewhere"


def unfit_values_of_options(spec: Spec) -> Iterator[Finding]:
    """Find zones and numbers that are an option only in part: they could not be checked."""
    for path, text in typed_texts(spec):
        if "$" in text and not _WHOLE.fullmatch(text):
            yield path, "must be ${options.NAME} as a whole, or hold no reference"
        elif "$" not in text and path[-1] == "active_for_s":
            yield path, "must be a number of seconds, or ${options.NAME}"


def _is_taken(name: str) -> bool:
    if name in _OF_EVERY_BACKEND:
        return True
    return hasattr(DeclarativeOptions, name) or name.startswith("model_")


def _referring(spec: Spec) -> Iterator[tuple[KeyPath, str]]:
    """Give the texts that may refer to something: descriptions and examples do not."""
    return ((path, text) for path, text in texts(spec) if path[0] not in ("options", "vendor"))


def _is_followed(path: KeyPath) -> bool:
    """Say whether references are followed in the text at a path."""
    return path[0] == "transport" or "request" in path[:3] or path[-1] in _WHOLE_ALONE


def _kept(spec: Spec) -> list[frozenset[str]]:
    """Give what each call of the handshake keeps."""
    transport = spec.transport
    calls = transport.handshake if isinstance(transport, JsonRpcWsTransport) else ()
    return [frozenset(call.keep) for call in calls]


def _kept_before(path: KeyPath, kept: list[frozenset[str]]) -> frozenset[str]:
    """Give what is kept by the time that a text is sent."""
    match path:
        case ("transport", "handshake", int(number), *_):
            kept = kept[:number]
        case ("list" | "get" | "writes", *_):
            pass
        case _:
            kept = []
    return frozenset[str]().union(*kept)


def _unkept(name: str, kept: list[frozenset[str]]) -> str:
    names = ", ".join(sorted(frozenset[str]().union(*kept))) or "none"
    return f"no handshake has kept {name} by then; kept are: {names}"


def _paths(spec: Spec) -> Iterator[tuple[KeyPath, str]]:
    """Give the texts that become part of an address."""
    for path, text in texts(spec.transport, ("transport",)):
        if path[-1] in ("path", "token_path", "base_url", "url"):
            yield path, text
    for path, request in requests(spec):
        if isinstance(request, RestRequest):
            yield (*path, "path"), request.path
