"""A bound that cannot be written as finely is written wider, and never leaves a match out."""

from datetime import UTC, datetime, timedelta
from typing import Any, get_args
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from adapters.declarative.bounds import Bounds, Side
from adapters.declarative.language.abilities import RangeFilter
from tests.support.examples import examples

ZONES = [
    "UTC",
    "Europe/Paris",
    "America/New_York",
    "America/Sao_Paulo",  # clocks were changed at midnight
    "America/Havana",  # midnight occurs twice
    "Australia/Lord_Howe",  # by half an hour
    "Asia/Kathmandu",
    "Pacific/Apia",  # a day was left out
    "America/Juneau",  # a day occurred twice
    "Africa/Monrovia",
]
FORMATS = list(get_args(RangeFilter.model_fields["format"].annotation))
GRANULARITIES = ["1us", "1ms", "1s", "5min", "1h", "1d"]

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
CENTURY = timedelta(days=36_525)

moments = st.timedeltas(min_value=-1.2 * CENTURY, max_value=1.2 * CENTURY).map(EPOCH.__add__)
ways = st.fixed_dictionaries(
    {
        "format": st.sampled_from(FORMATS),
        "zone": st.sampled_from(ZONES),
        "granularity": st.sampled_from(GRANULARITIES),
        "widen_days": st.sampled_from([0, 1, 31]),
    }
)


def way(how: str, zone: str) -> dict[str, object]:
    return {"format": how, "zone": zone, "granularity": "1us", "widen_days": 0}


def filtering(**said: object) -> RangeFilter:
    places = {side: {"in": "query", "at": side} for side in ("ge", "lt")}
    return RangeFilter.model_validate({"ge": "inexact", "lt": "inexact", "send": places, **said})


def written(side: Side, instant: datetime, **said: object) -> str | int:
    bound = Bounds(filtering(**said), {}).written(side, instant)
    assert bound is not None
    return bound


