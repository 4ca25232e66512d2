"""The configuration, validated: what the gateway is built from."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, SecretStr, SerializeAsAny

from gateway.config.values import (
    BackendName,
    Bytes,
    CacheAddress,
    DistributionName,
    Flag,
    Hideable,
    HttpAddress,
    Instant,
    Network,
    Origin,
    Period,
    ProxyAddress,
    RequestRate,
    Seconds,
    Sha256,
    Share,
    Text,
    Whole,
)
from gateway.spi import AdapterOptions, Operation, Rate


class Section(BaseModel):
    """A part of the file: it does not change, and knows all its keys."""

    # The input of a failed validation may hold a secret. What is said of keys is published.
    model_config = ConfigDict(
        frozen=True, extra="forbid", hide_input_in_errors=True, use_attribute_docstrings=True
    )


class TlsSettings(Section):
    """The certificate to serve with, and its key, as PEM files."""

    cert: Path
    """The certificate with its chain."""
    key: Path
    """Its key, without a passphrase."""


class ServerSettings(Section):
    """Where the gateway listens, and how long a whole call may take."""

    host: Text = "127.0.0.1"
    """The address to listen on. Beyond this machine it needs keys, or ``auth.anonymous``."""
    port: Annotated[Whole, Field(ge=0, le=65535)] = 8080
    """The port to listen on; 0 is any that is free."""
    workers: Annotated[Whole, Field(ge=1, le=64)] = 1
    """Processes that share the address. Each has its even share of every limit and rate."""
    deadline_s: Annotated[Seconds, Field(ge=0.1, le=60)] = 10
    """Seconds that a whole call may take, unless the client says otherwise."""
    lame_duck_s: Annotated[Seconds, Field(ge=0, le=20)] = 5
    """Seconds to listen on, not ready, when told to stop, where somebody watches ``/readyz``."""
    state_dir: Path | None = None
    """The folder in which calls are remembered by their ``Idempotency-Key``.

    Without one that header is refused.
    """
    trusted_proxies: tuple[Network, ...] = ()
    """Addresses and networks whose ``X-Forwarded-For``, or ``Forwarded``, is believed."""
    tls: TlsSettings | None = None
    """The certificate to serve HTTPS with. Without one it is plain HTTP."""


class Action(StrEnum):
    """What a key lets its caller do."""

    READ = "read"
    WRITE = "write"
    ADMIN = "admin"


class KeySettings(Section):
    """A caller's key, as ``session-gateway keys new`` prints it."""

    name: Annotated[str, Field(min_length=1, max_length=64)]
    """What the caller is called in the log."""
    sha256: Sha256 = Field(repr=False)
    """The hash of the key, in hexadecimal digits. The key itself stands nowhere."""
    backends: Annotated[tuple[Text, ...], Field(min_length=1)] = ("*",)
    """The only backends that exist for this caller; ``*`` is all of them."""
    actions: Annotated[tuple[Action, ...], Field(min_length=1)] = (Action.READ,)
    """What the caller may do."""
    redact: tuple[Hideable, ...] = ()
    """What is hidden from the caller: ``personal`` is all that adapters mark so."""
    expires: Instant | None = None
    """When the key stops to let in; null is never."""
    rate: RequestRate | None = None
    """How often the caller may call; null is as often as it likes."""


class AuthSettings(Section):
    """Who may call."""

    anonymous: Flag = False
    """Whether everyone may read, without a key."""
    keys: tuple[KeySettings, ...] = ()
    """The callers' keys. Without any, everyone on this machine may read."""


class CursorSettings(Section):
    """How the cursors of next pages are signed."""

    keys: tuple[Annotated[SecretStr, Field(min_length=16)], ...] = ()
    """Texts of at least 16 characters: the first signs, all verify.

    Without any, one is made up at each start.
    """


class LogFormat(StrEnum):
    """How log lines are written."""

    TEXT = "text"
    JSON = "json"


class LogSettings(Section):
    """How what there is to log is written to the error stream."""

    format: LogFormat = LogFormat.TEXT
    """As text for people, or an object of JSON for each event. To change it takes a restart."""


class TracesSettings(Section):
    """Where traces are sent, by OTLP over HTTP; this takes the extra ``otel``."""

    endpoint: HttpAddress | None = None
    """The collector's address, such as ``http://localhost:4318/v1/traces``; null is none."""
    headers: dict[str, SecretStr] = {}
    """Headers that the collector wants, each a reference."""
    sample: Annotated[Share, Field(ge=0, le=1)] = 1
    """The share of traces that are sent."""


class CorsSettings(Section):
    """The web pages whose scripts may call."""

    origins: tuple[Origin, ...] = ()
    """Their exact origins, in lower case and without a path."""


