"""What a vendor can do itself, as its file says."""

from collections.abc import Mapping

from adapters.declarative.filtering import Filters
from adapters.declarative.language.spec import CachePart, Spec
from adapters.declarative.language.transport import VendorLimits
from adapters.declarative.ordering import Orders
from adapters.declarative.paging import Pager
from adapters.declarative.records import Records
from gateway.spi import Abilities, Operation, Usual, WriteField


def abilities_of(  # noqa: PLR0913  # what a file says, each part by its name
    spec: Spec,
    records: Records,
    *,
    filters: Filters,
    orders: Orders,
    pager: Pager,
    writes: Mapping[Operation, Mapping[str, WriteField]],
) -> Abilities:
    """Gather what the parts of a file say."""
    limits = spec.transport.limits
    return Abilities(
        filters=filters.support(),
        absent=records.absent,
        always=records.always,
        sorts=orders.abilities(),
        paging=pager.ability(),
        has_detail=spec.get is not None,
        personal=records.personal,
        origins=records.origins,
        operations=writes,
        max_concurrency=limits.concurrency,
        max_rate=limits.rate,
        usual=_usual(limits, spec.cache),
    )


def _usual(limits: VendorLimits, cache: CachePart) -> Usual:
    return Usual(
        timeout_seconds=limits.timeout_s,
        max_body_bytes=limits.max_body,
        ttl_seconds=cache.ttl_s,
        stale_while_revalidate_seconds=cache.stale_while_revalidate_s,
        stale_if_error_seconds=cache.stale_if_error_s,
    )
