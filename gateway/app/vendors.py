"""The backends, their wires, and what those of one account share, built from the configuration."""

import functools
import time
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from gateway.app.accounts import Shared, Terms
from gateway.app.sharing import Sharing
from gateway.config import AccountKey, BackendSettings, SetBy, account_key
from gateway.federation.backend import Backend
from gateway.federation.familiar import Familiar
from gateway.federation.freshness import Lifetimes
from gateway.federation.under_way import UnderWay
from gateway.figures.figures import Figures
from gateway.spi.abilities import Abilities, PagingStyle
from gateway.spi.adapter import SessionAdapter
from gateway.spi.options import AdapterOptions
from gateway.spi.rates import Rate
from gateway.spi.registry import load_adapter
from gateway.spi.transport import HttpEndpoint, RpcEndpoint
from gateway.spi.unusable import UnusableAdapter, UnusableOptions, unusable_adapter
from gateway.transport.http import HttpWire
from gateway.transport.limits import Limits, Trust
from gateway.transport.rpc import RpcWire
from gateway.transport.wire import open_wire

# A vendor that can only list everything sends all it has in one body. That may take long, as
# nobody waits for more than a deadline, so a vendor only has to keep on sending: 30 MB take a
# Roundware server 15 s, and a connection of 1 MB/s twice that.
_WHOLE_LISTING_BYTES = 256 * 1024 * 1024
_WHOLE_LISTING_TIMEOUTS = 10

# A vendor that sends pages is silent for no longer before or within one: for half of the time of a
# request, where that is more.
_USUAL_GAP_SECONDS = 5.0

# What a request may take that its callers give up, and still tells nothing of the vendor: or half
# of its time, where that is less.
_SLOW_SECONDS = 5.0

_LONGEST_CONNECT_SECONDS = 2.0
_LONGEST_HEARTBEAT_SECONDS = 15.0


@dataclass(frozen=True, slots=True)
class Plan:
    """All that a backend is built from: built from the same, it is the same.

    ``files`` are digests of the files that its options name.
    """

    settings: BackendSettings
    adapter: type[SessionAdapter[Any]]
    files: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Wired:
    """A backend and its wire, which is to be closed in the end."""

    plan: Plan
    backend: Backend
    wire: HttpWire | RpcWire
    shared: Shared


