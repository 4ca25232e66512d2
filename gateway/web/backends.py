"""What is told about a backend: how it is doing, and what it can do itself."""

from gateway.federation.backend import Backend, Failed
from gateway.model.query import Field, Op
from gateway.paging.order import INSTANTS
from gateway.spi.abilities import Abilities, Support
from gateway.web.documents import BackendDocument, Capabilities

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
        "health": backend.health,
        "freshness": {"ttl_s": backend.ttl_seconds},
        "capabilities": told,
        "operations": sorted(backend.operations),
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
