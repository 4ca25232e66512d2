"""Reading the values of all metrics of one process, at the moment that they are asked for."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from gateway.federation.backend import Backend
from gateway.federation.details import KeptDetails
from gateway.federation.listings import KeptListings
from gateway.federation.ranges import KeptRanges
from gateway.federation.under_way import UnderWay
from gateway.figures.backends import BackendFigures
from gateway.figures.calls import CallFigures
from gateway.figures.figures import Figures, ReloadFigures
from gateway.metrics.families import Family, counts, one, spread
from gateway.metrics.process import build_family, process_families
from gateway.resilience.breaker import BreakerState
from gateway.transport.turns import Turns
from gateway.web.admission import AdmissionOutcome
from gateway.web.repeats import Repeats

_BUG = "internal_error"

# Prometheus sees no increase in what it never saw before: what alerts look at begins at 0.
_NONE_ADMITTED = dict.fromkeys(map(str, AdmissionOutcome), 0)
_NONE_REFUSED = dict.fromkeys(("overloaded", "malformed_request"), 0)

_NUMBERS: Mapping[str, Callable[[BackendFigures], float]] = {
    "session_gateway_backend_rows_total": lambda figures: figures.rows,
    "session_gateway_backend_late_rows_total": lambda figures: figures.late,
    "session_gateway_backend_duplicate_rows_total": lambda figures: figures.duplicates,
    "session_gateway_backend_repetitions_total": lambda figures: figures.repetitions,
    "session_gateway_backend_records_total": lambda figures: figures.records,
    "session_gateway_backend_rejected_records_total": lambda figures: figures.rejected,
    "session_gateway_backend_refreshes_in_flight": lambda figures: figures.refreshing,
}
_BY_OUTCOME: Mapping[str, Callable[[BackendFigures], Mapping[str, int]]] = {
    "session_gateway_backend_calls_total": lambda figures: figures.calls,
    "session_gateway_backend_log_ins_total": lambda figures: figures.log_ins,
    "session_gateway_backend_refreshes_total": lambda figures: figures.refreshes,
    "session_gateway_upstream_requests_total": lambda figures: figures.traffic.requests,
}
_OF_TURNS: Mapping[str, Callable[[Turns], float]] = {
    "session_gateway_upstream_requests_in_flight": lambda turns: turns.under_way,
    "session_gateway_upstream_requests_waiting": lambda turns: turns.waiting,
    "session_gateway_upstream_requests_limit": lambda turns: turns.concurrency,
}


@dataclass(frozen=True, slots=True)
class Watched:
    """What one process has to tell of: what it counts, serves and keeps.

    ``turns`` are those of each backend's account. ``worker`` is the number of the process.
    """

    figures: Figures
    backends: Mapping[str, Backend]
    turns: Mapping[str, Turns]
    under_way: UnderWay
    listings: KeptListings
    ranges: KeptRanges
    details: KeptDetails
    repeats: Repeats
    worker: str


def families(watched: Watched) -> list[Family]:
    """Read all of it."""
    figures = watched.figures
    return [
        *_of_calls(figures.calls),
        *_of_backends(watched.backends),
        *_of_vendors(watched.backends, watched.turns),
        *_of_bytes(watched.under_way),
        *_of_what_is_kept(watched),
        *_of_reloads(figures.reloads, watched.worker),
        build_family(),
        *process_families(watched.worker),
    ]


def _of_calls(figures: CallFigures) -> list[Family]:
    return [
        counts("session_gateway_calls_total", figures.answered),
        one("session_gateway_bugs_total", _bugs(figures)),
        spread("session_gateway_call_seconds", figures.seconds),
        one("session_gateway_calls_in_flight", figures.under_way),
        one("session_gateway_calls_limit", figures.most_at_a_time),
        one("session_gateway_connections", figures.connections),
        counts("session_gateway_refused_total", _by_one(_NONE_REFUSED | figures.refused)),
        counts("session_gateway_admissions_total", _by_one(_NONE_ADMITTED | figures.admissions)),
        spread("session_gateway_loop_lag_seconds", {(): figures.laps}),
    ]


def _bugs(figures: CallFigures) -> int:
    answered = sum(count for (*_, code), count in figures.answered.items() if code == _BUG)
    return answered + figures.refused[_BUG]


def _of_backends(backends: Mapping[str, Backend]) -> list[Family]:
    told = {name: backend.figures for name, backend in backends.items()}
    return [
        *(
            counts(metric, {(name,): read(figures) for name, figures in told.items()})
            for metric, read in _NUMBERS.items()
        ),
        *(
            counts(metric, _labelled({name: read(figures) for name, figures in told.items()}))
            for metric, read in _BY_OUTCOME.items()
        ),
        counts(
            "session_gateway_backend_parts_total",
            {
                (name, *map(str, part)): count
                for name, figures in told.items()
                for part, count in figures.parts.items()
            },
        ),
        spread(
            "session_gateway_upstream_request_seconds",
            {(name,): figures.traffic.seconds for name, figures in told.items()},
        ),
    ]


def _of_vendors(backends: Mapping[str, Backend], turns: Mapping[str, Turns]) -> list[Family]:
    accounts = {name: backend.account for name, backend in backends.items()}
    paused = {name: (each.pause.error(), each.pause.left()) for name, each in accounts.items()}
    rates = {name: backend.limits.rate for name, backend in backends.items()}
    succeeded = {name: backend.health.last_success for name, backend in backends.items()}
    return [
        counts(
            "session_gateway_backend_breaker",
            {
                (name, state.value): float(account.breaker.state is state)
                for name, account in accounts.items()
                for state in BreakerState
            },
        ),
        counts(
            "session_gateway_backend_pause_seconds",
            {(name, error.code.value): left for name, (error, left) in paused.items() if error},
        ),
        counts(
            "session_gateway_backend_last_success_timestamp_seconds",
            {(name,): instant.timestamp() for name, instant in succeeded.items() if instant},
        ),
        counts(
            "session_gateway_upstream_rate_limit",
            {(name,): rate.per_second for name, rate in rates.items() if rate},
        ),
        *(
            counts(metric, {(name,): read(each) for name, each in turns.items()})
            for metric, read in _OF_TURNS.items()
        ),
    ]


def _of_bytes(under_way: UnderWay) -> list[Family]:
    budgets = {("listings",): under_way.listings, ("pages",): under_way.pages}
    return [
        counts(
            "session_gateway_upstream_bytes_in_flight",
            {labels: budget.taken for labels, budget in budgets.items()},
        ),
        counts(
            "session_gateway_upstream_bytes_limit",
            {labels: budget.max_bytes for labels, budget in budgets.items()},
        ),
    ]


def _of_what_is_kept(watched: Watched) -> list[Family]:
    sized: dict[tuple[str, ...], KeptListings | KeptRanges | Repeats] = {
        ("listings",): watched.listings,
        ("ranges",): watched.ranges,
        ("repeats",): watched.repeats,
    }
    return [
        counts("session_gateway_kept_bytes", {kind: kept.bytes for kind, kept in sized.items()}),
        counts(
            "session_gateway_kept_bytes_limit",
            {kind: kept.max_bytes for kind, kept in sized.items()},
        ),
        counts(
            "session_gateway_kept_entries",
            {
                **{kind: len(kept) for kind, kept in sized.items()},
                ("details",): len(watched.details),
            },
        ),
    ]


def _of_reloads(figures: ReloadFigures, worker: str) -> list[Family]:
    return [
        *reload_families(figures),
        one("session_gateway_config_generation", figures.generation, worker),
        one("session_gateway_config_loaded_timestamp_seconds", figures.loaded_at, worker),
    ]


def reload_families(figures: ReloadFigures) -> list[Family]:
    """Tell how reloads went."""
    return [
        counts("session_gateway_config_reloads_total", _by_one(figures.outcomes)),
        one("session_gateway_config_last_reload_failed", figures.has_last_failed),
    ]


def crew_families(workers: int, restarts: int) -> list[Family]:
    """Tell how many processes serve, and how often one was started again."""
    return [
        one("session_gateway_workers", workers),
        one("session_gateway_worker_restarts_total", restarts),
    ]


def _by_one(values: Mapping[str, int]) -> dict[tuple[str, ...], float]:
    return {(str(label),): count for label, count in values.items()}


def _labelled(values: Mapping[str, Mapping[str, int]]) -> dict[tuple[str, ...], float]:
    return {
        (name, str(label)): count for name, each in values.items() for label, count in each.items()
    }
