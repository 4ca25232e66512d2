"""How a fake vendor is reached in place of the one that a file names. Pure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from adapters.declarative.language.part import references, substituted
from adapters.declarative.language.spec import Spec
from adapters.declarative.language.transport import JsonRpcWsTransport

_BY_OPTION = re.compile(r"\$\{options\.(?P<name>[a-z][a-z0-9_]*)\}(?P<path>/.*)?")
_BY_NAME = re.compile(r"[a-z]+://[^/]*(?P<path>/.*)?")
_OWN_OPTION = "address_of_fake"


@dataclass(frozen=True, slots=True)
class Reach:
    """The address of a file whose first part is an option: ``path`` follows it."""

    option: str
    path: str
    is_socket: bool

    @classmethod
    def of(cls, spec: Spec) -> "Reach":
        """Look at a file that is reachable."""
        found = _BY_OPTION.fullmatch(_address(spec))
        if found is None:
            raise ValueError("the address does not begin with an option")
        is_socket = isinstance(spec.transport, JsonRpcWsTransport)
        return cls(found["name"], found["path"] or "", is_socket)

    def root(self, options: Mapping[str, str]) -> str:
        """Give the part of every path that belongs to the address."""
        return substituted(self.path, {"options": dict(options)}).rstrip("/")

    def options(self, address: str) -> Mapping[str, str]:
        """Give the option that leads to an address."""
        return {self.option: address.replace("http", "ws", 1) if self.is_socket else address}


def reachable(spec: Spec) -> Spec:
    """Give a file that says the same, of a vendor whose address begins with an option."""
    address = _address(spec)
    if _BY_OPTION.fullmatch(address):
        return spec
    # An option may stand in the name of the server, and holds no slash then.
    found = _BY_NAME.fullmatch(address)
    path = (found["path"] if found else None) or ""
    key = "url" if isinstance(spec.transport, JsonRpcWsTransport) else "base_url"
    changed = spec.transport.model_copy(update={key: f"${{options.{_OWN_OPTION}}}{path}"})
    return spec.model_copy(update={"transport": changed})


def names_in(text: str) -> frozenset[str]:
    """Name the options that a text refers to."""
    return frozenset(name for kind, name in references(text) if kind == "options")


def _address(spec: Spec) -> str:
    transport = spec.transport
    return transport.url if isinstance(transport, JsonRpcWsTransport) else transport.base_url
