"""How a vendor is reached, and how it lets a caller in."""

from typing import Annotated, Literal, TypeAlias

from pydantic import Field

from adapters.declarative.language.part import Expression, Name, Part, PathText, Text, Tree
from adapters.declarative.language.requests import Place, RestRequest
from adapters.declarative.language.values import ByteSize, PerTime


class NoAuth(Part):
    """Everybody is let in."""

    kind: Literal["none"]


class HeaderAuth(Part):
    """A key in a header of every request."""

    kind: Literal["header"]
    name: str
    """The header's name, such as X-Api-Key."""
    value: Text
    """What it holds, such as ${options.key}."""


class QueryAuth(Part):
    """A key in a parameter of every request."""

    kind: Literal["query"]
    name: str
    """The parameter's name."""
    value: Text
    """What it holds, such as ${options.key}."""


class BasicAuth(Part):
    """A user and a password in every request, as HTTP Basic."""

    kind: Literal["basic"]
    username: Text
    """Who calls."""
    password: Text
    """The password, such as ${options.password}."""


class BearerAuth(Part):
    """A token in every request: Authorization: Bearer TOKEN."""

    kind: Literal["bearer"]
    token: Text
    """The token, such as ${options.token}."""


class LogInAuth(Part):
    """A request that brings a token, which every other request then carries."""

    kind: Literal["log_in"]
    request: RestRequest
    """The request that logs in."""
    token: Expression
    """Where in its answer the token is."""
    lifetime: Expression | None = None
    """Where in its answer is how many seconds the token lives; it is renewed before they are up."""
    send: Place
    """Where the other requests carry it, such as {in: header, at: Authorization}."""
    prefix: str = ""
    """What stands before the token there, such as "Bearer " with its space."""


class OAuth2Auth(Part):
    """OAuth 2.0 by client credentials: a token of the same server, renewed before it ends."""

    kind: Literal["oauth2"]
    token_path: PathText
    """Where tokens are given out, below the address of the vendor."""
    client_id: Text
    """Who calls."""
    client_secret: Text
    """The secret that belongs to it, such as ${options.client_secret}."""
    scope: Text | None = None
    """What the token is to be good for."""
    credentials_in: Literal["basic", "body"] = "basic"
    """How id and secret are sent: as HTTP Basic, or as fields of the form."""


Auth: TypeAlias = Annotated[
    NoAuth | HeaderAuth | QueryAuth | BasicAuth | BearerAuth | LogInAuth | OAuth2Auth,
    Field(discriminator="kind"),
]


class HandshakeCall(Part):
    """A call that is made before all others."""

    method: Annotated[str, Field(min_length=1)]
    """The name of the method."""
    params: dict[str, Tree] = Field(default_factory=dict)
    """What it is called with."""
    keep: dict[Name, Expression] = Field(default_factory=dict)
    """What of its result is kept, as ${session.NAME} for the calls that follow."""


class VendorLimits(Part):
    """What the vendor can bear. The configuration of a backend may say otherwise."""

    concurrency: Annotated[int, Field(ge=1, le=1000)] | None = None
    """How many requests may be under way at a time."""
    rate: PerTime | None = None
    """How many requests it takes, such as 5/s, 600/min or 10000/h."""
    timeout_s: Annotated[float, Field(gt=0, le=300)] | None = None
    """How many seconds one request may take."""
    max_body: ByteSize | None = None
    """How large one answer may be, such as 8MiB."""


class _Transport(Part):
    limits: VendorLimits = VendorLimits()
    """What the vendor can bear."""


class _OverHttp(_Transport):
    base_url: Text
    """The address of the vendor, such as ${options.base_url} or https://api.vendor.example/v1."""
    auth: Auth = NoAuth(kind="none")
    """How the vendor lets a caller in."""
    headers: dict[str, Text] = Field(default_factory=dict)
    """Headers of every request."""


class RestTransport(_OverHttp):
    """Requests over HTTP that are answered with JSON."""

    kind: Literal["rest"]


class JsonRpcHttpTransport(_OverHttp):
    """JSON-RPC 2.0, each call one POST."""

    kind: Literal["jsonrpc_http"]
    path: PathText
    """Where calls are posted to."""


class JsonRpcWsTransport(_Transport):
    """JSON-RPC 2.0 over one WebSocket that stays open."""

    kind: Literal["jsonrpc_ws"]
    url: Text
    """The address of the vendor, such as ${options.url}."""
    handshake: tuple[HandshakeCall, ...] = ()
    """The calls by which a caller is let in, in order."""
    is_serial: bool = Field(default=False, alias="serial")
    """Whether the vendor handles one call at a time, so that the next waits for its answer."""


Transport: TypeAlias = Annotated[
    RestTransport | JsonRpcHttpTransport | JsonRpcWsTransport, Field(discriminator="kind")
]
