"""What of its sessions a fake vendor chooses, as well as its file says that it does. Pure."""

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

from adapters.declarative.fake.meaning import KEYS, Held, Reader
from adapters.declarative.fake.received import Filled
from adapters.declarative.language.abilities import (
    EqualityFilter,
    Filters,
    RangeFilter,
    SendEquality,
)
from adapters.declarative.language.mapping import StatusField, TextField
from adapters.declarative.language.requests import Place
from adapters.declarative.language.spec import Spec
from adapters.declarative.language.values import span_of
from gateway.spi import Json

Test = Callable[[Held], bool]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_FIRST_DAY = datetime(1, 1, 1)  # noqa: DTZ001  # wall time is counted from here
_UNITS = {
    "epoch_s": timedelta(seconds=1),
    "epoch_ms": timedelta(milliseconds=1),
    "epoch_us": timedelta(microseconds=1),
}
_A_MINUTE = timedelta(minutes=1)
_OWN_DAYS = timedelta(hours=11)
"""How far a vendor's days are from those of the zone, where the file says it does not know."""

_ONE_IN = 5
"""An inexact filter brings every fifth row too that does not match."""


class NotAskableError(ValueError):
    """The vendor does not understand the question."""


def tests_of(spec: Spec, reader: Reader, asked: Filled) -> Sequence[Test]:
    """Give what a session has to pass, by all filters that were sent.

    Raises :class:`NotAskableError` for values that the vendor does not know, and for filters that
    cannot be sent together.
    """
    tests = [(name, test) for name, test in _tests(spec, reader, asked)]
    _check_together(spec, {name for name, _ in tests})
    return [test for _, test in tests]


def places_of(filters: Filters) -> Iterator[Place]:
    """Give every place where a filter's values go."""
    for name in Filters.model_fields:
        match getattr(filters, name):
            case EqualityFilter(send=send):
                yield send
            case RangeFilter(send=send):
                yield from (place for place in (send.ge, send.lt) if place is not None)


def _tests(spec: Spec, reader: Reader, asked: Filled) -> Iterator[tuple[str, Test]]:
    for name in Filters.model_fields:
        match getattr(spec.abilities.filters, name):
            case EqualityFilter() as ability:
                values = _sent(ability.send, asked)
                if values:
                    yield name, _equality(name, ability, values, _map_of(spec, name))
            case RangeFilter() as ability:
                yield from ((name, test) for test in _bounds(name, ability, reader, asked))


def _check_together(spec: Spec, fields: set[str]) -> None:
    most = spec.abilities.combine.max_fields
    if most is not None and len(fields) > most:
        raise NotAskableError(f"more than {most} filters")
    for group in spec.abilities.combine.exclusive:
        if len(fields & {*group}) > 1:
            raise NotAskableError(f"more than one of {', '.join(group)}")


def _sent(send: SendEquality, asked: Filled) -> list[Json]:
    values = asked.values(send)
    if not values or send.as_ == "repeat":
        return values
    if len(values) > 1:
        raise NotAskableError(f"{send.at} is given twice")
    (value,) = values
    match send.as_:
        case "comma":
            return [*str(value).split(",")]
        case "list":
            items = json.loads(value) if isinstance(value, str) else value
            return _list(items, send)
        case _:
            return _text(value, send)


def _list(value: Json, send: SendEquality) -> list[Json]:
    if not isinstance(value, list):
        raise NotAskableError(f"{send.at} is no list")
    return value


def _text(value: Json, send: SendEquality) -> list[Json]:
    if isinstance(value, list | dict):
        raise NotAskableError(f"{send.at} is not one value")
    return [value]


def _map_of(spec: Spec, name: str) -> Mapping[str, str]:
    """Give what each of the vendor's words for a field stands for."""
    sources = [getattr(spec.map, key, None) for key in KEYS.get(name, (name,))]
    maps = [s.values for s in sources if isinstance(s, TextField | StatusField) and s.values]
    return {word: meant for each in maps for word, meant in each.items()}


