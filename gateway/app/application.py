"""The application and the federation, built from the configuration."""

import functools
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

from aiohttp import web

from gateway.app.callers import admission
from gateway.app.holdings import Holdings
from gateway.app.metrics import scraped
from gateway.app.peers import Alone, Peers
from gateway.app.sharing import Sharing, sharing_of
from gateway.app.snapshot import SNAPSHOT, Snapshot
from gateway.app.tracing import tracer_for
from gateway.app.vendors import Wired, adapter_class, wired
from gateway.config.settings import (
    BackendSettings,
    Settings,
    TracesSettings,
)
from gateway.federation.federation import Federation
from gateway.federation.flights import LastingFlights
from gateway.paging.cursor import CursorSealer
from gateway.spi.abilities import Abilities
from gateway.spi.registry import load_adapter
from gateway.state.idempotency import CallRecords, IdempotencyRecords
from gateway.web.bodies import MAX_BODY_BYTES
from gateway.web.hygiene import finish_head
from gateway.web.keys import (
    DEADLINE_SECONDS,
    FEDERATION,
    FIGURES,
    METRICS,
    ORIGINS,
    QUESTIONS,
    RECORDS,
    REFRESHES,
    REPEATS,
    SEALER,
    TRUSTED_PROXIES,
    UNDERTAKINGS,
)
from gateway.web.middlewares import answer_calls, log_requests, trace_calls
from gateway.web.questions import Questions
from gateway.web.repeats import Repeats
from gateway.web.routes import routes
from gateway.web.serving import REQUEST_LIMITS
from gateway.web.tracing import Tracer

Clock = Callable[[], datetime]


def utc_now() -> datetime:
    """Read the clock."""
    return datetime.now(UTC)


def build_app(  # noqa: PLR0913  # what it is built with, each by its name
    settings: Settings,
    *,
    clock: Clock = utc_now,
    timer: Callable[[], float] = time.monotonic,
    before: web.Application | None = None,
    peers: Peers | None = None,
    sharing: Sharing | None = None,
    tracer: Tracer | None = None,
) -> web.Application:
    """Build the application. It opens a vendor's connection at the first call to it.

    It takes over what is as it was in the one ``before``, which may still be at work: backends
    whose settings are equal, with all that is known and kept of them, accounts, cursors, and how
    often callers have called. What only one of them uses is closed when that is cleaned up. The
    clock tells the date, the timer how much time goes by, in seconds. Unless told of ``peers`` it
    has those of the one before, or none. What it shares with other replicas, and who traces, is as
    in the configuration, unless it is told.
    """
    old = None if before is None else before[SNAPSHOT]
    holdings = (
        old.holdings
        if old
        else _holdings(settings, clock, timer, peers=peers, sharing=sharing, tracer=tracer)
    )
    snapshot = _snapshot(settings, clock, timer, old, holdings)
    origins = frozenset(settings.cors.origins)
    app = web.Application(
        middlewares=[
            log_requests(holdings.figures.calls),
            *([trace_calls(holdings.tracer)] if holdings.tracer else []),
            answer_calls(snapshot.admission, clock, origins),
        ],
        handler_args={"handler_cancellation": True, **REQUEST_LIMITS},
        client_max_size=MAX_BODY_BYTES,
    )
    app[SNAPSHOT] = snapshot
    app[FEDERATION] = _federation(settings, snapshot.vendors, snapshot.holdings)
    app[REPEATS] = Repeats(timer)
    app[SEALER] = snapshot.sealer
    app[QUESTIONS] = Questions(app[FEDERATION], snapshot.sealer)
    app[ORIGINS] = origins
    app[TRUSTED_PROXIES] = settings.server.trusted_proxies
    app[DEADLINE_SECONDS] = settings.server.deadline_s
    app[UNDERTAKINGS] = LastingFlights()
    app[REFRESHES] = snapshot.holdings.refreshes
    app[RECORDS] = snapshot.holdings.records
    app[FIGURES] = snapshot.holdings.figures
    app[METRICS] = lambda: scraped(app)
    app.on_response_prepare.append(finish_head)
    app.add_routes(routes())
    app.cleanup_ctx.append(_held)
    return app