@dataclass(frozen=True, slots=True)
class _Planned:
    settings: BackendSettings
    adapter: SessionAdapter[Any]
    limits: Limits


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What all backends have in common."""

    clock: Callable[[], datetime]
    under_way: UnderWay
    familiar: Familiar
    figures: Figures
    sharing: Sharing | None


def wired(  # noqa: PLR0913  # what they are built from, and what was before
    backends: Sequence[BackendSettings],
    clock: Callable[[], datetime],
    timer: Callable[[], float] = time.monotonic,
    before: Sequence[Wired] = (),
    *,
    workers: int = 1,
    plugins: Collection[str] = (),
    figures: Figures | None = None,
    sharing: Sharing | None = None,
) -> list[Wired]:
    """Build the backends. None of them connects before it is asked.

    Of those in use before, the ones that are built from the same are taken as they are, and the
    accounts that are still used: what is known of a vendor's trouble outlasts a configuration. If
    anything cannot be built nothing has changed. The clock tells the date, the timer how much time
    goes by, in seconds. Each of the workers has an even share of what an account allows, but never
    less than one request at a time. What is done for each backend is counted in its figures. The
    ``plugins`` are the distributions that settings let in. What is read, and whom to leave alone,
    is shared with other replicas where there is ``sharing``.
    """
    load = functools.cache(lambda name: load_adapter(name, plugins))  # a look-up reads the disk
    accounts: dict[AccountKey, list[_Planned]] = {}
    for settings in backends:
        adapter = adapter_class(settings, load)(settings.options)
        ready = _Planned(settings, adapter, _limits(settings, adapter))
        accounts.setdefault(account_key(settings), []).append(ready)
    known = {account_key(each.plan.settings): each.shared for each in before}
    kept = {each.backend.name: each for each in before}
    under_way = next((each.backend.under_way for each in before), UnderWay())
    familiar = next((each.backend.familiar for each in before), Familiar())
    built: dict[str, Wired] = {}
    around = Surroundings(clock, under_way, familiar, figures or Figures(), sharing)
    terms = {key: _terms(planned, workers) for key, planned in accounts.items()}
    for key, of_account in accounts.items():
        trouble = None if sharing is None else sharing.trouble(key)
        shared = known.get(key) or Shared.new(terms[key], timer, trouble)
        for planned in of_account:
            files = _digests(planned.settings.options)
            plan = Plan(planned.settings, type(planned.adapter), files)
            found = kept.get(planned.settings.name)
            if found is None or found.plan != plan:
                limits = terms[key].within(planned.limits)
                found = _wired(planned, plan, limits, shared, around)
            built[planned.settings.name] = found
    for each in built.values():
        own = terms[account_key(each.plan.settings)]
        each.shared.hold_to(own)
        each.backend.limits = own.within(each.backend.limits)
    return [built[settings.name] for settings in backends]


def adapter_class(
    settings: BackendSettings, load: Callable[[str], type[SessionAdapter[Any]]]
) -> type[SessionAdapter[Any]]:
    """Load the adapter of a backend, or give what stands in for one that cannot be."""
    if isinstance(settings.options, UnusableOptions):
        return unusable_adapter(settings.adapter)
    return load(settings.adapter)


def _terms(planned: Sequence[_Planned], workers: int) -> Terms:
    """Treat all of an account by this worker's share of the strictest of their limits."""
    rate = _slowest(each.limits.rate for each in planned)
    return Terms(
        concurrency=max(1, min(each.limits.concurrency for each in planned) // workers),
        rate=rate and rate.shared_by(workers),
        slow_seconds=min(min(_SLOW_SECONDS, each.settings.timeout_s / 2) for each in planned),
    )


def _wired(
    planned: _Planned, plan: Plan, limits: Limits, shared: Shared, around: Surroundings
) -> Wired:
    settings, adapter = planned.settings, planned.adapter
    figures = around.figures.of(settings.name)
    wire = open_wire(
        adapter.endpoint(),
        limits,
        _trust(settings.options),
        turns=shared.turns,
        proxy=settings.proxy,
        traffic=figures.traffic,
        tells_trace=settings.trace_context,
    )
    backend = Backend(
        settings.name,
        adapter,
        wire,
        lifetimes=Lifetimes(
            settings.cache.ttl_s,
            settings.cache.stale_while_revalidate_s,
            settings.cache.stale_if_error_s,
        ),
        clock=around.clock,
        operations=settings.operations,
        account=shared.account,
        limits=limits,
        under_way=around.under_way,
        familiar=around.familiar,
        figures=figures,
        shelf=None if around.sharing is None else around.sharing.shelf(plan.settings, plan.files),
    )
    return Wired(plan, backend, wire, shared)


def _digests(options: AdapterOptions) -> Mapping[str, str]:
    """Tell files apart by what they hold: a certificate may be renewed in its place."""
    return {
        name: sha256(value.read_bytes()).hexdigest()
        for name, value in options
        if isinstance(value, Path)
    }


def _limits(settings: BackendSettings, adapter: SessionAdapter[Any]) -> Limits:
    abilities, seconds = _abilities(adapter), settings.timeout_s
    is_single = abilities.paging.style is PagingStyle.SINGLE
    return Limits(
        timeout_seconds=seconds * _WHOLE_LISTING_TIMEOUTS if is_single else seconds,
        gap_seconds=seconds if is_single else min(seconds, max(_USUAL_GAP_SECONDS, seconds / 2)),
        max_body_bytes=_max_body(settings, abilities),
        concurrency=_concurrency(settings, abilities, adapter.endpoint()),
        rate=_rate(settings, abilities),
        connect_timeout_seconds=min(_LONGEST_CONNECT_SECONDS, seconds / 2),
        heartbeat_seconds=min(_LONGEST_HEARTBEAT_SECONDS, seconds),
    )


def _abilities(adapter: SessionAdapter[Any]) -> Abilities:
    return Abilities() if isinstance(adapter, UnusableAdapter) else adapter.abilities()


def _max_body(settings: BackendSettings, abilities: Abilities) -> int:
    is_single = abilities.paging.style is PagingStyle.SINGLE
    if is_single and settings.limits.max_body_set_by is SetBy.NOBODY:
        return _WHOLE_LISTING_BYTES
    return settings.limits.max_body


def _concurrency(
    settings: BackendSettings, abilities: Abilities, endpoint: HttpEndpoint | RpcEndpoint
) -> int:
    match endpoint:
        case RpcEndpoint(is_serial=True):
            return 1
    own, most = settings.limits, abilities.max_concurrency
    if own.concurrency_set_by is SetBy.BACKEND or most is None:
        return own.concurrency
    return min(own.concurrency, most)


def _rate(settings: BackendSettings, abilities: Abilities) -> Rate | None:
    own = settings.limits
    if own.rate_set_by is SetBy.BACKEND:
        return own.rate
    return _slowest((own.rate, abilities.max_rate))


def _slowest(rates: Iterable[Rate | None]) -> Rate | None:
    return min((rate for rate in rates if rate), key=lambda rate: rate.per_second, default=None)


def _trust(options: AdapterOptions) -> Trust:
    pin = options.fingerprint_sha256
    fingerprint = bytes.fromhex(pin.replace(":", "")) if pin else None
    return Trust(options.ca_file, fingerprint, allow_plaintext=options.allow_plaintext)
