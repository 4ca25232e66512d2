"""The configuration, validated: what the gateway is built from."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, SecretStr, SerializeAsAny

from gateway.config.values import (
    BackendName,
    Bytes,
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

    # The input of a failed validation may hold a secret.
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class TlsSettings(Section):
    """The certificate to serve with, and its key, as PEM files."""

    cert: Path
    key: Path


class ServerSettings(Section):
    """Where the gateway listens, and how long a whole call may take.

    ``lame_duck_s`` is how long it listens on when it is told to stop, and somebody watches.
    """

    host: Text = "127.0.0.1"
    port: Annotated[Whole, Field(ge=0, le=65535)] = 8080
    workers: Annotated[Whole, Field(ge=1, le=64)] = 1
    deadline_s: Annotated[Seconds, Field(ge=0.1, le=60)] = 10
    lame_duck_s: Annotated[Seconds, Field(ge=0, le=20)] = 5
    state_dir: Path | None = None
    trusted_proxies: tuple[Network, ...] = ()
    tls: TlsSettings | None = None


class Action(StrEnum):
    """What a key lets its caller do."""

    READ = "read"
    WRITE = "write"
    ADMIN = "admin"


class KeySettings(Section):
    """A caller's key: the file holds only its hash. A backend named ``*`` means all of them."""

    name: Annotated[str, Field(min_length=1, max_length=64)]
    sha256: Sha256 = Field(repr=False)
    backends: Annotated[tuple[Text, ...], Field(min_length=1)] = ("*",)
    actions: Annotated[tuple[Action, ...], Field(min_length=1)] = (Action.READ,)
    redact: tuple[Hideable, ...] = ()
    expires: Instant | None = None
    rate: RequestRate | None = None


class AuthSettings(Section):
    """Who may call."""

    anonymous: Flag = False
    keys: tuple[KeySettings, ...] = ()


class CursorSettings(Section):
    """The keys of cursors: the first signs, all verify."""

    keys: tuple[Annotated[SecretStr, Field(min_length=16)], ...] = ()


class LogFormat(StrEnum):
    """How log lines are written."""

    TEXT = "text"
    JSON = "json"


class LogSettings(Section):
    """How what there is to log is written to the error stream."""

    format: LogFormat = LogFormat.TEXT


class TracesSettings(Section):
    """Where traces are sent, by OTLP over HTTP; this takes the extra ``otel``.

    ``sample`` is the share of traces that are sent.
    """

    endpoint: HttpAddress | None = None
    headers: dict[str, SecretStr] = {}
    sample: Annotated[Share, Field(ge=0, le=1)] = 1


class CorsSettings(Section):
    """The web pages whose scripts may call, by their exact origins."""

    origins: tuple[Origin, ...] = ()


class CacheSettings(Section):
    """How long what was read of a backend serves: as it is, then while it is read anew.

    Where reading it anew fails, it serves for ``stale_if_error_s`` beyond ``ttl_s``. With a
    ``ttl_s`` of 0 nothing serves again while the vendor can be read.
    """

    ttl_s: Annotated[Seconds, Field(ge=0, le=86400)] = 15
    stale_while_revalidate_s: Annotated[Seconds, Field(ge=0, le=86400)] = 60
    stale_if_error_s: Annotated[Seconds, Field(ge=0, le=86400)] = 900


class LimitSettings(Section):
    """How much is asked of a backend, and how large one of its answers may be.

    ``concurrency`` is how many requests are under way at a time, ``rate`` how close together they
    go out.
    """

    concurrency: Annotated[Whole, Field(ge=1, le=1000)] = 8
    rate: RequestRate | None = Rate(20, 1)
    max_body: Annotated[Bytes, Field(ge=1024, le=1024**3)] = 16 * 1024**2


class DefaultSettings(Section):
    """What holds for every backend that says nothing else. ``timeout_s`` is of one request."""

    timeout_s: Annotated[Seconds, Field(gt=0, le=300)] = 10
    cache: CacheSettings = CacheSettings()
    limits: LimitSettings = LimitSettings()


class BackendEntry(DefaultSettings):
    """A backend as the file has it. Its options are its adapter's to read.

    ``horizon`` is how long ago a session started at most that is looked for by its start. By
    ``proxy`` the vendor is reached; its certificate is verified all the same. With
    ``trace_context`` the vendor is told which traces requests belong to.
    """

    name: BackendName
    adapter: Text
    options: object = None
    enabled: Flag = True
    operations: tuple[Operation, ...] = ()
    horizon: Period | None = None
    proxy: ProxyAddress | None = Field(default=None, repr=False)
    trace_context: Flag = False


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
    auth: AuthSettings = AuthSettings()
    cursor: CursorSettings = CursorSettings()
    cors: CorsSettings = CorsSettings()
    log: LogSettings = LogSettings()
    traces: TracesSettings = TracesSettings()
    shared_cache: SecretStr | None = None
    defaults: DefaultSettings = DefaultSettings()
    backends: Annotated[tuple[BackendEntry, ...], Field(min_length=1)]


class Settings(ConfigurationFile):
    """The whole configuration, with every backend resolved."""

    backends: Annotated[tuple[BackendSettings, ...], Field(min_length=1)]