@asynccontextmanager
async def open_federation(
    settings: Settings, *, clock: Clock = utc_now
) -> AsyncIterator[Federation]:
    """Build what answers, without a front door, for this process alone; close it in the end."""
    vendors = wired(_enabled(settings), clock, plugins=settings.plugins)
    alone = settings.model_copy(update={"traces": TracesSettings(), "shared_cache": None})
    holdings = _holdings(alone, clock, time.monotonic)
    holdings.enter(vendors)
    federation = _federation(settings, vendors, holdings)
    try:
        yield federation
    finally:
        await federation.leave()
        await holdings.leave(vendors)


def cursor_sealer(settings: Settings) -> CursorSealer:
    """Build what makes cursors and opens them."""
    return CursorSealer([key.get_secret_value().encode() for key in settings.cursor.keys])


def _snapshot(  # as for the application
    settings: Settings,
    clock: Clock,
    timer: Callable[[], float],
    before: Snapshot | None,
    holdings: Holdings,
) -> Snapshot:
    vendors = wired(
        _enabled(settings),
        clock,
        timer,
        before.vendors if before else (),
        workers=settings.server.workers,
        plugins=settings.plugins,
        figures=holdings.figures,
        sharing=holdings.sharing,
    )
    abilities = {
        each.backend.name: able
        for each in vendors
        if isinstance(able := each.backend.abilities(), Abilities)
    }
    is_sealed_alike = before is not None and before.settings.cursor == settings.cursor
    return Snapshot(
        settings,
        vendors,
        admission(
            settings,
            abilities,
            timer,
            holdings.figures.calls.admissions,
            before=before.admission if before else None,
            shared=None if holdings.sharing is None else holdings.sharing.rates,
        ),
        before.sealer if before is not None and is_sealed_alike else cursor_sealer(settings),
        holdings,
    )


def _holdings(  # noqa: PLR0913  # what it is built with, the rest by its name
    settings: Settings,
    clock: Clock,
    timer: Callable[[], float],
    *,
    peers: Peers | None = None,
    sharing: Sharing | None = None,
    tracer: Tracer | None = None,
) -> Holdings:
    sharing, peers = sharing or sharing_of(settings, timer), peers or Alone()
    return Holdings(
        timer,
        records=_records(settings.server.state_dir, sharing, clock),
        sharing=sharing,
        peers=peers,
        tracer=tracer or tracer_for(settings.traces, peers.worker),
    )


def _records(folder: Path | None, sharing: Sharing | None, clock: Clock) -> CallRecords | None:
    """Give where calls are remembered: where all replicas find them, if there is such a place."""
    if sharing is not None:
        return sharing.records
    return None if folder is None else IdempotencyRecords(folder, clock)


async def _held(app: web.Application) -> AsyncIterator[None]:
    """Hold what others may hold too, as long as this application serves."""
    vendors, holdings = app[SNAPSHOT].vendors, app[SNAPSHOT].holdings
    await holdings.open()
    holdings.enter(vendors)
    yield
    await app[UNDERTAKINGS].close()
    await app[FEDERATION].leave()
    await holdings.leave(vendors)


def _enabled(settings: Settings) -> list[BackendSettings]:
    return [backend for backend in settings.backends if backend.enabled]


def _federation(settings: Settings, vendors: Sequence[Wired], holdings: Holdings) -> Federation:
    load = functools.partial(load_adapter, plugins=settings.plugins)
    return Federation(
        [each.backend for each in vendors],
        holdings.listings,
        holdings.ranges,
        holdings.details,
        renewals=holdings.renewals,
        refreshing=holdings.refreshing,
        disabled={
            b.name: adapter_class(b, load)(b.options).vendor
            for b in settings.backends
            if not b.enabled
        },
        horizons={b.name: b.horizon for b in settings.backends if b.horizon is not None},
    )