def read(bound: str | int, how: str, zone: str, fold: int) -> datetime:
    """Read a bound as a vendor may, which takes an hour that occurs twice for either."""
    parts = {"epoch_s": 1, "epoch_ms": 1000, "epoch_us": 1_000_000}
    if how in parts:
        assert isinstance(bound, int)
        since = timedelta(microseconds=bound * (1_000_000 // parts[how]))
        return EPOCH + since
    assert isinstance(bound, str)
    wall = datetime.fromisoformat(bound)
    aware = wall if wall.tzinfo else wall.replace(tzinfo=ZoneInfo(zone), fold=fold)
    return aware.astimezone(UTC)


@settings(max_examples=examples(400))
@given(moment=moments, said=ways, fold=st.sampled_from([0, 1]))
@example(datetime(2024, 10, 27, 0, 30, tzinfo=UTC), way("iso_local", "Europe/Paris"), 1)
@example(datetime(2024, 10, 27, 1, 30, tzinfo=UTC), way("iso_local", "Europe/Paris"), 0)
@example(datetime(2023, 11, 5, 4, 59, 59, tzinfo=UTC), way("date", "America/Havana"), 1)
@example(datetime(1867, 10, 19, 1, tzinfo=UTC), way("date", "America/Juneau"), 1)
def test_no_match_is_left_out_however_the_vendor_reads_a_bound(
    moment: datetime, said: dict[str, Any], fold: int
) -> None:
    days, how, zone = timedelta(days=said["widen_days"]), said["format"], said["zone"]

    first, end = written("ge", moment, **said), written("lt", moment, **said)

    assert read(first, how, zone, fold) <= moment - days
    assert read(end, how, zone, fold) >= moment + days


@settings(max_examples=examples(200))
@given(moment=moments, how=st.sampled_from(FORMATS), zone=st.sampled_from(ZONES))
def test_a_bound_is_not_wider_than_it_has_to_be(moment: datetime, how: str, zone: str) -> None:
    most = timedelta(days=3) if how == "date" else timedelta(days=2)

    first = written("ge", moment, format=how, zone=zone)
    end = written("lt", moment, format=how, zone=zone)

    assert moment - min(read(first, how, zone, fold) for fold in (0, 1)) <= most
    assert max(read(end, how, zone, fold) for fold in (0, 1)) - moment <= most


@settings(max_examples=examples(400))
@given(moment=moments, now=moments, said=ways, fold=st.sampled_from([0, 1]))
def test_what_has_to_be_of_the_past_is_so_however_the_vendor_reads_it(
    moment: datetime, now: datetime, said: dict[str, Any], fold: int
) -> None:
    bounds = Bounds(filtering(past_only=True, **said), {})

    for side in ("ge", "lt"):
        bound = bounds.written(side, moment)
        assert bound is not None
        if bounds.is_sent(side, moment, now):
            assert read(bound, said["format"], said["zone"], fold) <= now


def test_a_bound_of_the_past_is_sent() -> None:
    bounds = Bounds(filtering(format="date", past_only=True, widen_days=1), {})

    assert bounds.is_sent("lt", NOON - timedelta(days=4), NOON)
    assert not bounds.is_sent("lt", NOON - timedelta(days=1), NOON)
    assert not bounds.is_precise, "what is not sent leaves more to come"


NOON = datetime(2024, 7, 1, 12, 0, 0, 250_000, tzinfo=UTC)


@pytest.mark.parametrize(
    ("said", "first", "end"),
    [
        ({"format": "iso"}, "2024-07-01T12:00:00.250Z", "2024-07-01T12:00:00.250Z"),
        (
            {"format": "iso", "granularity": "1s"},
            "2024-07-01T12:00:00Z",
            "2024-07-01T12:00:01Z",
        ),
        (
            {"format": "iso_local", "zone": "Europe/Paris", "granularity": "1s"},
            "2024-07-01T14:00:00",
            "2024-07-01T14:00:01",
        ),
        ({"format": "date"}, "2024-07-01", "2024-07-02"),
        ({"format": "date", "zone": "Pacific/Auckland"}, "2024-07-02", "2024-07-03"),
        ({"format": "date", "widen_days": 1}, "2024-06-30", "2024-07-03"),
        ({"format": "date", "rounding": "none"}, "2024-07-01", "2024-07-01"),
        ({"format": "epoch_s"}, 1719835200, 1719835201),
        ({"format": "epoch_ms"}, 1719835200250, 1719835200250),
        ({"format": "epoch_us"}, 1719835200250000, 1719835200250000),
    ],
)
def test_each_format_is_written_as_it_is_known(
    said: dict[str, object], first: object, end: object
) -> None:
    assert written("ge", NOON, **said) == first
    assert written("lt", NOON, **said) == end


def test_a_day_that_ends_at_the_bound_is_the_last_one() -> None:
    midnight = datetime(2024, 7, 1, tzinfo=UTC)

    assert written("lt", midnight, format="date") == "2024-07-01"


@pytest.mark.parametrize("how", FORMATS)
def test_bounds_at_the_ends_of_time_are_left_out_or_wide_enough(how: str) -> None:
    bounds = Bounds(filtering(format=how, zone="Pacific/Apia", widen_days=31), {})
    first, last = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)

    assert bounds.written("ge", first) is None
    assert bounds.written("lt", last) is None
    assert bounds.written("ge", last) is not None
    assert bounds.written("lt", first) is not None


@pytest.mark.parametrize(
    ("said", "is_precise"),
    [
        ({"format": "iso"}, True),
        ({"format": "epoch_us"}, True),
        ({"format": "epoch_ms"}, False),
        ({"format": "iso", "granularity": "1ms"}, False),
        ({"format": "iso", "widen_days": 1}, False),
        ({"format": "date"}, False),
        ({"format": "date", "rounding": "none"}, True),
        ({"format": "iso_local", "zone": "Europe/Paris"}, False),
    ],
)
def test_bounds_are_precise_where_none_has_to_be_widened(
    said: dict[str, object], is_precise: bool
) -> None:
    assert Bounds(filtering(**said), {}).is_precise is is_precise


def test_the_zone_may_be_an_option() -> None:
    part = filtering(format="date", zone="${options.zone}")

    bound = Bounds(part, {"zone": "Pacific/Auckland"}).written("ge", NOON)

    assert bound == "2024-07-02"
    with pytest.raises(ValueError, match="Atlantis"):
        Bounds(part, {"zone": "Atlantis"})
