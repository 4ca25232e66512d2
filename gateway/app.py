"""Building the gateway from its configuration: everything is wired here, and nowhere else."""

import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from aiohttp import web

from gateway.config.settings import (
    Action,
    AuthSettings,
    BackendSettings,
    KeySettings,
    SetBy,
    Settings,
)
from gateway.federation.backend import Backend
from gateway.federation.federation import Federation
from gateway.federation.filling import Listings
from gateway.federation.flights import LastingFlights
from gateway.federation.listings import KeptListings
from gateway.federation.ranges import KeptRanges
from gateway.paging.cursor import CursorSealer
from gateway.spi.abilities import Abilities, PagingStyle
from gateway.spi.options import AdapterOptions
from gateway.spi.registry import load_adapter
from gateway.state.idempotency import IdempotencyRecords
from gateway.transport.http import HttpWire
from gateway.transport.limits import Limits, Trust
from gateway.transport.rpc import RpcWire
from gateway.transport.wire import open_wire
from gateway.web.admission import Admission
from gateway.web.bodies import MAX_BODY_BYTES
from gateway.web.callers import ApiKey, Caller, Keyring
from gateway.web.gzip import compress
from gateway.web.hygiene import answer_known, answer_options, finish_head, refuse_other_hosts
from gateway.web.keys import (
    DEADLINE_SECONDS,
    FEDERATION,
    ORIGINS,
    RECORDS,
    SEALER,
    TRUSTED_PROXIES,
    UNDERTAKINGS,
)
from gateway.web.middlewares import (
    answer_problems,
    authenticate,
    log_requests,
    negotiate,
    tell_standing,
)
from gateway.web.rates import Quota
from gateway.web.redaction import Redaction
from gateway.web.routes import routes
from gateway.web.serving import REQUEST_LIMITS

Clock = Callable[[], datetime]

# A vendor that can only list everything sends all it has in one body. That may take long, as
# nobody waits for more than a deadline, so a vendor only has to keep on sending: 30 MB take a
# Roundware server 15 s, and a connection of 1 MB/s twice that.
_WHOLE_LISTING_BYTES = 256 * 1024 * 1024
_WHOLE_LISTING_TIMEOUTS = 10


