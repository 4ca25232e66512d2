"""What must hold between the parts of a file that are well in themselves."""

from collections.abc import Callable, Iterator
from itertools import chain

from adapters.declarative.language.spec import Spec
from adapters.declarative.rules.abilities import unfit_filters, unfit_groups, unfit_sorts
from adapters.declarative.rules.answers import unfit_error_rules, unfit_writes
from adapters.declarative.rules.fields import unfit_fields, unhideable
from adapters.declarative.rules.options import (
    unfit_options,
    unfit_references,
    unfit_values_of_options,
)
from adapters.declarative.rules.paging import unfit_paging
from adapters.declarative.rules.requests import (
    unfit_address,
    unfit_paths,
    unfit_places,
    unfit_requests,
)
from gateway.spi.documents import Finding

_RULES: tuple[Callable[[Spec], Iterator[Finding]], ...] = (
    unfit_options,
    unfit_references,
    unfit_values_of_options,
    unfit_address,
    unfit_requests,
    unfit_paths,
    unfit_places,
    unfit_paging,
    unfit_fields,
    unhideable,
    unfit_filters,
    unfit_groups,
    unfit_sorts,
    unfit_writes,
    unfit_error_rules,
)


def findings(spec: Spec) -> Iterator[Finding]:
    """Find everything that is wrong between parts of a file, each with its place."""
    return chain.from_iterable(rule(spec) for rule in _RULES)
