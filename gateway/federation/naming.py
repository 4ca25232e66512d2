"""Names of what replicas share: the same for the same question, wherever it is asked."""

import hashlib
from collections.abc import Iterable

import msgspec

from gateway.model.query import Condition, Order
from gateway.paging.order import Key

_NAME_BYTES = 16


def name_of_range(pushed: Iterable[Condition], order: Order, boundary: Key) -> str:
    """Name what a vendor is asked for in an order, from a boundary on."""
    return _digest("range", [_canonical(pushed), order, boundary])


def name_of_listing(pushed: Iterable[Condition]) -> str:
    """Name all that a vendor is asked for, in no order."""
    return _digest("listing", _canonical(pushed))


def name_of_detail(native_id: str) -> str:
    """Name one session."""
    return _digest("detail", native_id)


def _canonical(conditions: Iterable[Condition]) -> list[str]:
    """Write conditions down in one order. Some kinds differ by nothing but their names."""
    return sorted(
        type(each).__name__ + msgspec.json.encode(each, order="deterministic").decode()
        for each in conditions
    )


def _digest(kind: str, value: object) -> str:
    text = msgspec.json.encode([kind, value], order="deterministic")
    return hashlib.blake2b(text, digest_size=_NAME_BYTES).hexdigest()