def utc_now() -> datetime:
    """Read the clock."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class _Wired:
    backend: Backend
    wire: HttpWire | RpcWire


def build_app(
    settings: Settings, *, clock: Clock = utc_now, timer: Callable[[], float] = time.monotonic
) -> web.Application:
    """Build the application. It opens a vendor's connection at the first call to it.

    The clock tells the date, the timer how much time goes by, in seconds.
    """
    origins = frozenset(settings.cors.origins)
    wired = [_wired(backend, clock) for backend in settings.backends if backend.enabled]
    abilities = {each.backend.name: each.backend.adapter.abilities() for each in wired}
    app = web.Application(
        middlewares=[
            log_requests,
            compress,
            answer_problems,
            refuse_other_hosts,
            answer_options(origins),
            answer_known,
            authenticate(_admission(settings, abilities, timer), clock),
            negotiate,
        ],
        handler_args={"handler_cancellation": True, **REQUEST_LIMITS},
        client_max_size=MAX_BODY_BYTES,
    )
    app[FEDERATION] = _federation(settings, wired)
    app[SEALER] = cursor_sealer(settings)
    app[ORIGINS] = origins
    app[TRUSTED_PROXIES] = settings.server.trusted_proxies
    app[DEADLINE_SECONDS] = settings.server.deadline_s
    app[UNDERTAKINGS] = LastingFlights()
    folder = settings.server.state_dir
    app[RECORDS] = None if folder is None else IdempotencyRecords(folder, clock)
    app.on_response_prepare.append(tell_standing)
    app.on_response_prepare.append(finish_head)
    app.add_routes(routes())
    app.cleanup_ctx.append(_remembering)
    app.cleanup_ctx.append(_closing(wired))
    return app


@asynccontextmanager
async def open_federation(
    settings: Settings, *, clock: Clock = utc_now
) -> AsyncIterator[Federation]:
    """Build what answers, without a front door, for this process alone; close it in the end."""
    wired = [_wired(backend, clock) for backend in settings.backends if backend.enabled]
    federation = _federation(settings, wired)
    try:
        yield federation
    finally:
        await _close(federation, wired)


def cursor_sealer(settings: Settings) -> CursorSealer:
    """Build what makes cursors and opens them."""
    return CursorSealer([key.get_secret_value().encode() for key in settings.cursor.keys])


async def _remembering(app: web.Application) -> AsyncIterator[None]:
    records = app[RECORDS]
    if records is not None:
        await records.open()
    yield
    if records is not None:
        await records.close()


def _closing(wired: Sequence[_Wired]) -> Callable[[web.Application], AsyncIterator[None]]:
    async def context(app: web.Application) -> AsyncIterator[None]:
        yield
        await app[UNDERTAKINGS].close()
        await _close(app[FEDERATION], wired)

    return context


async def _close(federation: Federation, wired: Sequence[_Wired]) -> None:
    await federation.close()
    for each in wired:
        await each.wire.close()


def _federation(settings: Settings, wired: Sequence[_Wired]) -> Federation:
    return Federation(
        [each.backend for each in wired],
        Listings(KeptListings(timer=time.monotonic)),
        KeptRanges(timer=time.monotonic),
        disabled={
            b.name: load_adapter(b.adapter).vendor for b in settings.backends if not b.enabled
        },
        horizons={b.name: b.horizon for b in settings.backends if b.horizon is not None},
    )


def _wired(settings: BackendSettings, clock: Clock) -> _Wired:
    adapter = load_adapter(settings.adapter)(settings.options)
    limits = _limits(settings, adapter.abilities())
    wire = open_wire(adapter.endpoint(), limits, _trust(settings.options))
    backend = Backend(
        settings.name,
        adapter,
        wire,
        ttl_seconds=settings.cache.ttl_s,
        clock=clock,
        operations=settings.operations,
    )
    return _Wired(backend, wire)


def _limits(settings: BackendSettings, abilities: Abilities) -> Limits:
    limits = settings.limits
    max_body, concurrency = limits.max_body, limits.concurrency
    is_single = abilities.paging.style is PagingStyle.SINGLE
    if is_single and limits.max_body_set_by is SetBy.NOBODY:
        max_body = _WHOLE_LISTING_BYTES
    if limits.concurrency_set_by is not SetBy.BACKEND and abilities.max_concurrency is not None:
        concurrency = min(concurrency, abilities.max_concurrency)
    seconds = settings.timeout_s
    return Limits(
        timeout_seconds=seconds * _WHOLE_LISTING_TIMEOUTS if is_single else seconds,
        gap_seconds=seconds if is_single else None,
        max_body_bytes=max_body,
        concurrency=concurrency,
    )


def _trust(options: AdapterOptions) -> Trust:
    pin = options.fingerprint_sha256
    return Trust(options.ca_file, bytes.fromhex(pin.replace(":", "")) if pin else None)


def _admission(
    settings: Settings, abilities: Mapping[str, Abilities], timer: Callable[[], float]
) -> Admission:
    return Admission(
        _keyring(settings.auth, abilities),
        rates={
            key.name: Quota("key", key.rate.requests, key.rate.seconds)
            for key in settings.auth.keys
            if key.rate is not None
        },
        trusted_proxies=settings.server.trusted_proxies,
        timer=timer,
    )


def _keyring(auth: AuthSettings, abilities: Mapping[str, Abilities]) -> Keyring:
    keys = [
        ApiKey(_caller(key, abilities), bytes.fromhex(key.sha256), key.expires) for key in auth.keys
    ]
    return Keyring(keys, is_key_needed=bool(keys) and not auth.anonymous)


def _caller(key: KeySettings, abilities: Mapping[str, Abilities]) -> Caller:
    backends = None if "*" in key.backends else frozenset(key.backends)
    visible = {name: able for name, able in abilities.items() if not backends or name in backends}
    return Caller(
        key.name,
        backends,
        may_read=Action.READ in key.actions,
        may_write=Action.WRITE in key.actions,
        may_administer=Action.ADMIN in key.actions,
        redaction=Redaction.of(key.redact, visible),
    )