def _equality(
    name: str, ability: EqualityFilter, values: Sequence[Json], meanings: Mapping[str, str]
) -> Test:
    grade = ability.in_ if len(values) > 1 or ability.eq is None else ability.eq
    wanted = {_written(value) for value in values}
    _check_values(name, ability, wanted, meanings)
    if isinstance(ability.send.values, dict):
        meant = {text for text, sent in ability.send.values.items() if _written(sent) in wanted}
        return _chosen(lambda held: held.texts[name], meant, grade)
    if name == "status" and not meanings:
        return _chosen(lambda held: held.texts[name], wanted, grade)
    return _chosen(lambda held: held.words[name], wanted, grade)


def _check_values(
    name: str, ability: EqualityFilter, wanted: set[str], meanings: Mapping[str, str]
) -> None:
    known = None
    if isinstance(ability.send.values, dict):
        known = {_written(value) for value in ability.send.values.values()}
    elif ability.send.values == "from_map":
        known = {*meanings}
    if known is not None and not wanted <= known:
        raise NotAskableError(f"{name}: not one of {', '.join(sorted(known))}")
    pattern = ability.pattern or "(?s:.*)"
    if not all(re.fullmatch(pattern, value) for value in wanted):
        raise NotAskableError(f"{name}: does not look like one")


def _chosen(values: Callable[[Held], frozenset[str]], wanted: set[str], grade: str | None) -> Test:
    if grade == "exact":
        return lambda held: not wanted.isdisjoint(values(held))
    folded = {value.casefold() for value in wanted}
    return lambda held: (
        not folded.isdisjoint(value.casefold() for value in values(held))
        or held.chance % _ONE_IN == 0
    )


def _bounds(name: str, ability: RangeFilter, reader: Reader, asked: Filled) -> Iterator[Test]:
    send = ability.send
    for place, grade in ((send.ge, ability.ge), (send.lt, ability.lt)):
        is_upper = place is send.lt
        for value in asked.values(place) if place is not None else ():
            bound = _bound(ability, reader, value)
            if grade == "inexact" and ability.format != "date":
                bound = _widened(bound, is_upper=is_upper)
            yield _within(name, bound, is_upper=is_upper)


def _bound(ability: RangeFilter, reader: Reader, value: Json) -> datetime:
    zone = ZoneInfo(reader.zone(ability.zone) or "UTC")
    try:
        return _instant(ability, value, zone)
    except (ValueError, TypeError, OverflowError) as error:
        raise NotAskableError(f"no bound: {value!r}") from error


def _instant(ability: RangeFilter, value: Json, zone: ZoneInfo) -> datetime:
    """Read a bound, strictly as it is declared to be written."""
    match ability.format:
        case "date":
            day = date.fromisoformat(value)
            shift = _OWN_DAYS if ability.widen_days else timedelta(0)
            return datetime(day.year, day.month, day.day, tzinfo=zone) + shift
        case "iso":
            return _on_the_wall(ability, datetime.fromisoformat(value), UTC)
        case "iso_local":
            return _on_the_wall(ability, datetime.fromisoformat(value), zone)
        case unit:
            since = int(value) * _UNITS[unit]
            _check_fineness(ability, since)
            return _EPOCH + since


def _on_the_wall(ability: RangeFilter, told: datetime, zone: tzinfo) -> datetime:
    if (told.tzinfo is not None) is not (ability.format == "iso"):
        raise ValueError("with an offset, or without")
    _check_fineness(ability, told.replace(tzinfo=None) - _FIRST_DAY)
    return told if told.tzinfo is not None else told.replace(tzinfo=zone)


def _check_fineness(ability: RangeFilter, since: timedelta) -> None:
    if since % span_of(ability.granularity):
        raise ValueError(f"finer than {ability.granularity}")


def _widened(bound: datetime, *, is_upper: bool) -> datetime:
    """Widen a bound to the whole minute."""
    over = (bound - _EPOCH) % _A_MINUTE
    return bound - over + (_A_MINUTE if is_upper and over else timedelta(0))


def _within(name: str, bound: datetime, *, is_upper: bool) -> Test:
    def is_within(held: Held) -> bool:
        instant = held.instants[name]
        return instant is not None and (instant < bound if is_upper else instant >= bound)

    return is_within


def _written(value: Json) -> str:
    return ("true" if value else "false") if isinstance(value, bool) else str(value)
