"""Rules of what a vendor is said to do itself: what would lose a match must not be said."""

import re
from collections.abc import Iterator, Mapping

from adapters.declarative.compiling import is_native, parts_of
from adapters.declarative.language.abilities import EqualityFilter, SendEquality
from adapters.declarative.language.mapping import Source, StatusField, TextField
from adapters.declarative.language.spec import Spec
from adapters.declarative.rules.walking import filters, parts, sorts
from gateway.spi import Status
from gateway.spi.documents import Finding, KeyPath

_FILTERS: KeyPath = ("abilities", "filters")
_STATUSES = tuple(status.value for status in Status)

_MATCHED_BY: Mapping[str, tuple[str, ...]] = {
    "user": ("user.id", "user.name"),
    "device": ("device.id", "device.name"),
    "space": ("space.id", "space.name"),
    "client": ("client.name",),
    "tag": ("tags",),
}
"""What of a session a filter compares, where it is not the field itself."""


def unfit_filters(spec: Spec) -> Iterator[Finding]:
    """Find filters on what is not mapped, and those that would lose a match."""
    mapped: Mapping[str, Source | StatusField] = parts_of(spec.map)
    for name, ability in filters(spec):
        at: KeyPath = (*_FILTERS, name)
        compared = [each for each in _MATCHED_BY.get(name, (name,)) if each in mapped]
        if name == "native_status" and is_native(spec.map):
            compared = ["status"]
        if not compared:
            yield at, f"the map has no {' or '.join(_MATCHED_BY.get(name, (name,)))}"
        elif isinstance(ability, EqualityFilter):
            yield from _unfit_pattern(ability, at, compared)
            if name == "status":
                yield from _unfit_words(ability.send, at, mapped["status"])
            elif name != "native_status" or not is_native(spec.map):
                for each in compared:
                    yield from _unfit_values(ability.send, at, each, mapped[each])


def unfit_groups(spec: Spec) -> Iterator[Finding]:
    """Find groups of filters that cannot be sent together and of which one is none."""
    known = [name for name, _ in filters(spec)]
    for number, group in enumerate(spec.abilities.combine.exclusive):
        for index, name in enumerate(group):
            at: KeyPath = ("abilities", "combine", "exclusive", number, index)
            if name not in known:
                yield at, f"no such filter; the filters are: {', '.join(known) or 'none'}"
            elif name in group[:index]:
                yield at, "is named twice"


def unfit_sorts(spec: Spec) -> Iterator[Finding]:
    """Find orders by what is not mapped, and those that are none."""
    mapped = parts_of(spec.map)
    for name, field in parts(spec.abilities.sorts):
        at: KeyPath = ("abilities", "sorts", name)
        if name not in mapped:
            yield at, f"the map has no {name}"
        if not [*parts(field)]:
            yield at, "needs asc, desc, or both"
    unasked = [(name, direction) for name, direction, order in sorts(spec) if order.send is None]
    for name, direction in unasked[1:]:
        at = ("abilities", "sorts", name, direction)
        yield at, "a vendor has one order that need not be asked for; say where this is: send"


def _unfit_pattern(ability: EqualityFilter, at: KeyPath, compared: list[str]) -> Iterator[Finding]:
    if ability.pattern is not None:
        try:
            re.compile(ability.pattern)
        except re.error as error:
            yield (*at, "pattern"), f"is no regular expression: {error.msg}"
    elif len(compared) > 1:
        yield (
            at,
            (
                f"a question may mean {' or '.join(compared)}, and the vendor compares one of them;"
                " say by a pattern which values it is"
            ),
        )


def _unfit_words(send: SendEquality, at: KeyPath, part: Source | StatusField) -> Iterator[Finding]:
    """Find statuses that cannot be sent: every word that may mean one is to be known."""
    at = (*at, "send", "values")
    if not isinstance(part, StatusField):
        return
    if isinstance(send.values, dict):
        for word in send.values:
            if word not in ("active", "ended"):
                yield (*at, word), "must be active or ended; other statuses are no vendor's"
        return
    if send.values == "from_map" and not part.values:
        yield at, "the map has no values for status; say what stands for active and ended"
    elif send.values == "from_map" and part.else_ != "unknown":
        yield (
            at,
            (
                f"map.status.else has other words mean {part.else_}, so no words find them all;"
                " leave the filter out"
            ),
        )
    elif send.values == "as_is" and any(word != told for word, told in part.values.items()):
        yield at, "active and ended are no words of the vendor's; say from_map"
    elif send.values == "as_is" and not part.values:
        yield at, "active and ended are no words of the vendor's; say what stands for them"


def _unfit_values(
    send: SendEquality, at: KeyPath, name: str, part: Source | StatusField
) -> Iterator[Finding]:
    """Find values that the vendor does not have in the words in which they are asked for."""
    values = part.values if isinstance(part, TextField) else None
    default = part.default if isinstance(part, TextField) else None
    if send.values == "from_map" and not values:
        yield (*at, "send", "values"), f"the map has no values for {name}"
    if send.values == "as_is" and values:
        yield (*at, "send", "values"), f"the map gives {name} other words; say from_map"
    if send.values == "as_is" and isinstance(part, Source) and part.transform is not None:
        yield at, f"the vendor does not know what a transform makes of {name}; leave the filter out"
    if default is not None:
        yield (
            at,
            (
                f"records without {name} count as its default here, and the vendor leaves them out;"
                " leave out the default or the filter"
            ),
        )
