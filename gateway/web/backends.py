"""What is told about a backend: how it is doing, and what it can do itself."""

from gateway.federation.backend import Backend, Failed
from gateway.federation.freshness import Lifetimes
from gateway.federation.misfits import Misfits
from gateway.model.query import Field, Op
from gateway.paging.order import INSTANTS
from gateway.spi.abilities import Abilities, Support
from gateway.web.documents import (
    BackendDocument,
    Capabilities,
    FreshnessDocument,
    HealthDocument,
    LimitsDocument,
    MisfitsDocument,
)

_EQUALITIES = (
    *(Field.STATUS, Field.USER, Field.DEVICE, Field.CLIENT, Field.SPACE, Field.LANGUAGE),
    *(Field.TAG, Field.NATIVE_ID, Field.NATIVE_STATUS, Field.ATTRIBUTES),
)
_FILTERS: dict[Field, tuple[Op, ...]] = {
    **dict.fromkeys(_EQUALITIES, (Op.ANY_OF,)),
    **dict.fromkeys(INSTANTS, (Op.AT_OR_AFTER, Op.BEFORE)),
    Field.DURATION: (Op.AT_LEAST, Op.LESS_THAN),
    Field.TEXT: (Op.CONTAINS,),
}


def describe(backend: Backend) -> BackendDocument:
    """Describe one backend."""
    abilities = backend.abilities()
    told = None if isinstance(abilities, Failed) else capabilities(abilities)
    return {
        "name": backend.name,
        "vendor": backend.adapter.vendor,
        "health": health(backend),
        "limits": limits(backend),
        "misfits": misfits(backend.misfits),
        "freshness": freshness(backend.lifetimes),
        "capabilities": told,
        "operations": sorted(backend.operations),
    }


def health(backend: Backend) -> HealthDocument:
    """Tell how a backend has been doing, and whether its vendor is being left alone."""
    known, account = backend.health, backend.account
    paused = account.pause.error()
    return {
        "last_success": known.last_success,
        "last_failure": known.last_failure,
        "error": known.error,
        "breaker": {
            "state": account.breaker.state,
            "retry_after_s": account.breaker.wait() or None,
        },
        "pause": None if paused is None else paused.failure(),
    }


def misfits(known: Misfits) -> MisfitsDocument:
    """Tell what of the vendor's answers does not fit its adapter."""
    return {
        "since": known.since,
        "records": known.records,
        "rejected": known.rejected,
        "unreadable_fields": dict(sorted(known.unreadable_fields.items())),
        "unknown_statuses": known.unknown_statuses,
        "bad_answers": known.bad_answers,
    }


def freshness(lifetimes: Lifetimes) -> FreshnessDocument:
    """Tell for how long what was read of a backend serves."""
    return {
        "ttl_s": lifetimes.fresh_s,
        "stale_while_revalidate_s": lifetimes.revalidating_s,
        "stale_if_error_s": lifetimes.on_error_s,
    }


def limits(backend: Backend) -> LimitsDocument:
    """Tell what bounds the requests to a backend's vendor."""
    bounds = backend.limits
    return {
        "concurrency": bounds.concurrency,
        "rate": None if bounds.rate is None else str(bounds.rate),
        "timeout_s": bounds.timeout_seconds,
        "max_body_bytes": bounds.max_body_bytes,
    }


def capabilities(abilities: Abilities) -> Capabilities:
    """Tell what a vendor does itself, with a grade for every filter there is."""
    return {
        "filters": filters(abilities),
        "sorts": [
            {"field": s.sort.field, "descending": s.sort.is_descending} for s in abilities.sorts
        ],
        "paging": abilities.paging.style,
        "detail": abilities.has_detail,
        "operations": sorted(abilities.operations),
    }


def filters(abilities: Abilities) -> dict[str, dict[str, Support]]:
    """Grade every filter there is by how well the vendor checks it."""
    return {
        field: {op: _grade(abilities, field, op) for op in ops} for field, ops in _FILTERS.items()
    }


def _grade(abilities: Abilities, field: Field, op: Op) -> Support:
    if abilities.lacks(field):
        return Support.ABSENT
    return abilities.filters.get((field, op), Support.UNSUPPORTED)
