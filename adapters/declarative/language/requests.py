"""What is sent to a vendor, and where in it a value goes."""

from typing import Annotated, Any, Literal, TypeAlias

from pydantic import Discriminator, Field, Tag

from adapters.declarative.language.part import DottedPath, Part, PathText, Text, Tree

_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")


class RestRequest(Part):
    """One HTTP request."""

    method: Literal["GET", "POST", "PUT", "PATCH", "DELETE"] = "GET"
    """The HTTP method."""
    path: PathText
    """What is appended to the address of the vendor."""
    query: dict[str, Text] = Field(default_factory=dict)
    """Parameters that are always sent, by name."""
    headers: dict[str, Text] = Field(default_factory=dict)
    """Headers that are always sent, by name."""
    body: dict[str, Tree] | None = None
    """What is always in the JSON body; none for no body, unless something else is placed there."""


class RpcRequest(Part):
    """One call by JSON-RPC."""

    method: Annotated[str, Field(min_length=1)]
    """The name of the method."""
    params: dict[str, Tree] = Field(default_factory=dict)
    """Parameters that are always sent; ${session.NAME} stands for what the handshake kept."""


def _kind(value: Any) -> str:  # noqa: ANN401  # what stands in the file
    if isinstance(value, dict):
        is_rest = not value.keys().isdisjoint({"path", "query", "headers", "body"})
        is_rpc = "params" in value or value.get("method") not in (None, *_METHODS)
        return "rpc" if is_rpc and not is_rest else "rest"
    return "rpc" if isinstance(value, RpcRequest) else "rest"


Request: TypeAlias = Annotated[
    Annotated[RestRequest, Tag("rest")] | Annotated[RpcRequest, Tag("rpc")], Discriminator(_kind)
]


class Place(Part):
    """Where in a request a value goes."""

    in_: Literal["query", "header", "body", "path", "params"] = Field(alias="in")
    """The part of the request; params for JSON-RPC, path for a {name} in the path."""
    at: DottedPath
    """The name there; in body and params with dots for what lies deeper."""

    @property
    def is_json(self) -> bool:
        """Whether values are JSON there, where a number is no text."""
        return self.in_ in ("body", "params")
