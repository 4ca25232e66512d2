"""What a file that is in order might say besides, and what comes of it that it does not. Pure."""

from collections.abc import Iterator

from adapters.declarative.language.abilities import EqualityFilter, SendEquality
from adapters.declarative.language.mapping import StatusField
from adapters.declarative.language.paging import (
    AfterIdPaging,
    CursorPaging,
    LinkPaging,
    SinglePage,
)
from adapters.declarative.language.spec import Spec
from adapters.declarative.rules.walking import filters

_BY_PLACE = (AfterIdPaging, CursorPaging, LinkPaging)
"""The ways of paging by what the vendor may come to know no longer."""


def remarks_on(spec: Spec) -> Iterator[str]:
    """Say what is not declared, each with what comes of that."""
    yield from _on_reading(spec)
    yield from _on_sessions(spec)
    yield from _on_filters(spec)
    if not spec.samples:
        yield "samples: there are none, so the map was only tried on what was made up from it"


def _on_reading(spec: Spec) -> Iterator[str]:
    filters, sorts = spec.abilities.filters, spec.abilities.sorts
    is_sorted = any(getattr(sorts, name) is not None for name in type(sorts).model_fields)
    is_paged = not isinstance(spec.list.paginate, SinglePage)
    if not is_sorted and is_paged and filters.started_at is None:
        yield "abilities: neither a sort nor a filter by started_at, so every list is read whole"
    if spec.get is None:
        yield "get: left out, so a session alone is looked for in the whole list"
    if is_paged and spec.list.paginate.total is None:
        yield "list.paginate.total: left out, so a count costs the whole list"
    if isinstance(spec.list.paginate, _BY_PLACE) and not _tells_lost_places(spec):
        yield "errors: none is start_over, so a walk fails where its place in the list is gone"
    if spec.transport.limits.rate is None:
        yield "transport.limits.rate: left out, so nothing holds requests back but the answers"


def _tells_lost_places(spec: Spec) -> bool:
    return any(rule.is_ == "start_over" for rule in spec.errors)


def _on_filters(spec: Spec) -> Iterator[str]:
    for name, ability in filters(spec):
        if isinstance(ability, EqualityFilter):
            for unsaid in _unsaid(name, ability.send, spec.map.status):
                yield f"abilities.filters.{name}: {unsaid} not sent but checked here"


def _unsaid(name: str, send: SendEquality, status: StatusField | None) -> Iterator[str]:
    """Say which values have no words of the vendor's: nothing is lost by them, but time."""
    if name != "status":
        if send.values == "from_map":
            yield "values that the map does not list are"
        return
    meant = send.values if isinstance(send.values, dict) else status and status.values.values()
    for word in ("active", "ended"):
        if word not in (meant or ()):
            yield f"no word is known for {word}, which is"


def _on_sessions(spec: Spec) -> Iterator[str]:
    if spec.map.status is None:
        yield "map.status: left out, so every status is unknown"
    if spec.map.started_at is None:
        yield "map.started_at: left out, so sessions come last in every order by time"
    if "personal" not in spec.model_fields_set:
        yield (
            "personal: left out, so only user and device are hidden from those who may not see"
            " what tells of a person"
        )
