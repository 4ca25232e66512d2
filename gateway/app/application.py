"""The application and the federation, built from the configuration."""

import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime

from aiohttp import web

from gateway.app.callers import admission
from gateway.app.vendors import Wired, wired
from gateway.config.settings import (
    BackendSettings,
    Settings,
)
from gateway.federation.federation import Federation
from gateway.federation.filling import Listings
from gateway.federation.flights import LastingFlights
from gateway.federation.listings import KeptListings
from gateway.federation.ranges import KeptRanges
from gateway.paging.cursor import CursorSealer
from gateway.spi.registry import load_adapter
from gateway.state.idempotency import IdempotencyRecords
from gateway.web.bodies import MAX_BODY_BYTES
from gateway.web.gzip import compress
from gateway.web.hygiene import answer_known, answer_options, finish_head, refuse_other_hosts
from gateway.web.keys import (
    DEADLINE_SECONDS,
    FEDERATION,
    ORIGINS,
    RECORDS,
    REFRESHES,
    REPEATS,
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
from gateway.web.rates import Limiter
from gateway.web.refreshes import REFRESHES_OF_A_BACKEND
from gateway.web.repeats import Repeats
from gateway.web.routes import routes
from gateway.web.serving import REQUEST_LIMITS

Clock = Callable[[], datetime]


def utc_now() -> datetime:
    """Read the clock."""
    return datetime.now(UTC)


def build_app(
    settings: Settings, *, clock: Clock = utc_now, timer: Callable[[], float] = time.monotonic
) -> web.Application:
    """Build the application. It opens a vendor's connection at the first call to it.

    The clock tells the date, the timer how much time goes by, in seconds.
    """
    origins = frozenset(settings.cors.origins)
    vendors = wired(_enabled(settings), clock, timer)
    abilities = {each.backend.name: each.backend.adapter.abilities() for each in vendors}
    app = web.Application(
        middlewares=[
            log_requests,
            compress,
            answer_problems,
            refuse_other_hosts,
            answer_options(origins),
            answer_known,
            authenticate(admission(settings, abilities, timer), clock),
            negotiate,
        ],
        handler_args={"handler_cancellation": True, **REQUEST_LIMITS},
        client_max_size=MAX_BODY_BYTES,
    )
    app[FEDERATION] = _federation(settings, vendors, timer)
    app[REPEATS] = Repeats(timer)
    app[SEALER] = cursor_sealer(settings)
    app[ORIGINS] = origins
    app[TRUSTED_PROXIES] = settings.server.trusted_proxies
    app[DEADLINE_SECONDS] = settings.server.deadline_s
    app[UNDERTAKINGS] = LastingFlights()
    app[REFRESHES] = Limiter(REFRESHES_OF_A_BACKEND, timer)
    folder = settings.server.state_dir
    app[RECORDS] = None if folder is None else IdempotencyRecords(folder, clock)
    app.on_response_prepare.append(tell_standing)
    app.on_response_prepare.append(finish_head)
    app.add_routes(routes())
    app.cleanup_ctx.append(_remembering)
    app.cleanup_ctx.append(_closing(vendors))
    return app


@asynccontextmanager
async def open_federation(
    settings: Settings, *, clock: Clock = utc_now
) -> AsyncIterator[Federation]:
    """Build what answers, without a front door, for this process alone; close it in the end."""
    vendors = wired(_enabled(settings), clock)
    federation = _federation(settings, vendors, time.monotonic)
    try:
        yield federation
    finally:
        await _close(federation, vendors)


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


def _closing(vendors: Sequence[Wired]) -> Callable[[web.Application], AsyncIterator[None]]:
    async def context(app: web.Application) -> AsyncIterator[None]:
        yield
        await app[UNDERTAKINGS].close()
        await _close(app[FEDERATION], vendors)

    return context


async def _close(federation: Federation, vendors: Sequence[Wired]) -> None:
    await federation.close()
    for each in vendors:
        await each.wire.close()


def _enabled(settings: Settings) -> list[BackendSettings]:
    return [backend for backend in settings.backends if backend.enabled]


def _federation(
    settings: Settings, vendors: Sequence[Wired], timer: Callable[[], float]
) -> Federation:
    return Federation(
        [each.backend for each in vendors],
        Listings(KeptListings(timer=timer)),
        KeptRanges(timer=timer),
        disabled={
            b.name: load_adapter(b.adapter).vendor for b in settings.backends if not b.enabled
        },
        horizons={b.name: b.horizon for b in settings.backends if b.horizon is not None},
    )