class CacheSettings(Section):
    """How long what was read of a backend serves."""

    ttl_s: Annotated[Seconds, Field(ge=0, le=86400)] = 15
    """Seconds for which it is fresh.

    With 0 nothing serves again while the vendor can be read.
    """
    stale_while_revalidate_s: Annotated[Seconds, Field(ge=0, le=86400)] = 60
    """Seconds after that for which it still serves, while it is read anew behind the scenes."""
    stale_if_error_s: Annotated[Seconds, Field(ge=0, le=86400)] = 900
    """Seconds after ``ttl_s`` for which it serves where it cannot be read anew."""


class LimitSettings(Section):
    """How much is asked of a backend, and how large one of its answers may be.

    What an adapter says of its vendor caps the first two; only a backend's own key goes further.
    """

    concurrency: Annotated[Whole, Field(ge=1, le=1000)] = 8
    """Requests to the vendor's account that are under way at a time."""
    rate: RequestRate | None = Field(default=Rate(20, 1), json_schema_extra={"default": "20/s"})
    """How close together requests go out; null is as they come."""
    max_body: Annotated[Bytes, Field(ge=1024, le=1024**3)] = Field(
        default=16 * 1024**2, json_schema_extra={"default": "16MiB"}
    )
    """The size of one answer, unpacked.

    Where nobody sets it, it is 256MiB for a vendor that can only send its whole list at once.
    """


class DefaultSettings(Section):
    """What holds for every backend that says nothing else."""

    timeout_s: Annotated[Seconds, Field(gt=0, le=300)] = 10
    """Seconds that one request to the vendor may take."""
    cache: CacheSettings = CacheSettings()
    """How long what was read serves."""
    limits: LimitSettings = LimitSettings()
    """How much is asked of the vendor."""


class BackendEntry(DefaultSettings):
    """A backend: one server of one vendor, and how it is asked.

    What it says of time, cache and limits goes before ``defaults``.
    """

    name: BackendName
    """What it is called, and what the ids of its sessions begin with. It must not be ``all``."""
    adapter: Text
    """What speaks its vendor's API: an adapter of this distribution or of a plugin."""
    options: object = None
    """Where the vendor is and how to be let in; its adapter says what they are."""
    enabled: Flag = True
    """Whether it is in use. Else it is known by its name, but never asked."""
    operations: tuple[Operation, ...] = ()
    """The writes that callers are let through with, of those that the vendor can do."""
    horizon: Period | None = None
    """How long ago, at most, a session started that is looked for by its start.

    It is for vendors that are read by windows of time; null is without end.
    """
    proxy: ProxyAddress | None = Field(default=None, repr=False)
    """By which the vendor is reached; its certificate is verified all the same.

    With a password the whole URL has to be a reference.
    """
    trace_context: Flag = False
    """Whether the vendor is told which traces requests belong to, in ``traceparent``."""


class SetBy(StrEnum):
    """Whose word a limit is: an adapter's own limit yields to the backend's, and caps the rest."""

    BACKEND = "backend"
    DEFAULTS = "defaults"
    NOBODY = "nobody"


class BackendLimits(LimitSettings):
    """The limits that are in force for one backend, and who set them."""

    concurrency_set_by: SetBy = SetBy.NOBODY
    rate_set_by: SetBy = SetBy.NOBODY
    max_body_set_by: SetBy = SetBy.NOBODY


class BackendSettings(BackendEntry):
    """A backend with every figure resolved. ``options`` is what its adapter is built with."""

    limits: BackendLimits = BackendLimits()
    options: SerializeAsAny[AdapterOptions]


class ConfigurationFile(Section):
    """The whole configuration, as it is written."""

    server: ServerSettings = ServerSettings()
    """Where the gateway listens, and how long a whole call may take."""
    auth: AuthSettings = AuthSettings()
    """Who may call."""
    cursor: CursorSettings = CursorSettings()
    """How the cursors of next pages are signed."""
    cors: CorsSettings = CorsSettings()
    """The web pages whose scripts may call."""
    log: LogSettings = LogSettings()
    """How what there is to log is written."""
    traces: TracesSettings = TracesSettings()
    """Where traces are sent, by OTLP over HTTP; this takes the extra ``otel``."""
    shared_cache: CacheAddress | None = Field(default=None, repr=False)
    """The Redis or Valkey that replicas share, as ``redis://HOST:PORT/DATABASE``; null is none.

    What is read of vendors is kept there, too. To change it takes a restart.
    """
    plugins: tuple[DistributionName, ...] = ()
    """Distributions beside this one whose adapters may be used.

    Each runs with all rights of the gateway and sees its backends' credentials.
    """
    defaults: DefaultSettings = DefaultSettings()
    """What holds for every backend that says nothing else."""
    backends: Annotated[tuple[BackendEntry, ...], Field(min_length=1)]
    """The vendors' servers that are asked as one."""


class Settings(ConfigurationFile):
    """The whole configuration, with every backend resolved."""

    backends: Annotated[tuple[BackendSettings, ...], Field(min_length=1)]
