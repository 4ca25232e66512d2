"""All checks, in the order of the laws."""

from gateway.conformance.laws import (
    agreeing,
    budget,
    failing,
    filters,
    lasting,
    leaving,
    news,
    normalising,
    order,
    outlining,
    paging,
    resuming,
    secrecy,
    shape,
    writing,
)

CHECKS = (
    *shape.CHECKS,
    *filters.CHECKS,
    *order.CHECKS,
    *paging.CHECKS,
    *resuming.CHECKS,
    *normalising.CHECKS,
    *outlining.CHECKS,
    *lasting.CHECKS,
    *failing.CHECKS,
    *leaving.CHECKS,
    *budget.CHECKS,
    *secrecy.CHECKS,
    *writing.CHECKS,
    *agreeing.CHECKS,
    *news.CHECKS,
)
